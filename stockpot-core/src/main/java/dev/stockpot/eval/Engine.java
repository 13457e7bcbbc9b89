package dev.stockpot.eval;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import java.util.List;

/// Runs a network with the weights of one candidate after another. Graph once, weights per
/// candidate.
public interface Engine extends AutoCloseable {

  /// Compares the network's parameters with a checkpoint's tensors, by name, shape and dtype.
  ///
  /// @return notes, such as integer tensors that the network does not take
  /// @throws EvaluationException listing every parameter that no tensor fills, every float tensor
  ///   that no parameter takes, and every shape and dtype that differs
  List<String> check(Checkpoint weights);

  /// The network with these weights; the checkpoint stays open as long as the model.
  ///
  /// @throws EvaluationException as [#check]
  Model load(Checkpoint weights);

  @Override
  void close();

  /// A network with weights; used by one thread at a time.
  interface Model extends AutoCloseable {

    /// Largest batch that is taken: a network may be fixed to one size, and then takes any up to
    /// it.
    int batchLimit();

    /// Runs a batch.
    ///
    /// @param batch at most [#batchLimit] examples
    /// @return what the network gives for `batch.size()` examples; the caller may keep it
    /// @throws EvaluationException if the network does not take the input or gives no floats
    Output run(Batch batch);

    @Override
    void close();
  }

  /// Opens networks of one kind; found by [java.util.ServiceLoader].
  interface Provider {

    /// The key under `evaluator` in the user's file, such as `onnx`.
    String key();

    /// Opens a network.
    ///
    /// @param threads to compute with, at least 1
    /// @throws EvaluationException if it cannot be used
    /// @throws CheckpointException if it cannot be read as what it should be
    Engine open(EvaluatorSpec.Network network, int threads);
  }
}
