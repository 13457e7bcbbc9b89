package dev.stockpot.search;

import java.util.List;

/// The uniform soup: the mean of all ingredients.
///
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, section 2</a>
public record UniformSoup() implements Recipe {

  @Override
  public String name() {
    return "uniform";
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    return List.of(new Choice(name(), kitchen.mean(kitchen.ingredients())));
  }
}
