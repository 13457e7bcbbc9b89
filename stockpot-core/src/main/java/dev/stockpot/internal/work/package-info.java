/// Work by several threads.
package dev.stockpot.internal.work;
