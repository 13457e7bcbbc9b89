package dev.stockpot.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// A float type by its definition: what the kernels are held against.
///
/// The magnitudes of a narrow type are listed one by one, and a value is rounded by looking for its
/// two neighbours in that list; all of it is exact in float64. Shares no trick with the kernels.
public final class FloatFormat {
  /// Float types of 16 bits and fewer.
  public static final List<DType> NARROW =
      List.of(DType.BF16, DType.F16, DType.F8_E4M3, DType.F8_E5M2);

  /// Every float type.
  public static final List<DType> ALL =
      List.of(DType.F64, DType.F32, DType.BF16, DType.F16, DType.F8_E4M3, DType.F8_E5M2);

  private static final Map<DType, FloatFormat> FORMATS =
      new EnumMap<>(
          Map.of(
              DType.F64, new FloatFormat(DType.F64, 11, 52, 0x7FF8_0000_0000_0000L),
              DType.F32, new FloatFormat(DType.F32, 8, 23, 0x7FC0_0000L),
              DType.BF16, new FloatFormat(DType.BF16, 8, 7, 0x7FC0),
              DType.F16, new FloatFormat(DType.F16, 5, 10, 0x7E00),
              DType.F8_E4M3, new FloatFormat(DType.F8_E4M3, 4, 3, 0x7F),
              DType.F8_E5M2, new FloatFormat(DType.F8_E5M2, 5, 2, 0x7F)));

  private final DType dtype;
  private final int mantissaBits;
  private final int bias;
  private final long nan;
  private final long nonFinite;
  private final double[] magnitudes;

  private FloatFormat(DType dtype, int exponentBits, int mantissaBits, long nan) {
    this.dtype = dtype;
    this.mantissaBits = mantissaBits;
    this.nan = nan;
    bias = (1 << (exponentBits - 1)) - 1;
    nonFinite = dtype == DType.F8_E4M3 ? 0x7F : ((1L << exponentBits) - 1) << mantissaBits;
    // One more than there is: where the next value would be, the values end as IEEE 754 has it.
    magnitudes = new double[dtype.bits() > 16 ? 0 : (int) nonFinite + 1];
    Arrays.setAll(magnitudes, this::magnitude);
  }

  /// The format of a float type.
  public static FloatFormat of(DType dtype) {
    return FORMATS.get(dtype);
  }

  /// The one NaN that is written.
  public long nan() {
    return nan;
  }

  /// The magnitude of the first pattern that is no number: infinity, or E4M3's NaN.
  public long nonFinite() {
    return nonFinite;
  }

  /// The bits of the largest number.
  public long largest() {
    return nonFinite - 1;
  }

  /// The sign bit.
  public long sign() {
    return 1L << (dtype.bits() - 1);
  }

  /// Whether a pattern is a number.
  public boolean isFinite(long bits) {
    return (bits & ~sign() & mask()) < nonFinite;
  }

  /// The value of a pattern.
  public double value(long bits) {
    if (dtype == DType.F64) {
      return Double.longBitsToDouble(bits);
    }
    if (dtype == DType.F32) {
      return Float.intBitsToFloat((int) bits);
    }
    long magnitude = bits & ~sign() & mask();
    double value =
        magnitude < nonFinite
            ? magnitudes[(int) magnitude]
            : magnitude == nonFinite && dtype != DType.F8_E4M3
                ? Double.POSITIVE_INFINITY
                : Double.NaN;
    return (bits & sign()) == 0 ? value : -value;
  }

  /// The pattern nearest to a value, the even one of two; overflow as IEEE 754 has it.
  public long nearest(double value) {
    if (Double.isNaN(value)) {
      return nan;
    }
    if (dtype == DType.F64) {
      return Double.doubleToRawLongBits(value);
    }
    if (dtype == DType.F32) {
      return Float.floatToRawIntBits((float) value) & 0xFFFF_FFFFL;
    }
    long sign = Double.doubleToRawLongBits(value) < 0 ? sign() : 0;
    return sign | nearestMagnitude(Math.abs(value));
  }

  /// The patterns of packed elements.
  public long[] unpack(byte[] elements) {
    ByteBuffer buffer = ByteBuffer.wrap(elements).order(ByteOrder.LITTLE_ENDIAN);
    long[] patterns = new long[elements.length / dtype.bytes()];
    for (int i = 0; i < patterns.length; i++) {
      patterns[i] =
          switch (dtype.bytes()) {
            case 1 -> buffer.get() & 0xFFL;
            case 2 -> buffer.getShort() & 0xFFFFL;
            case 4 -> buffer.getInt() & 0xFFFF_FFFFL;
            default -> buffer.getLong();
          };
    }
    return patterns;
  }

  /// The bytes of patterns.
  public byte[] pack(long... patterns) {
    ByteBuffer buffer =
        ByteBuffer.allocate(patterns.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (long bits : patterns) {
      switch (dtype.bytes()) {
        case 1 -> buffer.put((byte) bits);
        case 2 -> buffer.putShort((short) bits);
        case 4 -> buffer.putInt((int) bits);
        default -> buffer.putLong(bits);
      }
    }
    return buffer.array();
  }

  /// The bytes of values, each rounded.
  public byte[] packValues(double... values) {
    return pack(Arrays.stream(values).mapToLong(this::nearest).toArray());
  }

  private long mask() {
    return dtype.bits() == 64 ? -1 : (1L << dtype.bits()) - 1;
  }

  private int nearestMagnitude(double value) {
    if (value >= magnitudes[(int) nonFinite]) {
      return (int) nonFinite;
    }
    int found = Arrays.binarySearch(magnitudes, value);
    if (found >= 0) {
      return found;
    }
    int above = -found - 1;
    int below = above - 1;
    double middle = (magnitudes[below] + magnitudes[above]) / 2;
    if (value == middle) {
      return below % 2 == 0 ? below : above;
    }
    return value < middle ? below : above;
  }

  private double magnitude(int bits) {
    int exponent = bits >> mantissaBits;
    int mantissa = bits & ((1 << mantissaBits) - 1);
    return exponent == 0
        ? Math.scalb((double) mantissa, 1 - bias - mantissaBits)
        : Math.scalb((double) mantissa + (1 << mantissaBits), exponent - bias - mantissaBits);
  }
}
