package dev.stockpot.search;

/// The greedy search over ensembles: cheap, since every member's logits are known already.
///
/// @param accept what to do with a candidate that changes nothing
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, section 3</a>
public record GreedyEnsemble(Accept accept) implements Recipe {

  @Override
  public String name() {
    return "greedy-ensemble";
  }

  @Override
  public boolean needsLogits() {
    return true;
  }

  @Override
  public Choice choose(Kitchen kitchen) {
    return Greedy.search(Choice.Kind.ENSEMBLE, kitchen, accept, kitchen::scoreOfEnsemble);
  }
}
