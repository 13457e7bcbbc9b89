package dev.stockpot.eval;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What measures a candidate.
public sealed interface EvaluatorSpec {

  /// A network whose weights are replaced by each candidate's tensors, by name.
  ///
  /// @param engine `onnx`, `torchscript`: the key in the file, which finds the [Engine.Provider]
  /// @param graph the network
  /// @param constants names (globs with `*`) of float initializers that keep the graph's own value
  /// @param bind the checkpoint that the graph was exported from, if its names are not the tensors'
  /// @param output name of the output that holds predictions, if it is not the first
  record Network(
      String engine,
      Path graph,
      List<String> constants,
      Optional<Path> bind,
      Optional<String> output)
      implements EvaluatorSpec {
    public Network {
      constants = List.copyOf(constants);
    }

    /// A network whose first output holds predictions.
    public Network(String engine, Path graph, List<String> constants, Optional<Path> bind) {
      this(engine, graph, constants, bind, Optional.empty());
    }

    /// A network whose parameters have the tensors' names.
    public Network(String engine, Path graph, List<String> constants) {
      this(engine, graph, constants, Optional.empty());
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
