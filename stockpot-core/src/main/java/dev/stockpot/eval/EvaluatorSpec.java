package dev.stockpot.eval;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What measures a candidate.
public sealed interface EvaluatorSpec {

  /// A network whose weights are replaced by each candidate's tensors, by name.
  ///
  /// @param engine `onnx`, `torchscript`: the key in the file, which finds the [Engine.Provider]
  /// @param graph the network
  /// @param constants names (globs with `*`) of float initializers that keep the graph's own value
  record Network(String engine, Path graph, List<String> constants) implements EvaluatorSpec {
    public Network {
      constants = List.copyOf(constants);
    }
  }

  /// A program of the user's that prints a line of JSON.
  ///
  /// @param words program and arguments, with `{checkpoint}` and `{data}` to be filled in
  /// @param folder working directory: that of the file
  /// @param timeout for one call
  record Command(List<String> words, Path folder, Duration timeout) implements EvaluatorSpec {
    public Command {
      words = List.copyOf(words);
    }
  }
}
