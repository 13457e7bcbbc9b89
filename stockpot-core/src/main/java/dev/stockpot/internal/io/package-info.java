/// Reading and writing files in chunks; not exported.
package dev.stockpot.internal.io;
