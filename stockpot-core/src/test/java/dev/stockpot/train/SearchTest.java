package dev.stockpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.train.Distribution.Choice;
import dev.stockpot.train.Distribution.Integers;
import dev.stockpot.train.Distribution.LogUniform;
import dev.stockpot.train.Distribution.Mixture;
import dev.stockpot.train.Distribution.Part;
import dev.stockpot.train.Distribution.Uniform;
import dev.stockpot.train.Search.Draw;
import dev.stockpot.train.Search.Grid;
import dev.stockpot.train.Search.Random;
import dev.stockpot.train.Search.Space;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class SearchTest {
  private static final Distribution LR = new LogUniform(1e-4, 1e-1);
  private static final Distribution SMOOTHING =
      new Mixture(List.of(new Part(0.5, words(0.0)), new Part(0.5, new Uniform(0.1, 0.3))));

  private static Choice words(double... values) {
    return new Choice(Arrays.stream(values).<Value>mapToObj(Value.Real::new).toList());
  }

  private static Space space(Object... namesAndDistributions) {
    SequencedMap<String, Distribution> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndDistributions.length; i += 2) {
      map.put((String) namesAndDistributions[i], (Distribution) namesAndDistributions[i + 1]);
    }
    return new Space(map);
  }

  private static double real(Draw draw, String name) {
    return ((Value.Real) draw.values().get(name)).number();
  }

  @Test
  void gridGoesThroughEveryCombinationTheLastFastest() {
    List<Draw> draws =
        new Grid().draws(List.of(space("a", words(1, 2), "b", words(3, 4)), space("a", words(9))));
    assertThat(draws.stream().map(Draw::json))
        .containsExactly(
            Map.of("a", 1L, "b", 3L),
            Map.of("a", 1L, "b", 4L),
            Map.of("a", 2L, "b", 3L),
            Map.of("a", 2L, "b", 4L),
            Map.of("a", 9L));
    assertThat(draws.stream().map(Draw::name))
        .containsExactly("run-00", "run-01", "run-02", "run-03", "run-04");
  }

  @Test
  void moreRunsAndMoreHyperparametersLeaveTheOthersAsTheyWere() {
    List<Draw> few = new Random(5, 7).draws(List.of(space("lr", LR)));
    List<Draw> many = new Random(50, 7).draws(List.of(space("smoothing", SMOOTHING, "lr", LR)));
    for (int i = 0; i < few.size(); i++) {
      assertThat(many.get(i).values().get("lr")).isEqualTo(few.get(i).values().get("lr"));
    }
    assertThat(new Random(5, 8).draws(List.of(space("lr", LR)))).isNotEqualTo(few);
  }

  @Test
  void drawsFollowTheirDistributions() {
    List<Draw> draws =
        new Random(4000, 3)
            .draws(List.of(space("lr", LR, "smoothing", SMOOTHING, "epochs", new Integers(4, 16))));
    // Four standard deviations of a share of one half are 0.032.
    assertThat(share(draws.stream().map(draw -> real(draw, "lr") < Math.sqrt(1e-5)).toList()))
        .isBetween(0.468, 0.532);
    assertThat(share(draws.stream().map(draw -> real(draw, "smoothing") == 0).toList()))
        .isBetween(0.468, 0.532);
    assertThat(draws)
        .allSatisfy(draw -> {
          assertThat(real(draw, "lr")).isBetween(1e-4, 1e-1);
          assertThat(real(draw, "smoothing")).matches(it -> it == 0 || (it >= 0.1 && it <= 0.3));
        });
    assertThat(draws.stream().map(draw -> real(draw, "epochs")).distinct().sorted())
        .containsExactly(4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15., 16.);
  }

  private static double share(List<Boolean> which) {
    return which.stream().filter(it -> it).count() / (double) which.size();
  }

  @Test
  void randomPointsComeFromEverySpace() {
    List<Draw> draws =
        new Random(64, 0).draws(List.of(space("a", words(1)), space("b", words(2, 3))));
    assertThat(draws.stream().filter(draw -> draw.values().containsKey("a")).count())
        .isBetween(16L, 48L);
  }

  @Test
  void intervalsAreOrderedAndProbabilitiesSumUpToOne() {
    assertThatThrownBy(() -> new Uniform(1, 0.5))
        .hasMessage("the smaller number comes first, not 1 and 0.5");
    assertThatThrownBy(() -> new LogUniform(0, 1))
        .hasMessage("a logarithm needs numbers above 0, not 0.0");
    assertThatThrownBy(() -> new Mixture(List.of(new Part(0.5, words(0)), new Part(0.4, words(1)))))
        .hasMessage("the probabilities of a mixture sum up to 0.9, not to 1");
  }
}
