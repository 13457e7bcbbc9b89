package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.cli.options.Declared;
import dev.stockpot.recipe.Ingredient;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/// `--hash`.
final class HashOption {
  private final OptionSpec hash =
      Declared.flag("--hash", "Print the SHA-256 of every input file, too.");

  /// Adds the option to a command's.
  @Spec
  void addTo(CommandSpec command) {
    command.addOption(hash);
  }

  /// File → SHA-256 of every file of the inputs; absent unless the user wants it.
  Optional<Map<String, String>> of(OpenIngredients inputs, int threads, Progress progress) {
    return of(inputs.withBase().map(Ingredient::checkpoint), threads, progress);
  }

  /// File → SHA-256 of every file of the inputs, each file once; absent unless the user wants it.
  Optional<Map<String, String>> of(Stream<Checkpoint> inputs, int threads, Progress progress) {
    if (!Declared.isSet(hash)) {
      return Optional.empty();
    }
    List<Path> files = inputs.flatMap(input -> input.files().stream()).distinct().toList();
    Map<String, String> hashes = new LinkedHashMap<>();
    Hashes.of(files, threads, progress).forEach((file, sum) -> hashes.put(file.toString(), sum));
    return Optional.of(hashes);
  }

  /// Lines as sha256sum prints them.
  static String lines(Map<String, String> hashes) {
    return hashes.entrySet().stream()
        .map(entry -> entry.getValue() + "  " + entry.getKey() + "\n")
        .collect(Collectors.joining());
  }
}
