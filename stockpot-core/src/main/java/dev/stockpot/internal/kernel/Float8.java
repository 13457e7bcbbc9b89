package dev.stockpot.internal.kernel;

/// The two 8-bit floats of the OCP specification: exact widening, and rounding to nearest even.
///
/// @see <a href="https://arxiv.org/abs/2209.05433">Micikevicius et al. 2022</a>
final class Float8 {
  /// Bias 7, no infinities, NaN is all ones; finite up to 448.
  static final Float8 E4M3 = new Float8(3, 7, 448, 0x7F);

  /// Bias 15, infinities and NaNs as IEEE 754; finite up to 57 344.
  static final Float8 E5M2 = new Float8(2, 15, 57_344, 0x7C);

  private final int mantissaBits;
  private final int bias;
  private final float max;
  private final int overflow;
  private final float[] values = new float[256];

  /// @param overflow the bits of what lies beyond `max`
  private Float8(int mantissaBits, int bias, float max, int overflow) {
    this.mantissaBits = mantissaBits;
    this.bias = bias;
    this.max = max;
    this.overflow = overflow;
    for (int bits = 0; bits < 256; bits++) {
      values[bits] = value(bits);
    }
  }

  /// The value of one element.
  float widen(byte bits) {
    return values[bits & 0xFF];
  }

  /// The nearest element, ties to even. NaN becomes the positive quiet NaN; what rounds beyond the
  /// largest finite value becomes infinite (E5M2) or NaN (E4M3).
  byte narrow(float value) {
    if (Float.isNaN(value)) {
      return 0x7F;
    }
    int sign = (Float.floatToRawIntBits(value) >>> 24) & 0x80;
    float magnitude = Math.abs(value);
    // One unit in the last place at this magnitude; subnormals share that of the smallest normal.
    int exponent = Math.max(Math.getExponent(magnitude), 1 - bias);
    double units = magnitude * Math.scalb(1.0, mantissaBits - exponent);
    double rounded = Math.rint(units) * Math.scalb(1.0, exponent - mantissaBits);
    if (rounded > max) {
      return (byte) (sign | overflow);
    }
    return (byte) (sign | encode((float) rounded));
  }

  /// Whether an element is neither infinite nor NaN.
  boolean isFinite(byte bits) {
    return Float.isFinite(widen(bits));
  }

  /// The bits of a magnitude that is exactly representable.
  private int encode(float magnitude) {
    int exponent = Math.getExponent(magnitude);
    if (exponent < 1 - bias) {
      return (int) Math.scalb(magnitude, bias - 1 + mantissaBits);
    }
    int mantissa = Float.floatToRawIntBits(magnitude) >>> (23 - mantissaBits);
    return ((exponent + bias) << mantissaBits) | (mantissa & ((1 << mantissaBits) - 1));
  }

  private float value(int bits) {
    int magnitude = bits & 0x7F;
    int exponent = magnitude >> mantissaBits;
    int mantissa = magnitude & ((1 << mantissaBits) - 1);
    float value;
    if (magnitude > overflow || magnitude == 0x7F) {
      value = Float.NaN;
    } else if (magnitude == overflow) {
      value = Float.POSITIVE_INFINITY;
    } else if (exponent == 0) {
      value = Math.scalb((float) mantissa, 1 - bias - mantissaBits);
    } else {
      value = Math.scalb((float) (mantissa | (1 << mantissaBits)), exponent - bias - mantissaBits);
    }
    return (bits & 0x80) == 0 ? value : -value;
  }
}
