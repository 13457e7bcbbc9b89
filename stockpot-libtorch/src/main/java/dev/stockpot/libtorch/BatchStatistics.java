package dev.stockpot.libtorch;

import dev.stockpot.eval.Batch;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.GradientEngine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Statistics of batches by the running statistics of BatchNorm layers, which a forward pass in
/// training mode moves by a share m: r ← (1 − m)·r + m·s. From r = 0 and r = 1 the first batch
/// tells m; from then on s = r / m with r = 0. So it does not matter what m the network was made
/// with.
final class BatchStatistics implements GradientEngine.Statistics {
  private final TorchNetwork network;
  private final Slots slots;
  private final MappedWeights weights;
  private final SequencedMap<String, Tensor> running = new LinkedHashMap<>();
  private final SequencedMap<String, Double> momentum = new LinkedHashMap<>();

  /// @param weights are closed with this
  /// @throws EvaluationException if the network has no running statistics
  BatchStatistics(TorchNetwork network, Slots slots, MappedWeights weights) {
    this.network = network;
    this.slots = slots;
    this.weights = weights;
    network
        .buffers()
        .forEach((name, buffer) -> {
          if (name.endsWith("running_mean") || name.endsWith("running_var")) {
            running.put(name, buffer);
          }
        });
    if (running.isEmpty()) {
      weights.close();
      throw new EvaluationException(
          network.path()
              + ": has no BatchNorm statistics (running_mean, running_var) to re-estimate");
    }
  }

  @Override
  public SequencedMap<String, double[]> of(Batch batch) {
    // On more threads other sums would come out.
    Libtorch.load(1);
    synchronized (slots) {
      try (PointerScope _ = new PointerScope();
          AutoGradMode _ = new AutoGradMode(false)) {
        slots.put(weights);
        // The forward pass writes into buffers, and mapped weights are read-only.
        network.buffers().values().forEach(buffer -> buffer.set_data(buffer.clone()));
        network.train(true);
        try {
          return measured(LibtorchModel.inputs(network, batch));
        } finally {
          network.train(false);
          slots.remove(weights);
        }
      }
    }
  }

  @Override
  public void close() {
    synchronized (slots) {
      slots.remove(weights);
      weights.close();
    }
  }

  private SequencedMap<String, double[]> measured(List<Tensor> inputs) {
    SequencedMap<String, double[]> fromZero = from(0, inputs);
    if (momentum.isEmpty()) {
      from(1, inputs)
          .forEach((name, one) -> {
            double share = one.length == 0 ? 1 : 1 - (one[0] - fromZero.get(name)[0]);
            if (!(share > 1e-6)) {
              throw new EvaluationException(
                  "%s: '%s' does not change in training; save the model by torch.jit.script, not trace"
                      .formatted(network.path(), name));
            }
            momentum.put(name, share);
          });
    }
    fromZero.forEach((name, values) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] /= momentum.get(name);
      }
    });
    return fromZero;
  }

  private SequencedMap<String, double[]> from(double start, List<Tensor> inputs) {
    network
        .buffers()
        .forEach((name, buffer) -> {
          if (running.containsKey(name)) {
            buffer.fill_(new Scalar(start));
          } else if (name.endsWith("num_batches_tracked")) {
            buffer.zero_();
          }
        });
    torch.manual_seed(0);
    network.forward(inputs);
    SequencedMap<String, double[]> now = new LinkedHashMap<>();
    running.forEach((name, buffer) -> {
      float[] floats = Tensors.floats(buffer);
      double[] values = new double[floats.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = floats[i];
      }
      now.put(name, values);
    });
    return now;
  }
}
