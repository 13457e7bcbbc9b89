package dev.stockpot.checkpoint;

import java.util.List;
import java.util.Optional;

/// Element types as ONNX numbers them (`TensorProto.DataType`), and where a tensor holds them.
final class OnnxTypes {
  private static final List<String> NAMES =
      List.of(
          "UNDEFINED",
          "FLOAT",
          "UINT8",
          "INT8",
          "UINT16",
          "INT16",
          "INT32",
          "INT64",
          "STRING",
          "BOOL",
          "FLOAT16",
          "DOUBLE",
          "UINT32",
          "UINT64",
          "COMPLEX64",
          "COMPLEX128",
          "BFLOAT16",
          "FLOAT8E4M3FN",
          "FLOAT8E4M3FNUZ",
          "FLOAT8E5M2",
          "FLOAT8E5M2FNUZ",
          "UINT4",
          "INT4",
          "FLOAT4E2M1",
          "FLOAT8E8M0",
          "UINT2",
          "INT2",
          "FLOAT6E2M3",
          "FLOAT6E3M2");

  private OnnxTypes() {}

  /// The type that ONNX numbers so, if Stockpot knows it.
  static Optional<DType> dtype(int onnx) {
    return switch (onnx) {
      case 1 -> Optional.of(DType.F32);
      case 2 -> Optional.of(DType.U8);
      case 3 -> Optional.of(DType.I8);
      case 4 -> Optional.of(DType.U16);
      case 5 -> Optional.of(DType.I16);
      case 6 -> Optional.of(DType.I32);
      case 7 -> Optional.of(DType.I64);
      case 9 -> Optional.of(DType.BOOL);
      case 10 -> Optional.of(DType.F16);
      case 11 -> Optional.of(DType.F64);
      case 12 -> Optional.of(DType.U32);
      case 13 -> Optional.of(DType.U64);
      case 14 -> Optional.of(DType.C64);
      case 16 -> Optional.of(DType.BF16);
      case 17 -> Optional.of(DType.F8_E4M3);
      case 18 -> Optional.of(DType.F8_E4M3FNUZ);
      case 19 -> Optional.of(DType.F8_E5M2);
      case 20 -> Optional.of(DType.F8_E5M2FNUZ);
      case 23 -> Optional.of(DType.F4);
      case 24 -> Optional.of(DType.F8_E8M0);
      case 27 -> Optional.of(DType.F6_E2M3);
      case 28 -> Optional.of(DType.F6_E3M2);
      default -> Optional.empty();
    };
  }

  /// What ONNX calls a type.
  static String name(int onnx) {
    return onnx >= 0 && onnx < NAMES.size() ? NAMES.get(onnx) : "number " + onnx;
  }

  /// The field that holds elements which are not raw bytes, if they can be held so.
  static Optional<Integer> field(DType dtype) {
    return switch (dtype) {
      case F32, C64 -> Optional.of(OnnxFields.TENSOR_FLOATS);
      case F64 -> Optional.of(OnnxFields.TENSOR_DOUBLES);
      case I64 -> Optional.of(OnnxFields.TENSOR_INT64S);
      case U64, U32 -> Optional.of(OnnxFields.TENSOR_UINT64S);
      case I32,
          I16,
          I8,
          U16,
          U8,
          BOOL,
          F16,
          BF16,
          F8_E4M3,
          F8_E5M2,
          F8_E4M3FNUZ,
          F8_E5M2FNUZ,
          F8_E8M0,
          F4 ->
          Optional.of(OnnxFields.TENSOR_INT32S);
      case F6_E2M3, F6_E3M2 -> Optional.empty();
    };
  }

  /// What the format calls a field that holds elements.
  static String fieldName(int field) {
    return switch (field) {
      case OnnxFields.TENSOR_FLOATS -> "float_data";
      case OnnxFields.TENSOR_INT32S -> "int32_data";
      case OnnxFields.TENSOR_STRINGS -> "string_data";
      case OnnxFields.TENSOR_INT64S -> "int64_data";
      case OnnxFields.TENSOR_RAW -> "raw_data";
      case OnnxFields.TENSOR_DOUBLES -> "double_data";
      case OnnxFields.TENSOR_UINT64S -> "uint64_data";
      default -> throw new IllegalArgumentException("field " + field + " holds no elements");
    };
  }
}
