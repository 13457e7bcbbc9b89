package dev.stockpot.checkpoint;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/// Element types of tensors, named as in the safetensors format.
///
/// In the order in which the reference implementation lays tensors out: wide types first, so that
/// every element lies at a multiple of its size.
///
/// @see <a href="https://github.com/huggingface/safetensors">safetensors</a>
public enum DType {
  U64(64, Kind.INTEGER),
  I64(64, Kind.INTEGER),
  F64(64, Kind.FLOAT),
  /// Complex of two F32; carried as raw bytes.
  C64(64, Kind.RAW),
  F32(32, Kind.FLOAT),
  U32(32, Kind.INTEGER),
  I32(32, Kind.INTEGER),
  /// bfloat16: the upper half of an F32.
  BF16(16, Kind.FLOAT),
  F16(16, Kind.FLOAT),
  U16(16, Kind.INTEGER),
  I16(16, Kind.INTEGER),
  /// "FNUZ" variants (one NaN, no negative zero); carried as raw bytes.
  F8_E5M2FNUZ(8, Kind.RAW),
  F8_E4M3FNUZ(8, Kind.RAW),
  /// Scales of microscaling formats; carried as raw bytes.
  F8_E8M0(8, Kind.RAW),
  /// 4 exponent bits, 3 mantissa bits, no infinities, one NaN per sign (OCP "E4M3", finite up to
  /// 448).
  F8_E4M3(8, Kind.FLOAT),
  /// 5 exponent bits, 2 mantissa bits, as IEEE 754 (OCP "E5M2", finite up to 57 344).
  F8_E5M2(8, Kind.FLOAT),
  I8(8, Kind.INTEGER),
  U8(8, Kind.INTEGER),
  /// Elements of microscaling formats, packed; carried as raw bytes.
  F6_E3M2(6, Kind.RAW),
  F6_E2M3(6, Kind.RAW),
  F4(4, Kind.RAW),
  /// One byte per element, 0 or 1.
  BOOL(8, Kind.INTEGER);

  /// What can be done with the elements.
  public enum Kind {
    /// Averaged.
    FLOAT,
    /// Integers and booleans: copied, never averaged.
    INTEGER,
    /// Carried as bytes.
    RAW
  }

  /// What PyTorch, and a model's config.json, calls the float types.
  public static final Map<DType, String> TORCH_NAMES =
      Map.of(
          F64, "float64",
          F32, "float32",
          BF16, "bfloat16",
          F16, "float16",
          F8_E4M3, "float8_e4m3fn",
          F8_E5M2, "float8_e5m2");

  private final int bits;
  private final Kind kind;

  DType(int bits, Kind kind) {
    this.bits = bits;
    this.kind = kind;
  }

  /// Size of one element in bits: 4, 6 or a multiple of 8.
  public int bits() {
    return bits;
  }

  /// Size of one element in bytes.
  ///
  /// @throws IllegalStateException for types narrower than a byte
  public int bytes() {
    if (bits % 8 != 0) {
      throw new IllegalStateException(this + " elements are not whole bytes");
    }
    return bits / 8;
  }

  /// What can be done with the elements.
  public Kind kind() {
    return kind;
  }

  /// Whether elements are floating-point numbers that Stockpot computes with.
  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  /// The type of that name, in the spelling of the safetensors format.
  public static Optional<DType> named(String name) {
    for (DType dtype : values()) {
      if (dtype.name().equals(name)) {
        return Optional.of(dtype);
      }
    }
    return Optional.empty();
  }

  /// The narrowest float type that holds every value of both: BF16 with F16 gives F32, F8_E4M3 with
  /// F8_E5M2 gives F16.
  ///
  /// @throws IllegalArgumentException unless both are float types
  public static DType widest(DType a, DType b) {
    if (!a.isFloat() || !b.isFloat()) {
      throw new IllegalArgumentException(a + " and " + b + " are not both float types");
    }
    if (a == b) {
      return a;
    }
    if (a.bits == b.bits) {
      return a.bits == 16 ? F32 : F16;
    }
    return a.bits > b.bits ? a : b;
  }

  /// The narrowest float type that holds every value of all: of the 8-bit types F16, unless there
  /// is a wider one.
  ///
  /// @param dtypes at least one
  /// @throws IllegalArgumentException unless all are float types
  public static DType widest(Collection<DType> dtypes) {
    // Wide types come first: F8_E4M3 and F8_E5M2 alone need F16, but all fit into a BF16.
    Iterator<DType> kinds = EnumSet.copyOf(dtypes).iterator();
    DType widest = kinds.next();
    while (kinds.hasNext()) {
      widest = widest(widest, kinds.next());
    }
    return widest;
  }
}
