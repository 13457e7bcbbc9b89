package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// Fisher merging: the mean in which every weight of every model counts as much as its model cares
/// about it,
///
///     w = Σ aᵢFᵢwᵢ / Σ aᵢFᵢ
///
/// where `Fᵢ` is the diagonal of the Fisher matrix: the mean square of the gradient of the log
/// likelihood, at least 1e-8. The models are the first inputs, their `Fᵢ` the others.
///
/// @param weights aᵢ, finite, above 0
/// @see <a href="https://arxiv.org/abs/2111.09832">Matena and Raffel 2022</a>
public record Fisher(List<Double> weights) implements MergeMethod, Stage.Mixing {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "fisher",
          2,
          MethodDefinition.ANY,
          Base.MEMBER,
          Statistics.FISHER,
          List.of(Parameter.each("weight", 1)),
          p -> new Fisher(p.numbers("weight")));

  private static final double LEAST = 1e-8;

  public Fisher {
    weights = List.copyOf(weights);
    if (!weights.stream().allMatch(weight -> weight > 0 && Double.isFinite(weight))) {
      throw new IllegalArgumentException("weights " + weights + " are not all above 0 and finite");
    }
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public int rounded(int inputs) {
    return weights.size();
  }

  @Override
  public Stage begin(Layer layer) {
    DEFINITION.checkInputs(layer, 2 * weights.size());
    return this;
  }

  @Override
  public void mix(Stretch stretch, Tile out) {
    int k = weights.size();
    Tile sum = stretch.scratch(0);
    Tile share = stretch.scratch(1);
    sum.fill(0);
    for (int i = 0; i < k; i++) {
      share.copy(stretch.input(k + i));
      share.raise(LEAST);
      share.scale(weights.get(i));
      sum.add(share);
      share.multiply(stretch.input(i));
      if (i == 0) {
        out.copy(share);
      } else {
        out.add(share);
      }
    }
    out.divide(sum);
  }
}
