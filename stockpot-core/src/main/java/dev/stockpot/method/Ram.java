package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.Collections;
import java.util.List;

/// Reinforced agent merging: entries that one ingredient alone has touched are added to the base as
/// they are; of those that several have touched, the mean is.
///
///     b + dᵢ                     where only abs(dᵢ) > ε
///     b + Σ dᵢ / count           over those i with abs(dᵢ) > ε
///
/// @param epsilon ε, from which on an entry counts as touched
/// @see <a href="https://arxiv.org/abs/2601.13572">Reinforced agent merging, 2026</a>
public record Ram(double epsilon, int ingredients) implements MergeMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "ram",
          1,
          MethodDefinition.ANY,
          Base.REQUIRED,
          Statistics.NONE,
          List.of(Parameter.number("epsilon", 1e-5)),
          p -> new Ram(p.number("epsilon"), p.ingredients()));

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public Stage begin(Layer layer) {
    return new Mixing(epsilon, Collections.nCopies(ingredients, 1.0));
  }

  /// How many ingredients have touched element `i`; their task vectors are in the scratch tiles `0`
  /// to `K − 1`.
  static int touched(Stretch stretch, int ingredients, double epsilon, int i) {
    int count = 0;
    for (int k = 0; k < ingredients; k++) {
      count += Math.abs(stretch.scratch(k).at(i)) > epsilon ? 1 : 0;
    }
    return count;
  }

  /// Puts the task vectors into the scratch tiles `0` to `K − 1`.
  static void differences(Stretch stretch, int ingredients) {
    for (int k = 0; k < ingredients; k++) {
      stretch.scratch(k).difference(stretch.input(k + 1), stretch.input(0));
    }
  }

  /// @param unique factor of an ingredient's entries that it alone has touched
  record Mixing(double epsilon, List<Double> unique) implements Stage.Mixing {
    @Override
    public void mix(Stretch stretch, Tile out) {
      differences(stretch, unique.size());
      for (int i = 0; i < stretch.length(); i++) {
        int count = touched(stretch, unique.size(), epsilon, i);
        double sum = 0;
        for (int k = 0; k < unique.size(); k++) {
          double delta = stretch.scratch(k).at(i);
          if (!(Math.abs(delta) <= epsilon)) {
            sum += count == 1 ? unique.get(k) * delta : delta;
          }
        }
        out.put(i, count > 1 ? sum / count : sum);
      }
      out.add(stretch.input(0));
    }
  }
}
