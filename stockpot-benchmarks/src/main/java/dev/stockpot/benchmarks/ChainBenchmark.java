package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.Elements;
import dev.stockpot.method.Linear;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/// All that a merge computes: widens chunks of four ingredients, averages them, rounds the mean to
/// the ingredients' type; 65 536 elements, tile by tile. BF16 and F16 are summed in float32, F32 in
/// float64. Counts the stored bytes of ingredients and mean: what a merge without this part, a plain
/// copy, would move.
///
///     stockpot-benchmarks/run kernels Chain
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChainBenchmark {
  private static final int INGREDIENTS = 4;

  /// Type of the stored elements.
  @Param public Format format;

  private final Elements elements = new Elements();
  private final Linear mean = Linear.mean(INGREDIENTS);
  private final float[][] floats = new float[INGREDIENTS][Elements.TILE];
  private final double[][] doubles = new double[INGREDIENTS][Elements.TILE];
  private final float[] floatMean = new float[Elements.TILE];
  private final double[] doubleMean = new double[Elements.TILE];
  private List<MemorySegment> stored;
  private MemorySegment output;

  /// Makes the chunks, and checks all of the mean in plain arithmetic.
  @Setup
  public void check() {
    stored = IntStream.range(0, INGREDIENTS).mapToObj(k -> Samples.chunk(format, k)).toList();
    output = Samples.empty(format);
    average();
    MeanCheck.check(format, stored, output, 1);
  }

  /// Averages the chunks.
  ///
  /// @return whether all was finite
  @Benchmark
  public boolean average(Traffic traffic) {
    traffic.add((INGREDIENTS + 1) * output.byteSize());
    return average();
  }

  private boolean average() {
    boolean finite = true;
    for (long at = 0; at < Samples.CHUNK; at += Elements.TILE) {
      long offset = at * format.bytes();
      finite &=
          switch (format) {
            case BF16, F16 -> averageFloats(offset);
            case F32 -> averageDoubles(offset);
          };
    }
    return finite;
  }

  private boolean averageFloats(long offset) {
    for (int k = 0; k < INGREDIENTS; k++) {
      elements.toFloats(format.dtype(), stored.get(k), offset, Elements.TILE, floats[k]);
    }
    mean.mix(floats, Elements.TILE, floatMean);
    return elements.fromFloats(format.dtype(), floatMean, Elements.TILE, output, offset);
  }

  private boolean averageDoubles(long offset) {
    for (int k = 0; k < INGREDIENTS; k++) {
      elements.toDoubles(format.dtype(), stored.get(k), offset, Elements.TILE, doubles[k]);
    }
    mean.mix(doubles, Elements.TILE, doubleMean);
    return elements.fromDoubles(format.dtype(), doubleMean, Elements.TILE, output, offset);
  }
}
