/// Statistics of paired comparisons: pure functions of counts and numbers.
package dev.stockpot.statistics;
