package dev.stockpot.search;

import java.util.List;

/// The best individual model: what a soup has to beat.
public record BestModel() implements Recipe {

  @Override
  public String name() {
    return "best";
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    return List.of(new Choice(name(), kitchen.mean(List.of(kitchen.bestFirst().getFirst()))));
  }
}
