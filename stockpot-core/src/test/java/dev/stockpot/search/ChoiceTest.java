package dev.stockpot.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChoiceTest {
  @Test
  void anotherNameChangesNothingElse() {
    Coefficients learned =
        new Coefficients(List.of("all"), List.of("a"), List.of(List.of(1.0)), 1, List.of(0.5));
    Dish dish = new Dish.Soup("learned from a", null, Dish.equal(List.of()), false);
    Choice choice = new Choice("learned", dish, List.of(), Optional.of(learned));
    assertThat(choice.named("mine"))
        .isEqualTo(new Choice("mine", dish, List.of(), Optional.of(learned)));
  }
}
