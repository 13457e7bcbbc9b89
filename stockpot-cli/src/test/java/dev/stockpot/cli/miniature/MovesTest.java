package dev.stockpot.cli.miniature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MovesTest {

  @Test
  void distancesFromTheCentreAreThoseOfTheVectors() {
    SplittableRandom random = new SplittableRandom(1);
    List<double[]> vectors =
        IntStream.range(0, 5).mapToObj(_ -> random.doubles(7, -1, 1).toArray()).toList();
    double[] mean =
        IntStream.range(0, 7)
            .mapToDouble(at -> vectors.stream().mapToDouble(v -> v[at]).average().orElseThrow())
            .toArray();
    List<Double> cosines = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      for (int j = i + 1; j < 5; j++) {
        cosines.add(
            dot(vectors.get(i), vectors.get(j))
                / Math.sqrt(dot(vectors.get(i), vectors.get(i)))
                / Math.sqrt(dot(vectors.get(j), vectors.get(j))));
      }
    }
    List<Double> norms = vectors.stream().map(v -> Math.sqrt(dot(v, v))).toList();

    List<Double> distances = new Moves(norms, cosines).distances();

    for (int i = 0; i < 5; i++) {
      double[] v = vectors.get(i);
      double[] away = IntStream.range(0, 7).mapToDouble(at -> v[at] - mean[at]).toArray();
      assertThat(distances.get(i)).isCloseTo(Math.sqrt(dot(away, away)), offset(1e-12));
    }
  }

  @Test
  void everyPairHasACosine() {
    assertThatThrownBy(() -> new Moves(List.of(1.0, 2.0, 3.0), List.of(0.5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 cosines for 3 models");
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }
}
