package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;
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

/// Rounds float32 and float64 to stored elements: a chunk of 65 536 elements, tile by tile, as a
/// merge does. Counts the stored bytes.
///
///     stockpot-benchmarks/run kernels Round
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RoundBenchmark {
  /// Type of the stored elements.
  @Param public Format format;

  private final Elements elements = new Elements();
  private final float[] floats = Samples.floats(Elements.TILE, 1);
  private final double[] doubles = Samples.doubles(Elements.TILE, 1);
  private MemorySegment stored;

  /// Checks a tile in plain arithmetic.
  @Setup
  public void check() {
    stored = Samples.empty(format);
    elements.fromFloats(format.dtype(), floats, Elements.TILE, stored, 0);
    for (int i = 0; i < Elements.TILE; i++) {
      format.checkRounded(floats[i], stored, i);
    }
    elements.fromDoubles(format.dtype(), doubles, Elements.TILE, stored, 0);
    for (int i = 0; i < Elements.TILE; i++) {
      format.checkRounded(doubles[i], stored, i);
    }
  }

  /// From float32.
  ///
  /// @return whether all was finite
  @Benchmark
  public boolean fromFloats(Traffic traffic) {
    boolean finite = true;
    for (long at = 0; at < Samples.CHUNK; at += Elements.TILE) {
      long offset = at * format.bytes();
      finite &= elements.fromFloats(format.dtype(), floats, Elements.TILE, stored, offset);
    }
    traffic.add(stored.byteSize());
    return finite;
  }

  /// From float64.
  ///
  /// @return whether all was finite
  @Benchmark
  public boolean fromDoubles(Traffic traffic) {
    boolean finite = true;
    for (long at = 0; at < Samples.CHUNK; at += Elements.TILE) {
      long offset = at * format.bytes();
      finite &= elements.fromDoubles(format.dtype(), doubles, Elements.TILE, stored, offset);
    }
    traffic.add(stored.byteSize());
    return finite;
  }
}
