package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;
import java.util.function.Function;

/// SCE: selects the entries in which the ingredients differ most, calculates a weight for each
/// ingredient from the size of its task vector there, and erases minority signs.
///
///     b + Σ aᵢdᵢ / Σ aᵢ        over those i whose sign is that of Σ dᵢ,    aᵢ ∝ mean(dᵢ²)
///
/// Of the positions whose variance over the ingredients is not 0, the int(topk·count) of largest
/// variance are kept (of equal ones those of lowest index); elsewhere the base stays.
///
/// @param topk the fraction of positions that is kept; from 1 on all are
/// @see <a href="https://arxiv.org/abs/2408.07990">Wan et al. 2024, "FuseChat"</a>
public record Sce(double topk, int ingredients) implements MergeMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "sce",
          1,
          MethodDefinition.ANY,
          Base.REQUIRED,
          Statistics.NONE,
          List.of(Parameter.number("select_topk", 1)),
          p -> new Sce(p.number("select_topk"), p.ingredients()));

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public int passes() {
    return topk >= 1 ? 1 : 4;
  }

  @Override
  public long bytes(Layer layer) {
    return topk >= 1 ? 0 : Selection.bytes(layer, 1, 1);
  }

  @Override
  public Stage begin(Layer layer) {
    return topk >= 1
        ? new Squares(Cut.EVERYTHING)
        : new Zeros(zeros -> {
          long kept = (long) (Math.max(0, topk) * (layer.elements() - zeros));
          return Selection.begin(
              layer,
              new Variance(),
              List.of(List.of(kept)),
              cuts -> new Squares(cuts.get(0).get(0)));
        });
  }

  /// The variance over the ingredients (around their mean, over K), per element.
  private final class Variance implements Ranked {
    @Override
    public int rankings() {
      return 1;
    }

    @Override
    public Tile values(Stretch stretch, int j) {
      Ram.differences(stretch, ingredients);
      double[] means = new double[stretch.length()];
      double[] squares = new double[stretch.length()];
      for (int k = 0; k < ingredients; k++) {
        stretch.scratch(k).addTo(means);
      }
      divide(means);
      for (int k = 0; k < ingredients; k++) {
        stretch.scratch(k).addSquaredDistances(means, squares);
      }
      divide(squares);
      Tile variance = stretch.scratch(ingredients);
      variance.round(squares);
      return variance;
    }

    private void divide(double[] sums) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] /= ingredients;
      }
    }
  }

  /// The positions in which all ingredients agree.
  private final class Zeros implements Stage.Pass<long[]> {
    private final Function<Long, Stage> then;

    Zeros(Function<Long, Stage> then) {
      this.then = then;
    }

    @Override
    public boolean anyOrder() {
      return true;
    }

    @Override
    public long[] start() {
      return new long[1];
    }

    @Override
    public void visit(Stretch stretch, long[] part) {
      part[0] += new Variance().values(stretch, 0).count(0);
    }

    @Override
    public void add(long[] total, long[] part) {
      total[0] += part[0];
    }

    @Override
    public Stage next(long[] total) {
      return then.apply(total[0]);
    }
  }

  /// Puts the task vectors, where they are kept, into the scratch tiles `0` to `K − 1`.
  private void selected(Stretch stretch, Cut cut) {
    if (cut.isEverything()) {
      Ram.differences(stretch, ingredients);
      return;
    }
    Tile variance = new Variance().values(stretch, 0);
    cut.eraseBelow(stretch, variance);
    for (int k = 0; k < ingredients; k++) {
      stretch.scratch(k).eraseWhereZero(variance);
    }
  }

  /// Σ d² of what is finite.
  private static double squares(Tile delta) {
    double squares = delta.dot(delta);
    if (Double.isFinite(squares)) {
      return squares;
    }
    double sum = 0;
    for (int i = 0; i < delta.length(); i++) {
      double value = delta.at(i);
      sum += Double.isFinite(value) ? value * value : 0;
    }
    return sum;
  }

  /// Σ dᵢ² of what is kept, per ingredient.
  private final class Squares implements Stage.Pass<double[]> {
    private final Cut cut;

    Squares(Cut cut) {
      this.cut = cut;
    }

    @Override
    public double[] start() {
      return new double[ingredients];
    }

    @Override
    public void visit(Stretch stretch, double[] part) {
      selected(stretch, cut);
      for (int k = 0; k < ingredients; k++) {
        part[k] += squares(stretch.scratch(k));
      }
    }

    @Override
    public void add(double[] total, double[] part) {
      for (int k = 0; k < ingredients; k++) {
        total[k] += part[k];
      }
    }

    @Override
    public Stage next(double[] squares) {
      double sum = 0;
      for (double square : squares) {
        sum += square;
      }
      double[] weights = new double[ingredients];
      for (int k = 0; k < ingredients; k++) {
        weights[k] = sum == 0 ? 1.0 / ingredients : squares[k] / sum;
      }
      return (Stage.Mixing) (stretch, out) -> mix(stretch, cut, weights, out);
    }
  }

  private void mix(Stretch stretch, Cut cut, double[] weights, Tile out) {
    selected(stretch, cut);
    Tile[] deltas = new Tile[ingredients];
    Tile signs = stretch.scratch(ingredients + 1);
    for (int k = 0; k < ingredients; k++) {
      deltas[k] = stretch.scratch(k);
    }
    signs.sum(deltas);
    signs.elect();
    out.meanOfAgreeing(weights, deltas, signs, weights, stretch.scratch(ingredients + 2));
    out.add(stretch.input(0));
  }
}
