/// A strict JSON reader and writer; exported to Stockpot's own modules only.
package dev.stockpot.internal.json;
