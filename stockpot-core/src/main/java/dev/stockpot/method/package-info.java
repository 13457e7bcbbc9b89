/// The merge methods: one file each, and the list of them all ([dev.stockpot.method.Methods]).
package dev.stockpot.method;
