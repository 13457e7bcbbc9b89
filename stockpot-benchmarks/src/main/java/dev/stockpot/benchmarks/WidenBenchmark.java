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

/// Widens stored elements to float32 and float64: a chunk of 65 536 elements, tile by tile, as a
/// merge does. Counts the stored bytes.
///
///     stockpot-benchmarks/run kernels Widen
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WidenBenchmark {
  /// Type of the stored elements.
  @Param public Format format;

  private final Elements elements = new Elements();
  private final float[] floats = new float[Elements.TILE];
  private final double[] doubles = new double[Elements.TILE];
  private MemorySegment stored;

  /// Makes the chunk, and checks a tile of it in plain arithmetic.
  @Setup
  public void check() {
    stored = Samples.chunk(format, 1);
    elements.toFloats(format.dtype(), stored, 0, Elements.TILE, floats);
    elements.toDoubles(format.dtype(), stored, 0, Elements.TILE, doubles);
    for (int i = 0; i < Elements.TILE; i++) {
      Samples.check(format.value(stored, i), floats[i], "float " + i);
      Samples.check(format.value(stored, i), doubles[i], "double " + i);
    }
  }

  /// To float32.
  ///
  /// @return the last tile
  @Benchmark
  public float[] toFloats(Traffic traffic) {
    for (long at = 0; at < Samples.CHUNK; at += Elements.TILE) {
      elements.toFloats(format.dtype(), stored, at * format.bytes(), Elements.TILE, floats);
    }
    traffic.add(stored.byteSize());
    return floats;
  }

  /// To float64.
  ///
  /// @return the last tile
  @Benchmark
  public double[] toDoubles(Traffic traffic) {
    for (long at = 0; at < Samples.CHUNK; at += Elements.TILE) {
      elements.toDoubles(format.dtype(), stored, at * format.bytes(), Elements.TILE, doubles);
    }
    traffic.add(stored.byteSize());
    return doubles;
  }
}
