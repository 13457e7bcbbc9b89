/// Python's pickle format, as data: nothing is ever called or made an object; not exported.
package dev.stockpot.internal.pickle;
