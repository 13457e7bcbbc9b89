package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.Elements;
import dev.stockpot.method.Linear;
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

/// Sums the tiles of K ingredients with weights and divides, in float32 and in float64. Counts the
/// bytes of the K tiles and of the result.
///
///     stockpot-benchmarks/run kernels Accumulate
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AccumulateBenchmark {
  /// K.
  @Param({"4", "10"})
  public int ingredients;

  private Linear mean;
  private float[][] floats;
  private double[][] doubles;
  private final float[] floatMean = new float[Elements.TILE];
  private final double[] doubleMean = new double[Elements.TILE];

  /// Makes the tiles, and checks the mean in plain arithmetic.
  @Setup
  public void check() {
    mean = Linear.mean(ingredients);
    floats = new float[ingredients][];
    doubles = new double[ingredients][];
    for (int k = 0; k < ingredients; k++) {
      floats[k] = Samples.floats(Elements.TILE, k);
      doubles[k] = Samples.doubles(Elements.TILE, k);
    }
    mean.mix(floats, Elements.TILE, floatMean);
    mean.mix(doubles, Elements.TILE, doubleMean);
    for (int i = 0; i < Elements.TILE; i++) {
      float floatSum = 0;
      double doubleSum = 0;
      for (int k = 0; k < ingredients; k++) {
        floatSum += floats[k][i];
        doubleSum += doubles[k][i];
      }
      Samples.check(floatSum / ingredients, floatMean[i], "float " + i);
      Samples.check(doubleSum / ingredients, doubleMean[i], "double " + i);
    }
  }

  /// In float32.
  ///
  /// @return the mean
  @Benchmark
  public float[] inFloats(Traffic traffic) {
    mean.mix(floats, Elements.TILE, floatMean);
    traffic.add((ingredients + 1L) * Elements.TILE * Float.BYTES);
    return floatMean;
  }

  /// In float64.
  ///
  /// @return the mean
  @Benchmark
  public double[] inDoubles(Traffic traffic) {
    mean.mix(doubles, Elements.TILE, doubleMean);
    traffic.add((ingredients + 1L) * Elements.TILE * Double.BYTES);
    return doubleMean;
  }
}
