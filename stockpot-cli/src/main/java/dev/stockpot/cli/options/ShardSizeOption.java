package dev.stockpot.cli.options;

import dev.stockpot.checkpoint.HuggingFaceFolder;
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

/// `--shard-size`.
public final class ShardSizeOption {
  private final OptionSpec bytes =
      OptionSpec.builder("--shard-size")
          .type(Long.class)
          .paramLabel("SIZE")
          .converters(new Size())
          .description("Largest file in a folder that is written, such as 2GB; 5GB unless given.")
          .build();

  /// Adds the option to a command's.
  @Spec
  public void addTo(CommandSpec command) {
    command.addOption(bytes);
  }

  /// The size the user gives.
  public OptionalLong given() {
    return Declared.<Long>value(bytes).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  /// Most bytes of data in a file.
  public long bytes() {
    return given().orElse(HuggingFaceFolder.DEFAULT_SHARD_BYTES);
  }

  /// Reads the size of a file as Hugging Face's tools do: `500MB` in powers of ten, `500MiB` in
  /// powers of two.
  static final class Size implements ITypeConverter<Long> {
    private static final Pattern SIZE =
        Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,6})?)\\s*(?:([kmgt])(i?)b?|b)?");
    private static final String UNITS = "kmgt";

    @Override
    public Long convert(String value) {
      Matcher matcher = SIZE.matcher(value.strip().toLowerCase(Locale.ROOT));
      if (matcher.matches()) {
        int power = matcher.group(2) == null ? 0 : UNITS.indexOf(matcher.group(2)) + 1;
        int step = "i".equals(matcher.group(3)) ? 1024 : 1000;
        BigDecimal size =
            new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(step).pow(power));
        if (size.compareTo(BigDecimal.ONE) >= 0
            && size.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
          return size.longValue();
        }
      }
      throw new TypeConversionException("'" + value + "' is not a size; write 500MB or 5GB");
    }
  }
}
