package dev.stockpot.checkpoint;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/// Reads a tensor's elements as numbers, exactly, a tile of [Elements#TILE] at a time.
///
/// Holds its buffers, half a MiB, whatever the size of the tensor. One per thread, for any number
/// of tensors.
public final class ElementReader {
  private static final int TILES_PER_READ = 32;
  private static final int READ_ELEMENTS = TILES_PER_READ * Elements.TILE;

  private final ByteBuffer bytes =
      ByteBuffer.allocateDirect(READ_ELEMENTS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final MemorySegment segment = MemorySegment.ofBuffer(bytes);
  private final Elements elements = new Elements();
  private final double[] reals = new double[Elements.TILE];
  private final long[] integers = new long[Elements.TILE];

  /// Allocates its buffers.
  public ElementReader() {}

  /// The first elements of a tensor in C order, each as the narrowest that is exact: Float, Double,
  /// Long, BigInteger. A bool is 0 or 1.
  ///
  /// @param most of them, up to [Elements#TILE]
  /// @throws IllegalArgumentException if there is no such tensor, or its elements are carried as
  ///   raw bytes
  public List<Number> first(Checkpoint checkpoint, String name, int most) {
    TensorSpec spec = spec(checkpoint, name);
    int n = (int) Math.min(most, spec.elements());
    read(checkpoint, spec, 0, n);
    tile(spec.dtype(), 0, n);
    List<Number> values = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      values.add(number(spec.dtype(), i));
    }
    return values;
  }

  /// Reads elements of a float tensor as float64, exactly.
  ///
  /// @param from index of the first, in C order
  /// @param target takes `n` numbers from index `at` on
  /// @throws IllegalArgumentException if the tensor has no such elements, or is of no float type
  public void read(
      Checkpoint checkpoint, TensorSpec spec, long from, int n, double[] target, int at) {
    for (int done = 0; done < n; done += READ_ELEMENTS) {
      int block = Math.min(READ_ELEMENTS, n - done);
      read(checkpoint, spec, from + done, block);
      for (int first = 0; first < block; first += Elements.TILE) {
        int tile = Math.min(Elements.TILE, block - first);
        elements.toDoubles(spec.dtype(), segment, (long) first * spec.dtype().bytes(), tile, reals);
        System.arraycopy(reals, 0, target, at + done + first, tile);
      }
    }
  }

  /// Runs through a tensor in C order.
  ///
  /// @param tile hears the number of elements that now lie in [#reals] (float types) or [#integers]
  void forEachTile(Checkpoint checkpoint, TensorSpec spec, IntConsumer tile) {
    for (long at = 0; at < spec.elements(); at += Elements.TILE) {
      tile.accept(tile(checkpoint, spec, at));
    }
  }

  /// Makes one tile lie in [#reals] (float types) or [#integers].
  ///
  /// Tiles are asked for in order, from element 0 on; other tensors may come between only in other
  /// readers.
  ///
  /// @param at index of its first element
  /// @return its number of elements
  int tile(Checkpoint checkpoint, TensorSpec spec, long at) {
    int first = (int) (at % READ_ELEMENTS);
    if (first == 0) {
      read(checkpoint, spec, at, (int) Math.min(READ_ELEMENTS, spec.elements() - at));
    }
    int n = (int) Math.min(Elements.TILE, spec.elements() - at);
    tile(spec.dtype(), first, n);
    return n;
  }

  double[] reals() {
    return reals;
  }

  /// Integers and bools; U64 as its 64 bits.
  long[] integers() {
    return integers;
  }

  /// The value of 64 bits without a sign.
  static Number unsigned(long bits) {
    return bits >= 0 ? (Number) bits : new BigInteger(Long.toUnsignedString(bits));
  }

  static TensorSpec spec(Checkpoint checkpoint, String name) {
    TensorSpec spec = checkpoint.tensors().get(name);
    if (spec == null) {
      throw new IllegalArgumentException("no tensor '" + name + "'");
    }
    return spec;
  }

  private void read(Checkpoint checkpoint, TensorSpec spec, long at, int n) {
    int width = spec.dtype().bytes();
    checkpoint.read(spec.name(), at * width, bytes.clear().limit(n * width));
  }

  private void tile(DType dtype, int first, int n) {
    switch (dtype.kind()) {
      case FLOAT -> elements.toDoubles(dtype, segment, (long) first * dtype.bytes(), n, reals);
      case INTEGER -> {
        for (int i = 0; i < n; i++) {
          integers[i] = integer(dtype, first + i);
        }
      }
      case RAW -> throw new IllegalArgumentException(dtype + " elements are carried as raw bytes");
    }
  }

  private long integer(DType dtype, int i) {
    return switch (dtype) {
      case I64, U64 -> bytes.getLong(i * Long.BYTES);
      case I32 -> bytes.getInt(i * Integer.BYTES);
      case U32 -> Integer.toUnsignedLong(bytes.getInt(i * Integer.BYTES));
      case I16 -> bytes.getShort(i * Short.BYTES);
      case U16 -> Short.toUnsignedLong(bytes.getShort(i * Short.BYTES));
      case I8 -> bytes.get(i);
      case U8 -> Byte.toUnsignedLong(bytes.get(i));
      case BOOL -> bytes.get(i) == 0 ? 0 : 1;
      case F64,
          F32,
          F16,
          BF16,
          F8_E4M3,
          F8_E5M2,
          C64,
          F8_E5M2FNUZ,
          F8_E4M3FNUZ,
          F8_E8M0,
          F6_E2M3,
          F6_E3M2,
          F4 ->
          throw new IllegalArgumentException(dtype + " is not an integer type");
    };
  }

  private Number number(DType dtype, int i) {
    return switch (dtype.kind()) {
      case FLOAT -> dtype == DType.F64 ? (Number) reals[i] : (Number) (float) reals[i];
      case INTEGER -> dtype == DType.U64 ? unsigned(integers[i]) : (Number) integers[i];
      case RAW -> throw new IllegalArgumentException(dtype + " elements are carried as raw bytes");
    };
  }
}
