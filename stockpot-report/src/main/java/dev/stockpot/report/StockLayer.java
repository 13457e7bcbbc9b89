package dev.stockpot.report;

import java.util.OptionalDouble;

/// What Model Stock made of one layer.
///
/// @param name of the tensor
/// @param t the ratio: 1 takes the mean of the ingredients, 0 the base
/// @param cosine mean over the pairs of task vectors, where it was measured
/// @param norm mean of the task vectors' lengths, where it was measured
public record StockLayer(String name, double t, OptionalDouble cosine, OptionalDouble norm) {}
