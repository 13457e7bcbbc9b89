package dev.stockpot.cli.options;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/// Options of `mergekit-yaml` and `mergekit-multi`, so that their command lines go on working.
/// Those that mean nothing here are taken and noted.
public final class MergekitOptions {
  private static final List<String> WITHOUT_EFFECT =
      List.of(
          "--allow-crimes",
          "--cuda",
          "--low-cpu-memory",
          "--clone-tensors",
          "--trust-remote-code",
          "--lazy-unpickle",
          "--read-to-gpu",
          "--multi-gpu",
          "--gpu-rich",
          "--async-write",
          "--safe-serialization",
          "--device",
          "--lora-merge-cache",
          "--lora-merge-dtype",
          "--write-threads",
          "-v");

  private final OptionSpec flags =
      OptionSpec.builder(
              new String[] {
                "--allow-crimes",
                "--no-allow-crimes",
                "--cuda",
                "--no-cuda",
                "--low-cpu-memory",
                "--no-low-cpu-memory",
                "--clone-tensors",
                "--no-clone-tensors",
                "--trust-remote-code",
                "--no-trust-remote-code",
                "--lazy-unpickle",
                "--no-lazy-unpickle",
                "--read-to-gpu",
                "--no-read-to-gpu",
                "--multi-gpu",
                "--no-multi-gpu",
                "--gpu-rich",
                "--async-write",
                "--no-async-write",
                "--safe-serialization",
                "--no-safe-serialization",
                "-v"
              })
          .type(boolean[].class)
          .arity("0")
          .hidden(true)
          .build();
  private final OptionSpec values =
      OptionSpec.builder("--device", "--lora-merge-cache", "--lora-merge-dtype", "--write-threads")
          .type(List.class)
          .auxiliaryTypes(String.class)
          .hidden(true)
          .build();
  private final OptionSpec copyTokenizer =
      unlessRefused(
          "--copy-tokenizer", "Copy the tokenizer's files to the output; done unless refused.");
  private final OptionSpec writeModelCard =
      unlessRefused(
          "--write-model-card", "Write README.md and mergekit_config.yml; done unless refused.");
  private final OptionSpec intermediates =
      OptionSpec.builder("-I", "--intermediate-dir")
          .type(Path.class)
          .paramLabel("DIR")
          .description(
              "Keep the results of named merges there, and use those that are there already; else"
                  + " they are deleted in the end.")
          .build();
  private final OptionSpec lazy =
      unlessRefused(
          "--lazy", "Use results that are in --intermediate-dir already; done unless refused.");
  private final OptionSpec cache =
      OptionSpec.builder("--transformers-cache")
          .type(Path.class)
          .paramLabel("DIR")
          .description("The Hugging Face cache, if it is not in its usual place.")
          .build();
  private final OptionSpec shardElements =
      OptionSpec.builder("--out-shard-size")
          .type(Long.class)
          .paramLabel("N")
          .converters(new Elements())
          .description("As --shard-size, but in parameters: 500M, 5B.")
          .build();
  private final OptionSpec threads =
      OptionSpec.builder("-j", "--num-threads")
          .type(Integer.class)
          .paramLabel("N")
          .hidden(true)
          .build();

  private static OptionSpec unlessRefused(String name, String description) {
    return OptionSpec.builder(name)
        .type(boolean.class)
        .negatable(true)
        .defaultValue("true")
        .fallbackValue("true")
        .description(description)
        .build();
  }

  /// Adds the options to a command's.
  public void addTo(CommandSpec command) {
    List.of(
            flags,
            values,
            copyTokenizer,
            writeModelCard,
            intermediates,
            lazy,
            cache,
            shardElements,
            threads)
        .forEach(command::addOption);
  }

  /// `--num-threads`, which is `--threads` here.
  public Optional<Integer> threads() {
    return Declared.<Integer>value(threads).filter(it -> it > 0);
  }

  public boolean copyTokenizer() {
    return Declared.isSet(copyTokenizer);
  }

  public boolean writeModelCard() {
    return Declared.isSet(writeModelCard);
  }

  /// Where results of named merges are kept.
  public Optional<Path> intermediates() {
    return Declared.value(intermediates);
  }

  public boolean lazy() {
    return Declared.isSet(lazy);
  }

  public Optional<Path> cache() {
    return Declared.value(cache);
  }

  /// Most parameters in one file.
  public OptionalLong shardElements() {
    return Declared.<Long>value(shardElements).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  /// What was given to no effect.
  ///
  /// @param args as typed
  public List<String> ignored(List<String> args) {
    List<String> ignored = new ArrayList<>();
    if (flags.getValue() != null || values.getValue() != null) {
      for (String arg : args) {
        String name = arg.replaceFirst("=.*", "").replaceFirst("^-v+$", "-v");
        if (WITHOUT_EFFECT.contains(name.replaceFirst("^--no-", "--")) && !ignored.contains(name)) {
          ignored.add(name);
        }
      }
    }
    return ignored;
  }

  /// Reads a number of parameters: `5B` is 5·10⁹.
  static final class Elements implements ITypeConverter<Long> {
    private static final Pattern COUNT = Pattern.compile("([0-9]{1,12})([kmb]?)");

    @Override
    public Long convert(String value) {
      Matcher matcher = COUNT.matcher(value.strip().toLowerCase(Locale.ROOT));
      if (matcher.matches()) {
        BigDecimal count =
            new BigDecimal(matcher.group(1))
                .multiply(
                    BigDecimal.valueOf(1000)
                        .pow(" kmb".indexOf(matcher.group(2).isEmpty() ? " " : matcher.group(2))));
        if (count.signum() > 0 && count.compareTo(BigDecimal.valueOf(Long.MAX_VALUE / 8)) <= 0) {
          return count.longValue();
        }
      }
      throw new TypeConversionException("'" + value + "' is not a number of parameters; write 5B");
    }
  }
}
