package dev.stockpot.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Adds up an array of floats: the floor that a reduction can be held against.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SumBenchmark {

  /// Length of the array.
  @Param({"4096", "1048576"})
  public int elements;

  private float[] values;

  /// Fills the array.
  @Setup
  public void fill() {
    values = new float[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = i % 7;
    }
  }

  /// Sums in float64, first to last.
  ///
  /// @return the sum
  @Benchmark
  public double sum() {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }
}
