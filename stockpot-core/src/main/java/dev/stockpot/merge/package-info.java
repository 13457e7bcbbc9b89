/// Merging: the plan of an output, the methods, and the executor that carries them out.
package dev.stockpot.merge;
