package dev.stockpot.cli.options;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `--memory`.
public final class MemoryOption {
  private final OptionSpec bytes =
      OptionSpec.builder("--memory")
          .type(Long.class)
          .paramLabel("SIZE")
          .converters(new Size())
          .description("Memory for tensors, such as 512m or 2g (powers of two).")
          .build();

  /// Adds the option to a command's.
  @Spec
  public void addTo(CommandSpec command) {
    command.addOption(bytes);
  }

  /// The bound in bytes, if the user gives one.
  public OptionalLong bytes() {
    return Declared.<Long>value(bytes).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  /// Reads a size: a number, and k, m, g or t for powers of 1024, with or without `b` or `ib` after
  /// it.
  static final class Size implements ITypeConverter<Long> {
    private static final Pattern SIZE =
        Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,6})?)\\s*([kmgt]?)(?:i?b)?");
    private static final String UNITS = "kmgt";

    @Override
    public Long convert(String value) {
      Matcher matcher = SIZE.matcher(value.strip().toLowerCase(Locale.ROOT));
      if (matcher.matches()) {
        int power = matcher.group(2).isEmpty() ? 0 : UNITS.indexOf(matcher.group(2)) + 1;
        BigDecimal size =
            new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1024).pow(power));
        if (size.signum() > 0 && size.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
          return size.longValue();
        }
      }
      throw new TypeConversionException("'" + value + "' is not a size; write 512m or 2g");
    }
  }
}
