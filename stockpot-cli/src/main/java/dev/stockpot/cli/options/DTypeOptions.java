package dev.stockpot.cli.options;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.internal.text.Nearest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `--out-dtype` and `--saturate`.
public final class DTypeOptions {
  private final OptionSpec outDType =
      OptionSpec.builder("--out-dtype")
          .type(DType.class)
          .paramLabel("DTYPE")
          .converters(new FloatDType())
          .description("Type of the output's float tensors: F64, F32, F16, BF16, F8_E4M3, F8_E5M2.")
          .build();
  private final OptionSpec saturate =
      Declared.flag("--saturate", "Clamp what overflows the output's type instead of stopping.");

  /// Adds the options to a command's.
  @Spec
  public void addTo(CommandSpec command) {
    command.addOption(outDType).addOption(saturate);
  }

  /// The type of float tensors, if the user gives one.
  public Optional<DType> outDType() {
    return Declared.value(outDType);
  }

  /// Whether finite values that overflow are clamped.
  public boolean saturate() {
    return Declared.isSet(saturate);
  }

  /// Reads a float type by the name that safetensors, PyTorch or people give it.
  public static final class FloatDType implements ITypeConverter<DType> {
    private static final Map<String, DType> NAMES = names();

    @Override
    public DType convert(String value) {
      DType dtype = NAMES.get(value.toLowerCase(Locale.ROOT));
      if (dtype == null) {
        throw new TypeConversionException(
            "unknown float type '" + value + "'" + Nearest.hint(value, NAMES.keySet()));
      }
      return dtype;
    }

    private static Map<String, DType> names() {
      Map<String, DType> names = new LinkedHashMap<>();
      for (DType dtype : DType.values()) {
        if (dtype.isFloat()) {
          names.put(dtype.name().toLowerCase(Locale.ROOT), dtype);
        }
      }
      names.putAll(Map.of("float64", DType.F64, "fp64", DType.F64, "double", DType.F64));
      names.putAll(Map.of("float32", DType.F32, "fp32", DType.F32, "float", DType.F32));
      names.putAll(Map.of("float16", DType.F16, "fp16", DType.F16, "half", DType.F16));
      names.put("bfloat16", DType.BF16);
      names.put("float8_e4m3fn", DType.F8_E4M3);
      names.put("float8_e5m2", DType.F8_E5M2);
      return names;
    }
  }
}
