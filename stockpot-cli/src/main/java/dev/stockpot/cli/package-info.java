/// The `stockpot` command.
package dev.stockpot.cli;
