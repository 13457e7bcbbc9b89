package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.Output;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Gradients of a network in libtorch: one forward and one backward pass, with weights that are
/// views of a checkpoint's own memory.
final class LibtorchGradients implements GradientEngine {
  private final TorchNetwork network;
  private final List<String> constants;
  private final int threads;
  private final Slots slots;

  /// @param network is closed with this
  /// @param constants names (globs with `*`) of buffers that keep the network's value
  /// @param threads to compute with
  LibtorchGradients(TorchNetwork network, List<String> constants, int threads) {
    this.network = network;
    this.constants = List.copyOf(constants);
    this.threads = threads;
    slots = new Slots(network);
    network.parameters().values().forEach(parameter -> parameter.set_requires_grad(true));
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
    MappedWeights mapped = new MappedWeights(weights, fit.filled());
    return new Loaded(mapped, new LibtorchModel(network, slots, mapped, threads));
  }

  @Override
  public Statistics statistics(Checkpoint weights) {
    WeightFit fit = WeightFit.of(network, constants, weights);
    return new BatchStatistics(network, slots, new MappedWeights(weights, fit.filled()), threads);
  }

  @Override
  public Grams grams(Checkpoint weights) {
    WeightFit fit = WeightFit.of(network, constants, weights);
    return new LibtorchGrams(network, slots, new MappedWeights(weights, fit.filled()), threads);
  }

  @Override
  public void close() {
    slots.close();
    network.close();
  }

  /// The network with some weights.
  private final class Loaded implements Model {
    private final MappedWeights weights;
    private final LibtorchModel forward;
    private Arena results = Arena.ofShared(); // several threads take products

    Loaded(MappedWeights weights, LibtorchModel forward) {
      this.weights = weights;
      this.forward = forward;
    }

    @Override
    public Output logits(Batch batch) {
      return forward.run(batch);
    }

    @Override
    public Gradient gradient(Batch batch, int[] labels, double beta) {
      Libtorch.load(threads);
      results.close();
      results = Arena.ofShared();
      synchronized (slots) {
        try (PointerScope _ = new PointerScope();
            AutoGradMode _ = new AutoGradMode(true)) {
          slots.put(weights);
          Tensor logits = network.forward(LibtorchModel.inputs(network, batch));
          Output output =
              new Output(Tensors.shape(logits), MemorySegment.ofArray(Tensors.floats(logits)));
          checkLabels(output, labels);
          Tensor targets = torch.tensor(Arrays.stream(labels).asLongStream().toArray());
          torch.cross_entropy(logits.mul(new Scalar(beta)), targets).backward();
          return new Gradient(
              GradientEngine.loss(output, labels, beta), slope(output, labels, beta), gradients());
        }
      }
    }

    @Override
    public void close() {
      forward.close();
      results.close();
    }

    /// Copies each parameter's gradient out, and leaves none behind.
    private SequencedMap<String, MemorySegment> gradients() {
      SequencedMap<String, MemorySegment> gradients = new LinkedHashMap<>();
      network
          .parameters()
          .forEach((name, parameter) -> {
            Tensor gradient = parameter.mutable_grad();
            MemorySegment copy = results.allocate(4 * parameter.numel(), 64);
            // A parameter that the network does not use has none.
            if (gradient.defined()) {
              Tensors.over(copy, DType.F32, Tensors.shape(parameter)).copy_(gradient);
              gradient.reset();
            }
            gradients.put(name, copy);
          });
      return gradients;
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
