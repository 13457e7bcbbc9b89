package dev.stockpot.search;

import java.util.List;

/// The best individual model: what a soup has to beat.
public record BestModel() implements Recipe {

  @Override
  public String name() {
    return "best";
  }

  @Override
  public Choice choose(Kitchen kitchen) {
    return new Choice(Choice.Kind.SOUP, List.of(kitchen.bestFirst().getFirst()), List.of());
  }
}
