package dev.stockpot.checkpoint;

import java.util.Optional;
import java.util.OptionalDouble;

/// What the elements of a tensor are like. NaNs are counted and otherwise left out; infinities take
/// part.
///
/// Sums run in float64: within tiles of [Elements#TILE] in the order of the elements, then the
/// tiles' sums in order.
///
/// @param elements number of elements, NaNs included
/// @param min exact: a Double, a Long, or a BigInteger from 2^63 on; absent if there is no number
/// @param max likewise
/// @param mean absent if there is no number
/// @param norm the L2 norm; infinite when a square leaves float64, from 1.3e154 on
/// @param nans how many elements are not a number
/// @param infinities how many are infinite
public record TensorStatistics(
    long elements,
    Optional<Number> min,
    Optional<Number> max,
    OptionalDouble mean,
    double norm,
    long nans,
    long infinities) {

  /// Streams a tensor through a reader.
  ///
  /// @return absent if the elements are carried as raw bytes
  /// @throws IllegalArgumentException if there is no such tensor
  public static Optional<TensorStatistics> of(
      Checkpoint checkpoint, String name, ElementReader reader) {
    TensorSpec spec = ElementReader.spec(checkpoint, name);
    return switch (spec.dtype().kind()) {
      case FLOAT -> {
        Reals reals = new Reals();
        reader.forEachTile(checkpoint, spec, n -> reals.add(reader.reals(), n));
        yield Optional.of(reals.statistics(spec.elements()));
      }
      case INTEGER -> {
        Integers integers = new Integers(spec.dtype() == DType.U64);
        reader.forEachTile(checkpoint, spec, n -> integers.add(reader.integers(), n));
        yield Optional.of(integers.statistics(spec.elements()));
      }
      case RAW -> Optional.empty();
    };
  }

  private static OptionalDouble mean(double sum, long numbers) {
    return numbers == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / numbers);
  }

  private static final class Reals {
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private double sum;
    private double squares;
    private long nans;
    private long infinities;

    void add(double[] values, int n) {
      double tileSum = 0;
      double tileSquares = 0;
      for (int i = 0; i < n; i++) {
        double value = values[i];
        if (Double.isNaN(value)) {
          nans++;
          continue;
        }
        if (Double.isInfinite(value)) {
          infinities++;
        }
        min = Math.min(min, value);
        max = Math.max(max, value);
        tileSum += value;
        tileSquares += value * value;
      }
      sum += tileSum;
      squares += tileSquares;
    }

    TensorStatistics statistics(long elements) {
      long numbers = elements - nans;
      return new TensorStatistics(
          elements,
          numbers == 0 ? Optional.empty() : Optional.of(min),
          numbers == 0 ? Optional.empty() : Optional.of(max),
          mean(sum, numbers),
          Math.sqrt(squares),
          nans,
          infinities);
    }
  }

  private static final class Integers {
    private final boolean unsigned;

    /// Flipping the highest bit makes the order of unsigned numbers that of signed ones.
    private final long flip;

    private long min = Long.MAX_VALUE;
    private long max = Long.MIN_VALUE;
    private double sum;
    private double squares;

    Integers(boolean unsigned) {
      this.unsigned = unsigned;
      flip = unsigned ? Long.MIN_VALUE : 0;
    }

    void add(long[] values, int n) {
      double tileSum = 0;
      double tileSquares = 0;
      for (int i = 0; i < n; i++) {
        min = Math.min(min, values[i] ^ flip);
        max = Math.max(max, values[i] ^ flip);
        double real = number(values[i]).doubleValue();
        tileSum += real;
        tileSquares += real * real;
      }
      sum += tileSum;
      squares += tileSquares;
    }

    TensorStatistics statistics(long elements) {
      return new TensorStatistics(
          elements,
          elements == 0 ? Optional.empty() : Optional.of(number(min ^ flip)),
          elements == 0 ? Optional.empty() : Optional.of(number(max ^ flip)),
          mean(sum, elements),
          Math.sqrt(squares),
          0,
          0);
    }

    private Number number(long bits) {
      return unsigned ? ElementReader.unsigned(bits) : (Number) bits;
    }
  }
}
