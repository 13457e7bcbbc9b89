/// Minimisation with Hipparchus.
package dev.stockpot.hipparchus;
