package dev.stockpot.cli.options;

import dev.stockpot.eval.EvalSpec;
import picocli.CommandLine.Option;

/// `--skip-bad`.
public final class SkipBadOption {
  @Option(
      names = "--skip-bad",
      description =
          "Leave out image files that cannot be read, and say how many; every image is decoded once"
              + " more to find them.")
  private boolean skipBad;

  /// What is evaluated.
  public EvalSpec apply(EvalSpec spec) {
    return skipBad ? spec.skippingBad() : spec;
  }
}
