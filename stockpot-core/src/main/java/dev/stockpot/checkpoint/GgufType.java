package dev.stockpot.checkpoint;

import java.util.Map;
import java.util.Optional;

/// How a GGUF file stores a tensor's elements.
///
/// @param code in the file
/// @param name as llama.cpp has it
/// @param dtype the same as elements of their own; empty for quantised blocks
/// @see <a href="https://github.com/ggml-org/ggml/blob/master/include/ggml.h">`ggml_type`</a>
record GgufType(int code, String name, Optional<DType> dtype) {
  private static final Map<Integer, DType> PLAIN =
      Map.of(
          0, DType.F32,
          1, DType.F16,
          24, DType.I8,
          25, DType.I16,
          26, DType.I32,
          27, DType.I64,
          28, DType.F64,
          30, DType.BF16);

  private static final Map<Integer, String> QUANTISED =
      Map.ofEntries(
          Map.entry(2, "Q4_0"),
          Map.entry(3, "Q4_1"),
          Map.entry(6, "Q5_0"),
          Map.entry(7, "Q5_1"),
          Map.entry(8, "Q8_0"),
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(12, "Q4_K"),
          Map.entry(13, "Q5_K"),
          Map.entry(14, "Q6_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(29, "IQ1_M"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(39, "MXFP4"),
          Map.entry(40, "NVFP4"));

  /// The type of a code; those that are not known are taken for quantised ones.
  static GgufType of(int code) {
    DType dtype = PLAIN.get(code);
    return dtype != null
        ? new GgufType(code, dtype.name(), Optional.of(dtype))
        : new GgufType(
            code,
            QUANTISED.getOrDefault(code, "type " + Integer.toUnsignedString(code)),
            Optional.empty());
  }

  /// The type that stores such elements.
  static Optional<GgufType> of(DType dtype) {
    return PLAIN.entrySet().stream()
        .filter(entry -> entry.getValue() == dtype)
        .map(entry -> of(entry.getKey()))
        .findFirst();
  }
}
