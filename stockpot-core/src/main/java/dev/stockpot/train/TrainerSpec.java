package dev.stockpot.train;

import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.TaskSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What trains a model.
public sealed interface TrainerSpec {

  /// Stockpot's own trainer.
  ///
  /// @param graph the network
  /// @param head globs for the names of the head's tensors
  /// @param newHead whether the head starts from `init-seed` although there is a base
  /// @param freeze globs for the names of parameters that stay as they are
  /// @param ema decays of moving averages of the weights, each in (0, 1)
  /// @param input how examples become the network's input
  /// @param train the examples
  /// @param select measured after each epoch
  /// @param task what is predicted
  record Network(
      Graph graph,
      List<String> head,
      boolean newHead,
      List<String> freeze,
      List<Double> ema,
      InputSpec input,
      SetSpec train,
      Optional<SetSpec> select,
      TaskSpec task)
      implements TrainerSpec {
    public Network {
      head = List.copyOf(head);
      freeze = List.copyOf(freeze);
      ema = List.copyOf(ema);
    }
  }

  /// A program of the user's.
  ///
  /// @param words with `{output}`, `{base}`, `{state}`, `{run}` and `{HYPERPARAMETER}` to be filled
  ///   in
  /// @param folder working directory: that of the file
  /// @param output name of the file that it writes, which says the format
  record Command(List<String> words, Path folder, String output) implements TrainerSpec {
    public Command {
      words = List.copyOf(words);
    }

    /// What stands in braces.
    public List<String> places() {
      return CommandTrainer.places(words);
    }
  }

  /// Where a network comes from.
  sealed interface Graph {
    /// A scripted module.
    record TorchScript(Path file) implements Graph {}

    /// One that Stockpot builds.
    record BuiltIn(NetworkSpec network) implements Graph {}
  }
}
