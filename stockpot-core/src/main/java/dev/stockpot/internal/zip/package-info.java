/// Zip archives whose entries are stored as they are, so that they can be read in place; not
/// exported.
package dev.stockpot.internal.zip;
