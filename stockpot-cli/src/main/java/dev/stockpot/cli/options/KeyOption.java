package dev.stockpot.cli.options;

import dev.stockpot.checkpoint.OpenOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/// `--key`.
public final class KeyOption {
  private final OptionSpec key =
      OptionSpec.builder("--key")
          .type(String.class)
          .paramLabel("KEY")
          .description(
              "Which dictionary of a PyTorch checkpoint holds the weights, as model or ema.module;"
                  + " . for the outermost. Found unless several could be meant.")
          .build();

  /// Adds the option to a command's.
  @Spec
  public void addTo(CommandSpec command) {
    command.addOption(key);
  }

  /// How checkpoints are to be opened.
  public OpenOptions open() {
    return new OpenOptions(Declared.value(key));
  }
}
