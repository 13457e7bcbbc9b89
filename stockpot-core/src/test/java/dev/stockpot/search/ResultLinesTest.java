package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Metrics;
import dev.stockpot.eval.Predictions;
import dev.stockpot.eval.Targets;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class ResultLinesTest {

  @Test
  void lineIsTheContract() {
    SequencedMap<String, Double> soup = new LinkedHashMap<>();
    soup.put("ft-08", 0.5);
    soup.put("ft-09", 0.5);
    SequencedMap<String, Evaluation> evaluations = new LinkedHashMap<>();
    evaluations.put(
        "select", evaluation("select", 0.75, 4, Optional.of(BitSet.valueOf(new long[] {7}))));
    evaluations.put("shift-a", evaluation("shift-a", 1.0 / 3, 3, Optional.empty()));
    evaluations.put("shift-b", evaluation("shift-b", Double.NaN, 3, Optional.empty()));
    assertThat(ResultLines.write(List.of(new Result("greedy", "greedy", soup, evaluations))))
        .isEqualTo(
            "{\"name\":\"greedy\",\"recipe\":\"greedy\","
                + "\"ingredients\":{\"ft-08\":0.5,\"ft-09\":0.5},"
                + "\"metrics\":{\"select\":{\"accuracy\":0.75,\"nll\":1.5},"
                + "\"shift-a\":{\"accuracy\":0.3333333333333333,\"nll\":1.5},"
                + "\"shift-b\":{\"accuracy\":null,\"nll\":1.5}},"
                + "\"n\":{\"select\":4,\"shift-a\":3,\"shift-b\":3},"
                + "\"correct\":{\"select\":3}}\n");
  }

  @Test
  void countsAreLeftOutWhereNobodyKnowsThem() {
    SequencedMap<String, Double> itself = new LinkedHashMap<>();
    itself.put("ft-\"1\"", 1.0);
    SequencedMap<String, Evaluation> evaluations = new LinkedHashMap<>();
    evaluations.put("select", evaluation("select", 0.5, 2, Optional.empty()));
    Result single = new Result("ft-\"1\"", Result.INDIVIDUAL, itself, evaluations);
    Result base = new Result("base", Result.BASE, new LinkedHashMap<>(), new LinkedHashMap<>());
    assertThat(ResultLines.write(List.of(single, base)))
        .isEqualTo(
            "{\"name\":\"ft-\\\"1\\\"\",\"recipe\":\"individual\","
                + "\"ingredients\":{\"ft-\\\"1\\\"\":1.0},"
                + "\"metrics\":{\"select\":{\"accuracy\":0.5,\"nll\":1.5}},"
                + "\"n\":{\"select\":2}}\n"
                + "{\"name\":\"base\",\"recipe\":\"base\",\"ingredients\":{},"
                + "\"metrics\":{},\"n\":{}}\n");
    assertThat(ResultLines.write(List.of())).isEmpty();
  }

  @Test
  void resultLetsGoOfLogits() {
    Predictions predictions = new Predictions(1, 1, MemorySegment.ofArray(new float[] {1}));
    SequencedMap<String, Evaluation> evaluations = new LinkedHashMap<>();
    evaluations.put(
        "select",
        Evaluation.of("select", predictions, new Targets.Classes(new int[1]), Metrics.ALL));
    Result result = new Result("a", Result.INDIVIDUAL, new LinkedHashMap<>(), evaluations);
    assertThat(result.evaluations().get("select").predictions()).isEmpty();
    assertThat(result.evaluations().get("select").metric("accuracy")).isEqualTo(1);
  }

  @Test
  void resultDoesNotChangeWithWhatItWasMadeFrom() {
    SequencedMap<String, Double> shares = new LinkedHashMap<>();
    shares.put("a", 1.0);
    Result result = new Result("a", Result.INDIVIDUAL, shares, new LinkedHashMap<>());
    shares.put("b", 1.0);
    assertThat(result.ingredients()).containsOnlyKeys("a");
    assertThat(result.isCooked()).isFalse();
    assertThat(new Result("uniform", "uniform", shares, new LinkedHashMap<>()).isCooked()).isTrue();
  }

  private static Evaluation evaluation(
      String set, double accuracy, int n, Optional<BitSet> correct) {
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("accuracy", accuracy);
    metrics.put("nll", 1.5);
    return new Evaluation(set, n, metrics, correct, Optional.empty());
  }
}
