package dev.stockpot.cli.options;

import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `--threads`.
public final class ThreadsOption {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  private OptionalInt threads = OptionalInt.empty();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads to compute with; the number of processors unless given.")
  void read(int count) {
    if (count < 1) {
      throw new ParameterException(
          command.commandLine(), "--threads is " + count + "; it must be at least 1");
    }
    threads = OptionalInt.of(count);
  }

  /// How many threads, at least 1.
  public int threads() {
    return threads.orElseGet(() -> Runtime.getRuntime().availableProcessors());
  }
}
