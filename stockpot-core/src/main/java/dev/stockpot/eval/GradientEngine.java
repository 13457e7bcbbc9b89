package dev.stockpot.eval;

import dev.stockpot.checkpoint.Checkpoint;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.ServiceLoader;

/// Runs a network of classes with given weights, and tells how its loss changes with them: the mean
/// cross entropy of β·f(x; θ), as in evaluation (BatchNorm by its running statistics, no dropout).
public interface GradientEngine extends AutoCloseable {

  /// Compares parameters and tensors as [Engine#check] does.
  ///
  /// @throws EvaluationException listing everything that does not fit
  List<String> check(Checkpoint weights);

  /// Names of the parameters, whose gradients are told; other float tensors are buffers.
  List<String> parameters();

  /// The network with these weights; the checkpoint stays open as long as the model.
  ///
  /// @throws EvaluationException as [#check]
  Model load(Checkpoint weights);

  /// The network in training mode with these weights, to see what its BatchNorm layers see; the
  /// checkpoint stays open as long.
  ///
  /// @throws EvaluationException as [#check], or if the network has no running statistics
  Statistics statistics(Checkpoint weights);

  /// The network with these weights, whose linear layers are listened to; the checkpoint stays open
  /// as long.
  ///
  /// @throws EvaluationException as [#check]
  Grams grams(Checkpoint weights);

  @Override
  void close();

  /// A network whose linear layers are listened to; used by one thread at a time.
  ///
  /// A linear layer is a product with a parameter `[out, in]`, and is called by that one's name.
  /// Its inputs X have a row for every example and position.
  interface Grams extends AutoCloseable {

    /// Runs the network on a batch, and sums up nothing.
    ///
    /// @return the inputs' widths of the linear layers that it comes by
    /// @throws EvaluationException if the network does not take the input
    SequencedMap<String, Long> layers(Batch batch);

    /// Runs the network on a batch, and adds XᵀX to each layer's sum.
    ///
    /// @throws EvaluationException if the network does not take the input
    void add(Batch batch);

    /// The sums over all batches: `[in, in]` of float64 in native order; valid until more is added,
    /// or this is closed.
    SequencedMap<String, MemorySegment> sums();

    @Override
    void close();
  }

  /// A network whose BatchNorm layers are listened to; used by one thread at a time.
  interface Statistics extends AutoCloseable {

    /// Means and unbiased variances of a batch, by the names of the running statistics.
    ///
    /// @throws EvaluationException if the network does not take the input, or keeps its statistics
    ///   in training
    SequencedMap<String, double[]> of(Batch batch);

    @Override
    void close();
  }

  /// A network with weights; used by one thread at a time.
  interface Model extends AutoCloseable {

    /// The loss on a batch and its gradient.
    ///
    /// @param labels one per example
    /// @param beta factor of the logits
    /// @throws EvaluationException if the network does not take the input, or has no such class
    Gradient gradient(Batch batch, int[] labels, double beta);

    /// What the network gives, without gradients.
    Output logits(Batch batch);

    @Override
    void close();
  }

  /// How a loss changes.
  ///
  /// @param loss the mean over the batch, in nats
  /// @param beta ∂L/∂β
  /// @param parameters ∂L/∂θ by the parameter's name: float32 in native order, as many as the
  ///   tensor has elements; valid until the model is asked again
  record Gradient(double loss, double beta, SequencedMap<String, MemorySegment> parameters) {
    public Gradient {
      parameters = Collections.unmodifiableSequencedMap(parameters);
    }
  }

  /// Opens networks of one kind; found by [ServiceLoader].
  interface Provider {

    /// The key under `evaluator` in the user's file, such as `torchscript`.
    String key();

    /// Opens a network.
    ///
    /// @param threads to compute with, at least 1
    /// @throws EvaluationException if it cannot be used
    GradientEngine open(EvaluatorSpec.Network network, int threads);
  }

  /// Opens a network by whatever is installed for its kind.
  ///
  /// @throws EvaluationException if nothing is, or the network cannot be used
  static GradientEngine open(EvaluatorSpec.Network network, int threads) {
    List<String> keys = new ArrayList<>();
    for (Provider provider : ServiceLoader.load(Provider.class)) {
      if (provider.key().equals(network.engine())) {
        return provider.open(network, threads);
      }
      keys.add(provider.key());
    }
    throw new EvaluationException(
        "evaluator '%s' (%s): nothing that is installed takes its gradients%s"
            .formatted(
                network.engine(),
                network.graph(),
                keys.isEmpty() ? "" : "; there is " + String.join(", ", keys)));
  }

  /// The mean cross entropy of β times logits, in nats.
  ///
  /// @param logits a row per label
  static double loss(Output logits, int[] labels, double beta) {
    int classes = Math.toIntExact(logits.shape().getLast());
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      double most = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < classes; c++) {
        most = Math.max(most, beta * logits.at((long) i * classes + c));
      }
      double exponentials = 0;
      for (int c = 0; c < classes; c++) {
        exponentials += Math.exp(beta * logits.at((long) i * classes + c) - most);
      }
      sum += most + Math.log(exponentials) - beta * logits.at((long) i * classes + labels[i]);
    }
    return sum / labels.length;
  }

  /// About what it takes to tell the gradient on all of `select` once.
  ///
  /// @param spec which [lacks][#lacks] nothing, and whose `select` has classes
  static Pass pass(EvalSpec spec, int threads, Checkpoint weights) {
    try (GradientEngine engine = open(spec.gradients().orElseThrow(), threads);
        Dataset select = Datasets.open(spec.select(), spec.input());
        Model model = engine.load(weights)) {
      return Pass.of(
          select,
          (batch, examples) ->
              model.gradient(batch, ((Targets.Classes) select.targets().of(examples)).labels(), 1));
    }
  }

  /// Why gradients of a spec's loss cannot be taken; empty if they can.
  static Optional<String> lacks(EvalSpec spec) {
    if (spec.gradients().isEmpty()) {
      return Optional.of("there is no network that gives gradients (evaluator: {torchscript: …})");
    }
    boolean classes =
        spec.task().task().map(Task.CLASSIFICATION::equals).orElse(true)
            && spec.task().classVectors().isEmpty()
            && spec.select().classes().isEmpty();
    return classes
        ? Optional.empty()
        : Optional.of("gradients are taken of the cross entropy of all classes only");
  }
}
