/// What the user sees: progress, tables, quantities in words.
package dev.stockpot.cli.terminal;
