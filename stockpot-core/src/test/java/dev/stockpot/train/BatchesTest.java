package dev.stockpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.InputSpec.Layout;
import dev.stockpot.eval.Metrics;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.TaskSpec;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
  private static final Path DIGITS = Path.of("..", "examples", "digits", "data");

  private static Examples digits(Layout layout) {
    return Examples.open(
        new SetSpec(
            "train",
            Role.ID,
            new SetSpec.Source.Arrays(
                DIGITS.resolve("train-x.npy"), DIGITS.resolve("train-y.npy"))),
        layout == Layout.AS_IS
            ? InputSpec.AS_IS
            : new InputSpec(layout, 16, List.of(0.0), List.of(1.0)),
        TaskSpec.of(Metrics.named("accuracy")));
  }

  private static Hyperparameters with(Object... namesAndNumbers) {
    Map<String, Value> values = new HashMap<>();
    for (int i = 0; i < namesAndNumbers.length; i += 2) {
      values.put(
          (String) namesAndNumbers[i],
          new Value.Real(((Number) namesAndNumbers[i + 1]).doubleValue()));
    }
    return new Hyperparameters(values);
  }

  private static float[] inputs(Batches.Step step) {
    FloatBuffer buffer = step.batch().inputs().firstEntry().getValue().data().asFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static float[] targets(Batches.Step step) {
    return step.targets().toArray(ValueLayout.JAVA_FLOAT);
  }

  @Test
  void everyEpochHasEveryExampleOnceInAnOrderOfItsOwn() {
    try (Examples digits = digits(Layout.NCHW);
        Batches batches = new Batches(digits, with("batch-size", 64), 10)) {
      assertThat(batches.steps()).isEqualTo(8);
      assertThat(Arrays.stream(batches.order(0)).sorted()).containsExactly(all(500));
      assertThat(batches.order(0)).isNotEqualTo(batches.order(1));
      assertThat(batches.of(0, 7, batches.order(0)).batch().size()).isEqualTo(500 - 7 * 64);
    }
  }

  private static Integer[] all(int n) {
    return IntStream.range(0, n).boxed().toArray(Integer[]::new);
  }

  @Test
  void aStepIsTheSameWhateverCameBefore() {
    Hyperparameters hyperparameters =
        with(
            "mixup",
            0.4,
            "cutmix",
            1,
            "randaugment-n",
            3,
            "crop-scale",
            0.5,
            "flip",
            0.5,
            "rotate",
            20,
            "noise",
            0.1,
            "seed",
            5);
    try (Examples digits = digits(Layout.NCHW);
        Batches first = new Batches(digits, hyperparameters, 10);
        Batches second = new Batches(digits, hyperparameters, 10)) {
      for (int step = 0; step < 8; step++) {
        first.of(2, step, first.order(2));
      }
      float[] wanted = inputs(first.of(3, 4, first.order(3)));
      float[] labels = targets(first.of(3, 4, first.order(3)));
      Batches.Step alone = second.of(3, 4, second.order(3));
      assertThat(inputs(alone)).isEqualTo(wanted);
      assertThat(targets(alone)).isEqualTo(labels);
      assertThat(inputs(second.of(4, 4, second.order(3)))).isNotEqualTo(wanted);
    }
  }

  @Test
  void targetsAreDistributions() {
    try (Examples digits = digits(Layout.NCHW);
        Batches plain = new Batches(digits, with("label-smoothing", 0.2), 10);
        Batches mixed = new Batches(digits, with("mixup", 0.4, "cutmix", 0.4), 10)) {
      float[] smooth = targets(plain.of(0, 0, plain.order(0)));
      assertThat(smooth).containsOnly(0.02f, 0.82f);
      float[] mix = targets(mixed.of(0, 1, mixed.order(0)));
      for (int i = 0; i < mix.length; i += 10) {
        double sum = 0;
        for (int column = 0; column < 10; column++) {
          sum += mix[i + column];
        }
        assertThat(sum).isCloseTo(1, within(1e-6));
      }
    }
  }

  @Test
  void layoutsAreAugmentedAlike() {
    Hyperparameters hyperparameters = with("crop-scale", 0.5, "rotate", 30, "flip", 1);
    try (Examples first = digits(Layout.NCHW);
        Examples last = digits(Layout.NHWC);
        Batches channelsFirst = new Batches(first, hyperparameters, 10);
        Batches channelsLast = new Batches(last, hyperparameters, 10)) {
      // Of one channel, both lie alike.
      assertThat(inputs(channelsLast.of(0, 0, channelsLast.order(0))))
          .isEqualTo(inputs(channelsFirst.of(0, 0, channelsFirst.order(0))));
    }
  }

  @Test
  void imagesAreNeededForWhatHasPlaces() {
    try (Examples digits = digits(Layout.AS_IS)) {
      assertThatThrownBy(() -> new Batches(digits, with("flip", 0.5), 10).close())
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "crops, flips, turns, RandAugment and cutmix are for images: one input, stored"
                  + " n×h×w×c, with layout nchw or nhwc");
    }
  }

  /// The variance of Beta(α, α) is 1 / (4 (2α + 1)).
  @Test
  void mixingSharesFollowTheBetaDistribution() {
    SplittableRandom random = new SplittableRandom(1);
    for (double alpha : new double[] {0.2, 1, 3}) {
      double[] shares = new double[20_000];
      Arrays.setAll(shares, _ -> Batches.beta(alpha, random));
      double mean = Arrays.stream(shares).average().orElseThrow();
      double variance =
          Arrays.stream(shares).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
      assertThat(mean).isCloseTo(0.5, within(0.012));
      assertThat(variance).isCloseTo(1 / (4 * (2 * alpha + 1)), within(0.006));
    }
  }

  @Test
  void turnsOfAQuarterMovePixelsExactly() {
    float[] pixels = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    Warp.rotate(90).apply(new Image(pixels, 1, 3, 3, false), new float[1]);
    assertThat(pixels).containsExactly(new float[] {7, 4, 1, 8, 5, 2, 9, 6, 3}, within(1e-5f));
    float[] flipped = {1, 2, 3, 4};
    Warp.flip(new Image(flipped, 1, 2, 2, false));
    assertThat(flipped).containsExactly(2, 1, 4, 3);
    float[] moved = {1, 2, 3, 4};
    Warp.translate(1, 0).apply(new Image(moved, 1, 2, 2, false), new float[] {9});
    assertThat(moved).containsExactly(9, 1, 9, 3);
  }

  @Test
  void schedulesRiseAndFall() {
    Schedule cosine = new Schedule(2, "cosine", 4, 12);
    assertThat(IntStream.range(0, 4).mapToDouble(cosine::at)).containsExactly(0.5, 1.0, 1.5, 2.0);
    assertThat(cosine.at(4)).isEqualTo(2);
    assertThat(cosine.at(8)).isCloseTo(1, within(1e-12));
    Schedule linear = new Schedule(2, "linear", 0, 10);
    assertThat(linear.at(5)).isEqualTo(1);
    assertThat(new Schedule(2, "constant", 0, 10).at(9)).isEqualTo(2);
  }
}
