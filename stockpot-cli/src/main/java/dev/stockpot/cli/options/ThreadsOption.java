package dev.stockpot.cli.options;

import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `--threads`.
public final class ThreadsOption {
  private OptionalInt threads = OptionalInt.empty();

  /// Adds the option to a command's.
  @Spec
  public void addTo(CommandSpec command) {
    command.addOption(
        OptionSpec.builder("--threads")
            .type(int.class)
            .paramLabel("N")
            .description("Threads to compute with; the number of processors unless given.")
            .setter(
                new ISetter() {
                  @Override
                  public <T> T set(T value) {
                    threads = check(command, (Integer) value);
                    return value;
                  }
                })
            .build());
  }

  private static OptionalInt check(CommandSpec command, Integer count) {
    if (count == null) {
      return OptionalInt.empty();
    }
    if (count < 1) {
      throw new ParameterException(
          command.commandLine(), "--threads is " + count + "; it must be at least 1");
    }
    return OptionalInt.of(count);
  }

  /// How many threads, at least 1.
  public int threads() {
    return threads.orElseGet(() -> Runtime.getRuntime().availableProcessors());
  }
}
