package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.eval.Brier;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.TokenLoss;
import dev.stockpot.eval.TopK;
import dev.stockpot.eval.WeightedMetric;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HardnessTest {

  @Test
  void whatMostModelsGetWrongComesFirst() {
    List<Evaluation> evaluations =
        List.of(correct(0, 1, 3), correct(0, 3), correct(0, 1), evaluation(new BitSet()));
    assertThat(order(evaluations, Optional.empty())).containsExactly(2, 1, 3, 0);
  }

  @Test
  void numbersOfAMeanTellMore() {
    List<Evaluation> evaluations =
        List.of(numbers(0.5, 0.25, 0, 1), numbers(0.5, 0.5, 0, Double.NaN));
    assertThat(order(evaluations, Optional.of(new Brier()))).containsExactly(3, 0, 1, 2);
    assertThat(order(evaluations, Optional.of(new TopK(2)))).containsExactly(3, 2, 1, 0);
    // Without a mean they are no measure of how hard an example is.
    assertThat(order(evaluations, Optional.empty())).containsExactly(0, 1, 2, 3);
  }

  @Test
  void textsAreHardByTheLossesOfAllTheirTokens() {
    // A loss and a number of tokens each.
    List<Evaluation> evaluations =
        List.of(numbers(1, 2, 4, 9, 3, 1, 2, 2), numbers(1, 2, 4, 9, 3, 1, 2, 2));
    Hardness hardness = Hardness.of(evaluations, Optional.of(new TokenLoss()));
    assertThat(hardness.order()).containsExactly(1, 2, 3, 0);
    assertThat(hardness.weights().orElseThrow()).containsExactly(2, 9, 1, 2);
    assertThat(Hardness.of(evaluations, Optional.empty()).weights()).isEmpty();
  }

  private static int[] order(List<Evaluation> evaluations, Optional<WeightedMetric> chosen) {
    return Hardness.of(evaluations, chosen).order();
  }

  private static Evaluation correct(int... examples) {
    BitSet bits = new BitSet();
    for (int example : examples) {
      bits.set(example);
    }
    return evaluation(bits);
  }

  private static Evaluation numbers(double... numbers) {
    return evaluation(new BitSet()).withNumbers(Optional.of(() -> numbers));
  }

  private static Evaluation evaluation(BitSet correct) {
    return new Evaluation(
        "select", 4, new LinkedHashMap<>(), Optional.of(correct), Optional.empty());
  }
}
