package dev.stockpot.cli;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.terminal.Text;
import dev.stockpot.merge.MergePlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The README.md of a model in Hugging Face layout: what was averaged, and how.
///
/// @param title the folder's name
/// @param method in words, such as `The mean of 2 checkpoints`
/// @param weights share of each ingredient
/// @param dtypes of the float tensors
/// @param command as typed
record ModelCard(
    String title,
    String method,
    Map<String, Double> weights,
    List<DType> dtypes,
    List<String> command) {

  static ModelCard of(
      Path target,
      String method,
      Map<String, Double> weights,
      MergePlan plan,
      List<String> command) {
    List<DType> dtypes =
        plan.output().stream()
            .map(TensorSpec::dtype)
            .filter(DType::isFloat)
            .distinct()
            .sorted()
            .toList();
    String title = target.toAbsolutePath().normalize().getFileName().toString();
    return new ModelCard(title, method, weights, dtypes, command);
  }

  /// The document: Markdown after the metadata that the Hugging Face Hub reads.
  String text() {
    StringBuilder out = new StringBuilder();
    out.append("---\ntags:\n- merge\n- stockpot\n---\n");
    out.append("# ").append(Text.printable(title)).append("\n\n").append(method);
    if (!dtypes.isEmpty()) {
      out.append(dtypes.stream().map(DType::name).collect(Collectors.joining(", ", " (", ")")));
    }
    out.append(", made by Stockpot ").append(Main.version()).append(".\n\n");
    if (!weights.isEmpty()) {
      out.append("| ingredient | weight |\n|---|---|\n");
    }
    weights.forEach((name, weight) ->
        out.append("| ").append(cell(name)).append(" | ").append(weight).append(" |\n"));
    String words = command.stream().map(ModelCard::quoted).collect(Collectors.joining(" "));
    return out.append(weights.isEmpty() ? "" : "\n")
        .append("    stockpot ")
        .append(words)
        .append('\n')
        .toString();
  }

  private static String cell(String name) {
    return Text.printable(name).replace("|", "\\|");
  }

  /// A word as a shell takes it.
  private static String quoted(String word) {
    String printable = Text.printable(word);
    return printable.matches("[\\w./,:=@%+~-]+")
        ? printable
        : "'" + printable.replace("'", "'\\''") + "'";
  }
}
