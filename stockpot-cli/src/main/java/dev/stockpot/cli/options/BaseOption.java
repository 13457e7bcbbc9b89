package dev.stockpot.cli.options;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// `--base`, for adapters.
public final class BaseOption {
  @Option(
      names = "--base",
      paramLabel = "BASE",
      description =
          "What LoRA adapters are applied to; what their adapter_config.json names unless given.")
  private Optional<Path> base = Optional.empty();

  /// The base, if the user gives one.
  public Optional<Path> path() {
    return base;
  }
}
