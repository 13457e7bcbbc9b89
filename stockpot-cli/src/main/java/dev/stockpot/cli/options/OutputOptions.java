package dev.stockpot.cli.options;

import dev.stockpot.Progress;
import dev.stockpot.cli.terminal.Terminal;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/// `--json` and `--quiet`.
public final class OutputOptions {
  private final OptionSpec json = Declared.flag("--json", "Print the result as one JSON document.");
  private final OptionSpec quiet =
      Declared.flag("--quiet", "Show neither progress nor notes, only warnings.");

  /// Adds the options to a command's.
  @Spec
  public void addTo(CommandSpec command) {
    command.addOption(json).addOption(quiet);
  }

  /// Whether results are printed as JSON.
  public boolean json() {
    return Declared.isSet(json);
  }

  /// Whether only results are shown.
  public boolean quiet() {
    return Declared.isSet(quiet);
  }

  /// Shows progress, unless the user wants quiet.
  public Progress progress(Terminal terminal) {
    return quiet() ? Progress.NONE : terminal.progress();
  }

  /// Tells the user something that is no result, unless the user wants quiet.
  public void note(Terminal terminal, String note) {
    tell(terminal, "note: " + note);
  }

  /// Tells the user of something that is most likely a mistake, quiet or not.
  public void warn(Terminal terminal, String warning) {
    terminal.tell("warning: " + warning);
  }

  /// Says what is going on, unless the user wants quiet.
  public void tell(Terminal terminal, String line) {
    if (!quiet()) {
      terminal.tell(line);
    }
  }
}
