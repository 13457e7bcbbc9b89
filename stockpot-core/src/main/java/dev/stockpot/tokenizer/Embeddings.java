package dev.stockpot.tokenizer;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// Embeddings whose rows come from several places; read, or worked out, when they are asked for.
///
/// Safe for use by several threads; holds one row.
public final class Embeddings {
  private final TensorSpec spec;
  private final List<Row> rows;
  private final int tokens;
  private final int width;
  private final int rowBytes;
  private double[] padding;

  /// @param spec whose first dimension is the number of rows; of a float type, wide enough for all
  ///   rows that are stored
  /// @param rows one for each
  /// @param tokens number of rows before the padding
  public Embeddings(TensorSpec spec, List<Row> rows, int tokens) {
    if (spec.shape().isEmpty() || spec.shape().getFirst() != rows.size()) {
      throw new IllegalArgumentException(rows.size() + " rows for " + spec);
    }
    this.spec = spec;
    this.rows = List.copyOf(rows);
    this.tokens = tokens;
    this.width = rows.isEmpty() ? 0 : Math.toIntExact(spec.elements() / rows.size());
    this.rowBytes = width * spec.dtype().bytes();
  }

  TensorSpec spec() {
    return spec;
  }

  int rowBytes() {
    return rowBytes;
  }

  /// Reads exactly `target.remaining()` bytes.
  ///
  /// @throws IllegalArgumentException if the range leaves the tensor
  void read(long offset, ByteBuffer target) {
    if (offset < 0 || offset > spec.bytes() - target.remaining()) {
      throw new IllegalArgumentException(
          "tensor '" + spec.name() + "': bytes " + offset + " + " + target.remaining());
    }
    int end = target.limit();
    long at = offset;
    while (target.position() < end) {
      int row = (int) (at / rowBytes);
      int within = (int) (at % rowBytes);
      int run = run(row, Math.min(rows.size() - row, (end - target.position()) / rowBytes + 2));
      int n = (int) Math.min((long) run * rowBytes - within, end - target.position());
      target.limit(target.position() + n);
      if (rows.get(row) instanceof Row.Stored stored && dtype(stored) == spec.dtype()) {
        stored.checkpoint().read(stored.tensor(), stored.index() * rowBytes + within, target);
      } else {
        target.put(bytes(rows.get(row)).slice(within, n));
      }
      target.limit(end);
      at += n;
    }
  }

  /// How many rows from one on lie one after the other where they are stored, in the right type.
  private int run(int from, int most) {
    if (!(rows.get(from) instanceof Row.Stored first) || dtype(first) != spec.dtype()) {
      return 1;
    }
    int n = 1;
    while (n < most
        && rows.get(from + n) instanceof Row.Stored next
        && next.checkpoint().equals(first.checkpoint())
        && next.tensor().equals(first.tensor())
        && next.index() == first.index() + n) {
      n++;
    }
    return n;
  }

  private ByteBuffer bytes(Row row) {
    ByteBuffer bytes = ByteBuffer.allocate(rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    MemorySegment segment = MemorySegment.ofBuffer(bytes);
    Elements elements = new Elements();
    double[] values = values(row, elements);
    double[] tile = new double[Elements.TILE];
    for (int at = 0; at < width; at += Elements.TILE) {
      int n = Math.min(Elements.TILE, width - at);
      System.arraycopy(values, at, tile, 0, n);
      elements.fromDoubles(spec.dtype(), tile, n, segment, (long) at * spec.dtype().bytes());
    }
    return bytes;
  }

  private double[] values(Row row, Elements elements) {
    double[] values = new double[width];
    switch (row) {
      case Row.Stored stored -> add(stored, elements, values);
      case Row.Mean(List<Row.Stored> several) -> {
        several.forEach(stored -> add(stored, elements, values));
        Arrays.setAll(values, i -> values[i] / several.size());
      }
      case Row.Zero _ -> Arrays.fill(values, 0);
      case Row.Padding _ -> System.arraycopy(padding(), 0, values, 0, width);
    }
    return values;
  }

  private void add(Row.Stored stored, Elements elements, double[] sum) {
    DType dtype = dtype(stored);
    ByteBuffer bytes = ByteBuffer.allocate(width * dtype.bytes());
    stored.checkpoint().read(stored.tensor(), stored.index() * bytes.capacity(), bytes);
    MemorySegment segment = MemorySegment.ofArray(bytes.array());
    double[] tile = new double[Elements.TILE];
    for (int at = 0; at < width; at += Elements.TILE) {
      int n = Math.min(Elements.TILE, width - at);
      elements.toDoubles(dtype, segment, (long) at * dtype.bytes(), n, tile);
      for (int i = 0; i < n; i++) {
        sum[at + i] += tile[i];
      }
    }
  }

  /// The mean of all tokens' rows, as they are before rounding.
  private synchronized double[] padding() {
    if (padding == null) {
      double[] sum = new double[width];
      Elements elements = new Elements();
      for (Row row : rows.subList(0, tokens)) {
        double[] values = values(row, elements);
        for (int i = 0; i < width; i++) {
          sum[i] += values[i];
        }
      }
      for (int i = 0; i < width; i++) {
        sum[i] /= tokens;
      }
      padding = sum;
    }
    return padding.clone();
  }

  private static DType dtype(Row.Stored stored) {
    return stored.checkpoint().tensors().get(stored.tensor()).dtype();
  }
}
