/// Linear algebra of tall and small matrices: products, LQ, singular values.
package dev.stockpot.internal.linear;
