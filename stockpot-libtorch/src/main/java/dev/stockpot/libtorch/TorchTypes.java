package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.DType;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Element types as libtorch and Stockpot call them.
final class TorchTypes {
  private TorchTypes() {}

  /// The type that libtorch computes with, if it does.
  static Optional<ScalarType> scalarType(DType dtype) {
    return switch (dtype) {
      case F64 -> Optional.of(ScalarType.Double);
      case F32 -> Optional.of(ScalarType.Float);
      case F16 -> Optional.of(ScalarType.Half);
      case BF16 -> Optional.of(ScalarType.BFloat16);
      case I64 -> Optional.of(ScalarType.Long);
      case I32 -> Optional.of(ScalarType.Int);
      case I16 -> Optional.of(ScalarType.Short);
      case I8 -> Optional.of(ScalarType.Char);
      case U8 -> Optional.of(ScalarType.Byte);
      case BOOL -> Optional.of(ScalarType.Bool);
      case F8_E4M3,
          F8_E5M2,
          U64,
          U32,
          U16,
          C64,
          F8_E5M2FNUZ,
          F8_E4M3FNUZ,
          F8_E8M0,
          F6_E2M3,
          F6_E3M2,
          F4 ->
          Optional.empty();
    };
  }

  /// A type of libtorch as Stockpot calls it, if it has a name for it.
  static Optional<DType> dtype(ScalarType type) {
    for (DType dtype : DType.values()) {
      if (scalarType(dtype).filter(type.intern()::equals).isPresent()) {
        return Optional.of(dtype);
      }
    }
    return Optional.empty();
  }
}
