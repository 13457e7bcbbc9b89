package dev.stockpot.cli.options;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.NamePrefix;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// `--strip-prefix`.
public final class StripPrefixOption {
  private static final String COMMON = "";

  @Option(
      names = "--strip-prefix",
      paramLabel = "PREFIX",
      arity = "0..1",
      fallbackValue = COMMON,
      preprocessor = OnlyAttached.class,
      description =
          "Take a prefix from the tensors' names; without PREFIX what of module., model. and"
              + " _orig_mod. all names begin with.")
  private String prefix;

  /// The prefix to take from the names of a checkpoint, if there is one.
  public Optional<String> of(Checkpoint checkpoint) {
    if (prefix == null) {
      return Optional.empty();
    }
    String wanted =
        prefix.equals(COMMON) ? NamePrefix.common(checkpoint.tensors().keySet()) : prefix;
    return Optional.of(wanted).filter(found -> !found.isEmpty());
  }

  /// Whether the user asks for it.
  public boolean given() {
    return prefix != null;
  }

  /// Of `--strip-prefix IN OUT`, the first word is no prefix.
  static final class OnlyAttached implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
      if (" ".equals(info.get("separator"))) {
        args.push(COMMON);
      }
      return false;
    }
  }
}
