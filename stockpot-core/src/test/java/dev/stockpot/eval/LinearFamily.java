package dev.stockpot.eval;

import dev.stockpot.Progress;
import dev.stockpot.eval.InputSpec.Layout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Linear classifiers around a common one, and examples that they get right more often than not.
///
/// @param checkpoints the classifiers
/// @param spec with `select` only
/// @param network measures them
public record LinearFamily(List<Path> checkpoints, EvalSpec spec, NetworkEvaluator network) {
  private static final int INPUTS = 6;

  /// The same family for the same seed: 2 to 7 models, 1 to 700 examples of 2 to 4 classes.
  public static LinearFamily random(Path folder, long seed, String metric) {
    Random random = new Random(seed);
    int classes = 2 + random.nextInt(3);
    int examples = 1 + random.nextInt(700);
    float[] truth = gaussian(random, classes * INPUTS, 1);
    float[] x = gaussian(random, examples * INPUTS, 1);
    long[] labels = new long[examples];
    for (int example = 0; example < examples; example++) {
      labels[example] = label(x, example, truth, classes, random);
    }
    List<Path> checkpoints = new ArrayList<>();
    int models = 2 + random.nextInt(6);
    for (int model = 0; model < models; model++) {
      float[] weight = gaussian(random, classes * INPUTS, 0.3 + random.nextDouble());
      for (int i = 0; i < weight.length; i++) {
        weight[i] += truth[i];
      }
      Path file = folder.resolve("ft-" + model + ".safetensors");
      checkpoints.add(LinearEngine.checkpoint(file, classes, weight));
    }
    Path xFile =
        TestArrays.floats(folder.resolve("x.npy"), List.of((long) examples, (long) INPUTS), x);
    Path yFile = TestArrays.labels(folder.resolve("y.npy"), labels);
    SetSpec select = new SetSpec("select", Role.SELECT, new SetSpec.Source.Arrays(xFile, yFile));
    InputSpec input = new InputSpec(Layout.NHWC, 1, List.of(0.0), List.of(1.0));
    EvaluatorSpec unused =
        new EvaluatorSpec.Command(List.of("none"), folder, Duration.ofSeconds(1));
    EvalSpec spec = new EvalSpec(unused, input, select, List.of(), metric);
    TaskSpec task = TaskSpec.of(Metrics.named(metric));
    MeasuredSet measured =
        MeasuredSet.of(Datasets.open(select, input), Optional.empty(), task, Head.ROWS);
    // Small batches, so that there is something to stop between.
    int limit = 1 + random.nextInt(60);
    NetworkEvaluator network =
        new NetworkEvaluator(
            new LinearEngine(limit),
            new LinkedHashMap<>(Map.of("select", measured)),
            task,
            Progress.NONE);
    return new LinearFamily(checkpoints, spec, network);
  }

  /// To be closed.
  public Evaluator evaluator() {
    return network;
  }

  /// The class that the true weights give, or any, one time in ten.
  private static long label(float[] x, int example, float[] truth, int classes, Random random) {
    int best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int label = 0; label < classes; label++) {
      double logit = 0;
      for (int input = 0; input < INPUTS; input++) {
        logit += x[example * INPUTS + input] * truth[label * INPUTS + input];
      }
      best = logit > most ? label : best;
      most = Math.max(most, logit);
    }
    return random.nextInt(10) == 0 ? random.nextInt(classes) : best;
  }

  private static float[] gaussian(Random random, int size, double scale) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }
}
