package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds for every metric.
class MetricContractTest {
  private static final int N = 57;

  static Stream<Metric> metrics() {
    return Metrics.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void isFoundByItsName(Metric metric) {
    assertThat(Metrics.named(metric.name())).isEqualTo(metric);
    assertThat(Metrics.higherIsBetter(metric.name())).isEqualTo(metric.higherIsBetter());
    assertThat(Task.of(metric)).isPresent();
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void followsFromItsNumbersPerExample(Metric metric) {
    Predictions predictions = predictions(metric);
    Targets targets = targets(metric);
    double[] numbers = ((ExampleMetric) metric).perExample(predictions, targets);
    Resampling resampling = new Resampling((ExampleMetric) metric, targets);
    double all = metric.of(predictions, targets);
    assertThat(all).isFinite();
    assertThat(resampling.of(numbers, IntStream.range(0, N).toArray())).isEqualTo(all);
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void doesNotDependOnTheOrderOfExamples(Metric metric) {
    Targets targets = targets(metric);
    double[] numbers = ((ExampleMetric) metric).perExample(predictions(metric), targets);
    int[] order = new Random(1).ints(0, N).distinct().limit(N).toArray();
    assertThat(new Resampling((ExampleMetric) metric, targets).of(numbers, order))
        .isCloseTo(metric.of(predictions(metric), targets), within(1e-13));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void someExamplesAreMeasuredAsASetOfTheirOwn(Metric metric) {
    Predictions predictions = predictions(metric);
    Targets targets = targets(metric);
    int[] sample = new Random(2).ints(40, 0, N).toArray();
    float[] rows = new float[40 * predictions.width()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = predictions.at(sample[i / predictions.width()], i % predictions.width());
    }
    double[] numbers = ((ExampleMetric) metric).perExample(predictions, targets);
    assertThat(new Resampling((ExampleMetric) metric, targets).of(numbers, sample))
        .isEqualTo(
            metric.of(TestArrays.predictions(predictions.width(), rows), targets.of(sample)));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void noExampleOfAMeanIsBetterThanTheBest(Metric metric) {
    if (metric instanceof WeightedMetric mean) {
      double[] numbers = mean.perExample(predictions(metric), targets(metric));
      double[] sums = mean.sums(numbers);
      double[] weights = mean.weights(numbers);
      assertThat(sums).hasSize(N);
      assertThat(weights).hasSize(N);
      for (int i = 0; i < N; i++) {
        double best = weights[i] * mean.best();
        assertThat(metric.higherIsBetter() ? sums[i] <= best : sums[i] >= best).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void aWeightedMetricRisesWithItsMean(Metric metric) {
    if (metric instanceof WeightedMetric mean) {
      double[] numbers = mean.perExample(predictions(metric), targets(metric));
      double value = Arrays.stream(mean.sums(numbers)).sum();
      value /= Arrays.stream(mean.weights(numbers)).sum();
      assertThat(metric.of(predictions(metric), targets(metric)))
          .isCloseTo(mean.value(value), within(1e-13));
      assertThat(mean.value(value + 0.01)).isGreaterThan(mean.value(value));
    }
  }

  private static Predictions predictions(Metric metric) {
    return switch (Task.of(metric).orElseThrow()) {
      case CLASSIFICATION -> GoldenArrays.logits(N, 2);
      case REGRESSION -> GoldenArrays.logits(N, 1);
      case NEXT_TOKEN -> {
        Predictions rows = GoldenArrays.logits(N, 2);
        float[] values = new float[2 * N];
        for (int i = 0; i < N; i++) {
          values[2 * i] = Math.abs(rows.at(i, 0));
          values[2 * i + 1] = 1 + i % 5;
        }
        yield TestArrays.predictions(2, values);
      }
    };
  }

  private static Targets targets(Metric metric) {
    return switch (Task.of(metric).orElseThrow()) {
      case CLASSIFICATION ->
          GoldenArrays.labels(GoldenArrays.logits(N, 2), i -> i % 4 == 0 ? i / 4 % 2 : -1);
      case REGRESSION ->
          new Targets.Values(IntStream.range(0, N).mapToDouble(i -> i * 7 % 11 - 3).toArray());
      case NEXT_TOKEN -> new Targets.Tokens(N);
    };
  }
}
