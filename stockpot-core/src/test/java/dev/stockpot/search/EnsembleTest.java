package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Predictions;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Ensembles against their definition, computed from the logits by hand.
class EnsembleTest {
  private static final int EXAMPLES = 65;
  private static final int CLASSES = 3;
  private static final String[] NAMES = {"a", "b", "c", "d", "e"};

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void greedyEnsembleIsTheGreedySearchOverMeansOfLogits(long seed) {
    Random random = new Random(seed);
    int[] labels = random.ints(EXAMPLES, 0, CLASSES).toArray();
    float[][] predictions = new float[NAMES.length][];
    Map<Integer, Predictions> byMembers = new HashMap<>();
    for (int i = 0; i < NAMES.length; i++) {
      predictions[i] = logits(random, labels);
      byMembers.put(
          1 << i, new Predictions(EXAMPLES, CLASSES, MemorySegment.ofArray(predictions[i])));
    }
    for (Accept accept : Accept.values()) {
      LookUpEvaluator evaluator = LookUpEvaluator.ofLogits(labels, byMembers);
      Path own = folder.resolve(accept.name());
      try (TestKitchen test = TestKitchen.in(own, evaluator, NAMES)) {
        Choice choice = new GreedyEnsemble(accept).choose(test.kitchen()).getFirst();
        assertThat(choice.dish()).isInstanceOf(Dish.Ensemble.class);

        List<Integer> order =
            IntStream.range(0, NAMES.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -accuracy(List.of(i), predictions, labels)))
                .toList();
        List<Integer> members = new ArrayList<>(List.of(order.getFirst()));
        List<Trial> trace = new ArrayList<>();
        for (int candidate : order.subList(1, order.size())) {
          double before = accuracy(members, predictions, labels);
          members.add(candidate);
          double after = accuracy(members, predictions, labels);
          boolean kept = accept == Accept.GE ? after >= before : after > before;
          trace.add(Trial.of(NAMES[candidate], after, kept));
          if (!kept) {
            members.removeLast();
          }
        }
        assertThat(choice.trace()).isEqualTo(trace);
        assertThat(List.copyOf(choice.dish().weights().keySet()))
            .isEqualTo(members.stream().map(i -> NAMES[i]).toList());
        assertThat(evaluator.calls()).doesNotHaveDuplicates().hasSize(NAMES.length);

        Evaluation all = test.kitchen().ensemble(test.kitchen().ingredients(), "test-1");
        assertThat(all.metric("accuracy"))
            .isEqualTo(accuracy(List.of(0, 1, 2, 3, 4), predictions, labels));
      }
    }
  }

  /// Noise that leans towards the label.
  private static float[] logits(Random random, int[] labels) {
    float[] predictions = new float[EXAMPLES * CLASSES];
    for (int i = 0; i < predictions.length; i++) {
      predictions[i] = (float) random.nextGaussian();
      predictions[i] += labels[i / CLASSES] == i % CLASSES ? 0.5f : 0;
    }
    return predictions;
  }

  private static double accuracy(List<Integer> members, float[][] predictions, int[] labels) {
    int correct = 0;
    for (int example = 0; example < EXAMPLES; example++) {
      int best = 0;
      double most = Double.NEGATIVE_INFINITY;
      for (int label = 0; label < CLASSES; label++) {
        double sum = 0;
        for (int member : members) {
          sum += predictions[member][example * CLASSES + label];
        }
        if (sum > most) {
          most = sum;
          best = label;
        }
      }
      correct += best == labels[example] ? 1 : 0;
    }
    return (double) correct / EXAMPLES;
  }
}
