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
import java.util.SequencedMap;

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
    // Small batches, so that there is something to stop between.
    return of(checkpoints, select, input, metric, new LinearEngine(1 + random.nextInt(60)));
  }

  /// Language models that are linear in the token before, and texts that they know: 2 to 7 models,
  /// 1 to 300 texts of 1 to 9 of 3 to 6 words, padded.
  public static LinearFamily ofTokens(Path folder, long seed, String metric) {
    Random random = new Random(seed);
    int words = 3 + random.nextInt(4);
    int examples = 1 + random.nextInt(300);
    int length = 2 + random.nextInt(8);
    int[] next = random.ints(words, 0, words).toArray();
    long[] ids = new long[examples * length];
    long[] mask = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      boolean first = i % length == 0;
      mask[i] = first || (mask[i - 1] == 1 && random.nextInt(6) > 0) ? 1 : 0;
      ids[i] = first || random.nextInt(4) == 0 ? random.nextInt(words) : next[(int) ids[i - 1]];
    }
    List<Path> checkpoints = new ArrayList<>();
    int models = 2 + random.nextInt(6);
    for (int model = 0; model < models; model++) {
      float[] weight = gaussian(random, words * words, 0.3 + random.nextDouble());
      for (int word = 0; word < words; word++) {
        weight[word * words + next[word]] += 2;
      }
      Path file = folder.resolve("ft-" + model + ".safetensors");
      checkpoints.add(LinearEngine.checkpoint(file, words, weight));
    }
    SequencedMap<String, Path> inputs = new LinkedHashMap<>();
    List<Long> shape = List.of((long) examples, (long) length);
    inputs.put("input_ids", TestArrays.longs(folder.resolve("ids.npy"), shape, ids));
    inputs.put("attention_mask", TestArrays.longs(folder.resolve("mask.npy"), shape, mask));
    SetSpec.Source texts = new SetSpec.Source.Arrays(inputs, Optional.empty());
    SetSpec select = new SetSpec("select", Role.SELECT, texts);
    return of(
        checkpoints, select, InputSpec.AS_IS, metric, new BigramEngine(1 + random.nextInt(30)));
  }

  private static LinearFamily of(
      List<Path> checkpoints, SetSpec select, InputSpec input, String metric, Engine engine) {
    Path folder = checkpoints.getFirst().getParent();
    EvaluatorSpec unused =
        new EvaluatorSpec.Command(List.of("none"), folder, Duration.ofSeconds(1));
    EvalSpec spec = new EvalSpec(unused, input, select, List.of(), metric);
    TaskSpec task = TaskSpec.of(Metrics.named(metric));
    MeasuredSet measured =
        MeasuredSet.of(Datasets.open(select, input), Optional.empty(), task, Head.ROWS);
    NetworkEvaluator network =
        new NetworkEvaluator(
            engine, new LinkedHashMap<>(Map.of("select", measured)), task, Progress.NONE);
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
