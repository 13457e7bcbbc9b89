/// The loops over numbers; not exported.
package dev.stockpot.internal.kernel;
