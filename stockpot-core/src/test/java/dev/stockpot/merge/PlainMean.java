package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.FloatFormat;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// The weighted mean of one element after another, straight from the contract: widen, sum in the
/// order of the ingredients, divide, round once; clamp what is too large.
///
/// @param weights one per ingredient
/// @param divisor of the sum
/// @param out dtype of the result
record PlainMean(List<Double> weights, double divisor, DType out) {

  static PlainMean uniform(int ingredients, DType out) {
    return new PlainMean(Collections.nCopies(ingredients, 1.0), ingredients, out);
  }

  /// The patterns that a merge must give.
  ///
  /// @param dtypes of the ingredients
  /// @param patterns of the ingredients' elements
  long[] of(List<DType> dtypes, List<long[]> patterns) {
    boolean wide = dtypes.contains(DType.F32) || dtypes.contains(DType.F64);
    long[] result = new long[patterns.getFirst().length];
    for (int i = 0; i < result.length; i++) {
      double[] values = new double[dtypes.size()];
      for (int k = 0; k < values.length; k++) {
        values[k] = FloatFormat.of(dtypes.get(k)).value(patterns.get(k)[i]);
      }
      result[i] =
          wide
              ? round(values, inFloat64(values), Double.MAX_VALUE)
              : round(values, inFloat32(values), Float.MAX_VALUE);
    }
    return result;
  }

  private double inFloat64(double[] values) {
    double sum = weights.getFirst() * values[0];
    for (int k = 1; k < values.length; k++) {
      double product = weights.get(k) * values[k];
      sum = sum + product;
    }
    return sum / divisor;
  }

  private double inFloat32(double[] values) {
    float sum = weights.getFirst().floatValue() * (float) values[0];
    for (int k = 1; k < values.length; k++) {
      float product = weights.get(k).floatValue() * (float) values[k];
      sum = sum + product;
    }
    return sum / (float) divisor;
  }

  private long round(double[] values, double mean, double largestSum) {
    FloatFormat format = FloatFormat.of(out);
    long bits = format.nearest(mean);
    boolean finiteInputs = Arrays.stream(values).allMatch(Double::isFinite);
    boolean infinity = Double.isInfinite(mean) && !finiteInputs && out != DType.F8_E4M3;
    if (Double.isNaN(mean) || format.isFinite(bits) || infinity) {
      return bits;
    }
    double largest = Math.min(format.value(format.largest()), largestSum);
    return format.nearest(Math.copySign(largest, mean));
  }
}
