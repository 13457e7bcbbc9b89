package dev.stockpot.libtorch;

import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/// A network in libtorch, whose parameters and buffers have the names that checkpoints use.
///
/// Used by one thread at a time. What is made on the way is freed by the caller's
/// [org.bytedeco.javacpp.PointerScope].
interface TorchNetwork extends AutoCloseable {

  /// The file that describes it.
  Path path();

  /// What training changes; the tensors are the network's own, and live as long as it.
  SequencedMap<String, Tensor> parameters();

  /// What it computes with besides, such as the running statistics of BatchNorm.
  SequencedMap<String, Tensor> buffers();

  /// Names of the inputs, in the order in which [#forward] takes them.
  List<String> inputs();

  /// What the network gives: one row per example.
  ///
  /// @throws dev.stockpot.eval.EvaluationException if it does not take the inputs
  Tensor forward(List<Tensor> inputs);

  /// Runs the network as [#forward] does; its linear layers tell what they see.
  ///
  /// @throws dev.stockpot.eval.EvaluationException if it does not take the values
  void listen(List<Tensor> values, LinearInputs inputs);

  /// From now on as in training (BatchNorm by the batch, dropout), or as in evaluation, which it is
  /// in when it is opened.
  void train(boolean training);

  @Override
  void close();
}
