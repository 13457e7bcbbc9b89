package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Capabilities;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.recipe.RecipeException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Commands that a command carries out in this process, as a user would type them.
final class Subcommands {
  private Subcommands() {}

  /// Carries one out in silence.
  ///
  /// @param words without `--json`, which is added
  /// @return what it printed
  /// @throws RecipeException with what it said, if it fails
  static Json run(List<String> words) {
    List<String> line = new ArrayList<>(words);
    line.addAll(List.of("--json", "--quiet"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Capabilities can = Capabilities.of(System.getProperties(), Map.of());
    PrintStream errors = new PrintStream(err, true, can.errCharset());
    int code =
        Main.run(new Terminal(out, errors, can), System.getenv(), line.toArray(String[]::new));
    if (code != 0) {
      throw new RecipeException(
          "stockpot %s failed:%n%s"
              .formatted(String.join(" ", line), err.toString(can.errCharset()).strip()));
    }
    return JsonReader.read(out.toByteArray());
  }
}
