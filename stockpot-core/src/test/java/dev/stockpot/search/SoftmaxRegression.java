package dev.stockpot.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.Output;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Logits W·x + b of two classes, in plain loops: W is the `conv.w` of a [TensorKitchen], b the
/// first half of its `fc.w`.
///
/// @param parameters which of the two are parameters, not buffers
record SoftmaxRegression(List<String> parameters) implements GradientEngine {
  private static final int WIDTH = 3;
  private static final int CLASSES = 2;

  @Override
  public List<String> check(Checkpoint weights) {
    return List.of();
  }

  @Override
  public Statistics statistics(Checkpoint weights) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Grams grams(Checkpoint weights) {
    double[] sum = new double[WIDTH * WIDTH];
    return new Grams() {
      @Override
      public SequencedMap<String, Long> layers(Batch batch) {
        return new LinkedHashMap<>(Map.of("conv.w", (long) WIDTH));
      }

      // Only below the diagonal.
      @Override
      public void add(Batch batch) {
        FloatBuffer x = inputs(batch);
        for (int i = 0; i < batch.size(); i++) {
          for (int j = 0; j < WIDTH; j++) {
            for (int k = 0; k <= j; k++) {
              sum[j * WIDTH + k] += (double) x.get(i * WIDTH + j) * x.get(i * WIDTH + k);
            }
          }
        }
      }

      @Override
      public SequencedMap<String, MemorySegment> sums() {
        return new LinkedHashMap<>(Map.of("conv.w", MemorySegment.ofArray(sum)));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Model load(Checkpoint checkpoint) {
    float[] weight = floats(checkpoint, "conv.w");
    float[] bias = floats(checkpoint, "fc.w");
    return new Model() {
      @Override
      public Output logits(Batch batch) {
        FloatBuffer x = inputs(batch);
        float[] logits = new float[batch.size() * CLASSES];
        for (int i = 0; i < batch.size(); i++) {
          for (int c = 0; c < CLASSES; c++) {
            double sum = bias[c];
            for (int j = 0; j < WIDTH; j++) {
              sum += weight[c * WIDTH + j] * x.get(i * WIDTH + j);
            }
            logits[i * CLASSES + c] = (float) sum;
          }
        }
        return new Output(
            List.of((long) batch.size(), (long) CLASSES), MemorySegment.ofArray(logits));
      }

      @Override
      public Gradient gradient(Batch batch, int[] labels, double beta) {
        FloatBuffer x = inputs(batch);
        Output logits = logits(batch);
        float[] byWeight = new float[CLASSES * WIDTH];
        float[] byBias = new float[bias.length];
        double byBeta = 0;
        for (int i = 0; i < labels.length; i++) {
          double sum = 0;
          for (int c = 0; c < CLASSES; c++) {
            sum += Math.exp(beta * logits.at((long) i * CLASSES + c));
          }
          for (int c = 0; c < CLASSES; c++) {
            double logit = logits.at((long) i * CLASSES + c);
            double error =
                (Math.exp(beta * logit) / sum - (c == labels[i] ? 1 : 0)) / labels.length;
            byBeta += error * logit;
            byBias[c] += (float) (beta * error);
            for (int j = 0; j < WIDTH; j++) {
              byWeight[c * WIDTH + j] += (float) (beta * error * x.get(i * WIDTH + j));
            }
          }
        }
        SequencedMap<String, MemorySegment> all = new LinkedHashMap<>();
        all.put("conv.w", MemorySegment.ofArray(byWeight));
        all.put("fc.w", MemorySegment.ofArray(byBias));
        all.keySet().retainAll(parameters);
        return new Gradient(GradientEngine.loss(logits, labels, beta), byBeta, all);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {}

  private static FloatBuffer inputs(Batch batch) {
    return batch.input("").data().duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private static float[] floats(Checkpoint checkpoint, String name) {
    return checkpoint.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }
}
