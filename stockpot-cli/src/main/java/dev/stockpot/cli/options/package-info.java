/// Options that several commands share.
package dev.stockpot.cli.options;
