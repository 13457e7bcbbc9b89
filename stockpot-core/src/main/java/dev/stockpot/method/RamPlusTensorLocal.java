package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.ArrayList;
import java.util.List;

/// Reinforced agent merging plus, tensor by tensor: as [Ram], but what an ingredient alone has
/// touched is enlarged, the more so the more of its entries are shared with others.
///
///     (1 + r·clip(sharedᵢ / uniqueᵢ, 0, α)) · dᵢ      where only abs(dᵢ) > ε
///
/// @param epsilon ε, from which on an entry counts as touched
/// @param r how much is made up for
/// @param alpha α, the largest ratio that counts
/// @see <a href="https://arxiv.org/abs/2601.13572">Reinforced agent merging, 2026</a>
public record RamPlusTensorLocal(double epsilon, double r, double alpha, int ingredients)
    implements MergeMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "ramplus_tl",
          1,
          MethodDefinition.ANY,
          Base.REQUIRED,
          Statistics.NONE,
          List.of(
              Parameter.number("epsilon", 1e-5),
              Parameter.number("r", 0.1),
              Parameter.number("alpha", 0.2)),
          p ->
              new RamPlusTensorLocal(
                  p.number("epsilon"), p.number("r"), p.number("alpha"), p.ingredients()));

  /// Checks α.
  ///
  /// @throws IllegalArgumentException if α is negative
  public RamPlusTensorLocal {
    if (!(alpha >= 0)) {
      throw new IllegalArgumentException("alpha " + alpha + " must be at least 0");
    }
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public int passes() {
    return 1;
  }

  @Override
  public Stage begin(Layer layer) {
    return new Counts();
  }

  /// Per ingredient, entries that it alone has touched, and those that others have touched, too.
  private final class Counts implements Stage.Pass<long[][]> {
    @Override
    public boolean anyOrder() {
      return true;
    }

    @Override
    public long[][] start() {
      return new long[ingredients][2];
    }

    @Override
    public void visit(Stretch stretch, long[][] part) {
      Ram.differences(stretch, ingredients);
      for (int i = 0; i < stretch.length(); i++) {
        int count = Ram.touched(stretch, ingredients, epsilon, i);
        for (int k = 0; count > 0 && k < ingredients; k++) {
          if (Math.abs(stretch.scratch(k).at(i)) > epsilon) {
            part[k][count == 1 ? 0 : 1]++;
          }
        }
      }
    }

    @Override
    public void add(long[][] total, long[][] part) {
      for (int k = 0; k < ingredients; k++) {
        total[k][0] += part[k][0];
        total[k][1] += part[k][1];
      }
    }

    @Override
    public Stage next(long[][] total) {
      List<Double> factors = new ArrayList<>();
      for (long[] counts : total) {
        double ratio = counts[1] == 0 ? 0 : (double) counts[1] / counts[0];
        factors.add(1 + r * Math.min(ratio, alpha));
      }
      return new Ram.Mixing(epsilon, factors);
    }
  }
}
