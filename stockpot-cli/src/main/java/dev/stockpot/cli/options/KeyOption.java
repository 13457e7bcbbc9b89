package dev.stockpot.cli.options;

import dev.stockpot.checkpoint.OpenOptions;
import java.util.Optional;
import picocli.CommandLine.Option;

/// `--key`.
public final class KeyOption {
  @Option(
      names = "--key",
      paramLabel = "KEY",
      description =
          "Which dictionary of a PyTorch checkpoint holds the weights, as model or ema.module;"
              + " . for the outermost. Found unless several could be meant.")
  private Optional<String> key = Optional.empty();

  /// How checkpoints are to be opened.
  public OpenOptions open() {
    return new OpenOptions(key);
  }
}
