package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostTest {
  private static final Extent FIVE = new Extent(5, Optional.empty());
  private static final Extent GRADIENTS = new Extent(5, Optional.of(600));

  // Five epochs of 600 examples in batches of 256: 15 steps, and 6 losses on all of select. A soup
  // for each of these, and the file.
  @Test
  void aLearnedSoupTakesAPassWithGradientsForEachEpoch() {
    assertThat(named("learned").cost(GRADIENTS)).isEqualTo(new Cost(6, 1, 22, 5, 0));
    assertThat(recalibrated("learned").cost(GRADIENTS)).isEqualTo(new Cost(6, 1, 22, 5, 22));
  }

  // A hundred points, of which one is the result, and the file.
  @Test
  void withoutGradientsALearnedSoupTakesASearch() {
    assertThat(named("learned").cost(FIVE)).isEqualTo(new Cost(99, 1, 101, 0, 0));
    assertThat(named("search").cost(GRADIENTS)).isEqualTo(new Cost(99, 1, 101, 0, 0));
  }

  // uniform and stock: the files, and of stock two variants more. greedy: four trials, three that
  // are made ahead in vain if all succeed, and the file; greedy-random does so in five orders.
  // pruned: uniform, one without each, and the file. last-k: k from 5 to 1, and the file.
  @ParameterizedTest
  @CsvSource({"uniform, 1", "stock, 3", "greedy, 8", "greedy-random, 40", "pruned, 7", "last-k, 6"})
  void recalibrationTakesAPassOverTheTrainingDataForEachSoup(String recipe, long passes) {
    Recipe own = new NamedRecipe("own", recalibrated(recipe));
    assertThat(own.cost(FIVE).recalibrations()).isEqualTo(passes);
    assertThat(named(recipe).cost(FIVE).recalibrations()).isZero();
  }

  @Test
  void costsAddUp() {
    assertThat(new Cost(1, 2, 3, 4, 5).plus(new Cost(10, 20, 30, 40, 50)).plus(Cost.NONE))
        .isEqualTo(new Cost(11, 22, 33, 44, 55));
  }

  private static Recipe named(String name) {
    return Recipes.named(name).plain();
  }

  private static Recipe recalibrated(String name) {
    return new RecalibratedRecipe(named(name));
  }
}
