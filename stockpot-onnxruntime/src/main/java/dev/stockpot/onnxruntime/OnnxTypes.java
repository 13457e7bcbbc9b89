package dev.stockpot.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import dev.stockpot.checkpoint.DType;
import java.util.Optional;

/// Element types as ONNX Runtime and Stockpot call them.
final class OnnxTypes {
  private OnnxTypes() {}

  /// The type that ONNX Runtime's Java API makes tensors of, if it makes such tensors at all.
  static Optional<OnnxJavaType> runtimeType(DType dtype) {
    return switch (dtype) {
      case F64 -> Optional.of(OnnxJavaType.DOUBLE);
      case F32 -> Optional.of(OnnxJavaType.FLOAT);
      case F16 -> Optional.of(OnnxJavaType.FLOAT16);
      case BF16 -> Optional.of(OnnxJavaType.BFLOAT16);
      case I64 -> Optional.of(OnnxJavaType.INT64);
      case I32 -> Optional.of(OnnxJavaType.INT32);
      case I16 -> Optional.of(OnnxJavaType.INT16);
      case I8 -> Optional.of(OnnxJavaType.INT8);
      case U8 -> Optional.of(OnnxJavaType.UINT8);
      case BOOL -> Optional.of(OnnxJavaType.BOOL);
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

  /// A type of ONNX Runtime as Stockpot calls it.
  static String name(OnnxJavaType type) {
    for (DType dtype : DType.values()) {
      if (runtimeType(dtype).filter(type::equals).isPresent()) {
        return dtype.name();
      }
    }
    return type.name();
  }
}
