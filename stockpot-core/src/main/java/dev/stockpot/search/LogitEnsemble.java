package dev.stockpot.search;

import java.util.List;

/// The ensemble of all ingredients: the mean of raw logits. It costs as many inferences as it has
/// members, and is here to compare with.
///
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, section 3</a>
public record LogitEnsemble() implements Recipe {

  @Override
  public String name() {
    return "ensemble";
  }

  @Override
  public boolean needsLogits() {
    return true;
  }

  @Override
  public Choice choose(Kitchen kitchen) {
    return new Choice(Choice.Kind.ENSEMBLE, kitchen.ingredients(), List.of());
  }
}
