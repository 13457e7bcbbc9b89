package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Text;
import dev.stockpot.plan.PlannedMerge;
import dev.stockpot.recipe.ModelReference;
import java.nio.file.Path;

/// The README.md of a merged model.
final class MergeCard {
  private MergeCard() {}

  /// The document: Markdown after the metadata that the Hugging Face Hub reads.
  ///
  /// @param target whose name is the title
  /// @param config as the user wrote it
  static String of(PlannedMerge merge, Path target, String config) {
    StringBuilder out = new StringBuilder();
    out.append("---\ntags:\n- merge\n- stockpot\n---\n");
    String title = target.toAbsolutePath().normalize().getFileName().toString();
    out.append("# ").append(Text.printable(title)).append("\n\n");
    out.append("Merged by `").append(merge.config().method()).append('`');
    merge
        .config()
        .base()
        .ifPresent(base -> out.append(" with the base ").append(code(base.toString())));
    out.append(", made by Stockpot ").append(Main.version()).append(".\n\n");
    for (ModelReference model : merge.config().models()) {
      out.append("- ").append(code(model.toString())).append('\n');
    }
    // A fence longer than any in the config.
    String fence = "```";
    while (config.contains(fence)) {
      fence += "`";
    }
    return out.append("\n")
        .append(fence)
        .append("yaml\n")
        .append(config.strip())
        .append('\n')
        .append(fence)
        .append('\n')
        .toString();
  }

  private static String code(String text) {
    return "`" + Text.printable(text).replace("`", "'") + "`";
  }
}
