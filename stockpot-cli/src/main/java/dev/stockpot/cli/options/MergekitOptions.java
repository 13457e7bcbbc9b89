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
import picocli.CommandLine.Option;
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

  @Option(
      names = {
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
      },
      hidden = true)
  private boolean[] flags = {};

  @Option(
      names = {"--device", "--lora-merge-cache", "--lora-merge-dtype", "--write-threads"},
      hidden = true)
  private List<String> values = List.of();

  @Option(
      names = "--copy-tokenizer",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Copy the tokenizer's files to the output; done unless refused.")
  private boolean copyTokenizer;

  @Option(
      names = "--write-model-card",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Write README.md and mergekit_config.yml; done unless refused.")
  private boolean writeModelCard;

  @Option(
      names = {"-I", "--intermediate-dir"},
      paramLabel = "DIR",
      description =
          "Keep the results of named merges there, and use those that are there already; else"
              + " they are deleted in the end.")
  private Optional<Path> intermediates = Optional.empty();

  @Option(
      names = "--lazy",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Use results that are in --intermediate-dir already; done unless refused.")
  private boolean lazy;

  @Option(
      names = "--transformers-cache",
      paramLabel = "DIR",
      description = "The Hugging Face cache, if it is not in its usual place.")
  private Optional<Path> cache = Optional.empty();

  @Option(
      names = "--out-shard-size",
      paramLabel = "N",
      converter = Elements.class,
      description = "As --shard-size, but in parameters: 500M, 5B.")
  private Long shardElements;

  @Option(
      names = {"-j", "--num-threads"},
      paramLabel = "N",
      hidden = true)
  private Optional<Integer> threads = Optional.empty();

  /// `--num-threads`, which is `--threads` here.
  public Optional<Integer> threads() {
    return threads.filter(it -> it > 0);
  }

  public boolean copyTokenizer() {
    return copyTokenizer;
  }

  public boolean writeModelCard() {
    return writeModelCard;
  }

  /// Where results of named merges are kept.
  public Optional<Path> intermediates() {
    return intermediates;
  }

  public boolean lazy() {
    return lazy;
  }

  public Optional<Path> cache() {
    return cache;
  }

  /// Most parameters in one file.
  public OptionalLong shardElements() {
    return shardElements == null ? OptionalLong.empty() : OptionalLong.of(shardElements);
  }

  /// What was given to no effect.
  ///
  /// @param args as typed
  public List<String> ignored(List<String> args) {
    List<String> ignored = new ArrayList<>();
    if (flags.length > 0 || !values.isEmpty()) {
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
