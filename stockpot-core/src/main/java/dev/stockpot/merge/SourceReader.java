package dev.stockpot.merge;

import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Reads elements of an input wherever a method wants them: those that are not streamed. For one
/// thread.
public final class SourceReader {
  private final Source source;
  private final Elements elements = new Elements();
  private final byte[] bytes;
  private final double[] tile = new double[Elements.TILE];

  /// @param source of floats
  public SourceReader(Source source) {
    this.source = source;
    bytes = new byte[Elements.TILE * source.spec().dtype().bytes()];
  }

  /// Reads the `n` elements from number `from` on, widened exactly, to the start of `target`.
  public void read(long from, int n, double[] target) {
    int width = source.spec().dtype().bytes();
    for (int at = 0; at < n; at += Elements.TILE) {
      int m = Math.min(Elements.TILE, n - at);
      source.read((from + at) * width, ByteBuffer.wrap(bytes, 0, m * width));
      elements.toDoubles(source.spec().dtype(), MemorySegment.ofArray(bytes), 0, m, tile);
      System.arraycopy(tile, 0, target, at, m);
    }
  }
}
