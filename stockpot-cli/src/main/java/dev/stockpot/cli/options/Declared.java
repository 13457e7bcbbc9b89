package dev.stockpot.cli.options;

import java.util.Optional;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// For options that are declared in code.
///
/// Those of most commands are annotated fields. To read annotations, the JVM makes two dozen
/// classes at every start, which takes longer than a small merge; so `merge` and what it shares
/// with other commands do without.
public final class Declared {
  private Declared() {}

  /// An option without a value.
  public static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name).type(boolean.class).description(description).build();
  }

  /// Whether a flag is given.
  public static boolean isSet(OptionSpec flag) {
    return Boolean.TRUE.equals(flag.getValue());
  }

  /// The value the user gives, or else the default.
  public static <T> Optional<T> value(ArgSpec arg) {
    return Optional.ofNullable(arg.getValue());
  }
}
