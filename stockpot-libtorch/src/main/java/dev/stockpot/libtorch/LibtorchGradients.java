package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.Output;
import dev.stockpot.libtorch.Replicas.Replica;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Gradients of a network in libtorch: one forward and one backward pass, with weights that are
/// views of a checkpoint's own memory. A batch is shared out among threads in [pieces][Replicas].
final class LibtorchGradients implements GradientEngine {
  private final TorchNetwork network;
  private final List<String> constants;
  private final Replicas replicas;

  /// @param opening the network, as often as there are threads
  /// @param constants names (globs with `*`) of buffers that keep the network's value
  /// @param threads to compute with; what comes out does not depend on it
  LibtorchGradients(Supplier<TorchNetwork> opening, List<String> constants, int threads) {
    this.constants = List.copyOf(constants);
    replicas =
        new Replicas(
            () -> {
              TorchNetwork opened = opening.get();
              opened.parameters().values().forEach(parameter -> parameter.set_requires_grad(true));
              return opened;
            },
            threads);
    network = replicas.first().network();
  }

  @Override
  public List<String> check(Checkpoint weights) {
    return WeightFit.of(network, constants, weights).notes();
  }

  @Override
  public List<String> parameters() {
    return List.copyOf(network.parameters().keySet());
  }

  @Override
  public Model load(Checkpoint weights) {
    WeightFit fit = WeightFit.of(network, constants, weights);
    return new Loaded(new MappedWeights(weights, fit.filled()));
  }

  @Override
  public Statistics statistics(Checkpoint weights) {
    WeightFit fit = WeightFit.of(network, constants, weights);
    return new BatchStatistics(
        network, replicas.first().slots(), new MappedWeights(weights, fit.filled()));
  }

  @Override
  public Grams grams(Checkpoint weights) {
    WeightFit fit = WeightFit.of(network, constants, weights);
    return new LibtorchGrams(
        network, replicas.first().slots(), new MappedWeights(weights, fit.filled()));
  }

  @Override
  public void close() {
    replicas.close();
  }

  /// The network with some weights.
  private final class Loaded implements Model {
    private final MappedWeights weights;
    private final LibtorchModel forward;
    private Arena results = Arena.ofShared(); // several threads take products

    Loaded(MappedWeights weights) {
      this.weights = weights;
      forward = new LibtorchModel(replicas, weights);
    }

    @Override
    public Output logits(Batch batch) {
      return forward.run(batch);
    }

    @Override
    public Gradient gradient(Batch batch, int[] labels, double beta) {
      results.close();
      results = Arena.ofShared();
      SequencedMap<String, MemorySegment> sum = new LinkedHashMap<>();
      network
          .parameters()
          .forEach((name, parameter) -> sum.put(name, results.allocate(4 * parameter.numel(), 64)));
      List<Output> outputs = new ArrayList<>();
      synchronized (replicas) {
        replicas.share(
            batch,
            (replica, piece, begin) -> {
              int[] own = Arrays.copyOfRange(labels, begin, begin + piece.size());
              return backward(replica, piece, own, (double) piece.size() / batch.size(), beta);
            },
            (replica, output) -> {
              outputs.add(output);
              add(replica, sum);
            });
      }
      Output output = LibtorchModel.joined(outputs);
      return new Gradient(
          GradientEngine.loss(output, labels, beta), slope(output, labels, beta), sum);
    }

    @Override
    public void close() {
      forward.close();
      results.close();
    }

    /// Leaves a piece's part of the mean loss's gradient with the network's parameters.
    private Output backward(Replica replica, Batch piece, int[] labels, double share, double beta) {
      try (PointerScope _ = new PointerScope();
          AutoGradMode _ = new AutoGradMode(true)) {
        replica.slots().put(weights);
        TorchNetwork own = replica.network();
        Tensor logits = own.forward(LibtorchModel.inputs(own, piece));
        Output output = LibtorchModel.output(own, logits);
        checkLabels(output, labels);
        Tensor targets = torch.tensor(Arrays.stream(labels).asLongStream().toArray());
        torch
            .cross_entropy(logits.mul(new Scalar(beta)), targets)
            .mul(new Scalar(share))
            .backward();
        return output;
      }
    }

    /// Adds each parameter's gradient, and leaves none behind.
    private static void add(Replica replica, SequencedMap<String, MemorySegment> sum) {
      try (PointerScope _ = new PointerScope()) {
        replica
            .network()
            .parameters()
            .forEach((name, parameter) -> {
              Tensor gradient = parameter.mutable_grad();
              // A parameter that the network does not use has none.
              if (gradient.defined()) {
                Tensors.over(sum.get(name), DType.F32, Tensors.shape(parameter)).add_(gradient);
                gradient.reset();
              }
            });
      }
    }

    private void checkLabels(Output output, int... labels) {
      List<Long> shape = output.shape();
      if (shape.size() != 2 || shape.getFirst() != labels.length) {
        throw new EvaluationException(
            "%s: gives %s for %d examples, not a row of logits for each"
                .formatted(network.path(), shape, labels.length));
      }
      for (int label : labels) {
        if (label >= shape.getLast()) {
          throw new EvaluationException(
              "%s: gives %d logits, but an example is of class %d"
                  .formatted(network.path(), shape.getLast(), label));
        }
      }
    }

    /// ∂L/∂β: the mean of Σ (p_c − y_c) f_c.
    private static double slope(Output logits, int[] labels, double beta) {
      int classes = Math.toIntExact(logits.shape().getLast());
      double sum = 0;
      for (int i = 0; i < labels.length; i++) {
        long row = (long) i * classes;
        double most = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
          most = Math.max(most, beta * logits.at(row + c));
        }
        double exponentials = 0;
        double weighted = 0;
        for (int c = 0; c < classes; c++) {
          double share = Math.exp(beta * logits.at(row + c) - most);
          exponentials += share;
          weighted += share * logits.at(row + c);
        }
        sum += weighted / exponentials - logits.at(row + labels[i]);
      }
      return sum / labels.length;
    }
  }
}
