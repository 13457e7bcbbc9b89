package dev.stockpot.search;

import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// WSM: the last checkpoints of a run at constant learning rate, merged as if the rate had decayed
/// while they were trained. If `vⱼ` is what is left of the rate on the way to the j-th checkpoint
/// after the first, 1 ≥ v₁ ≥ … ≥ vₖ ≥ 0, the weights of the k + 1 checkpoints are
///
///     c₀ = 1 − v₁        cⱼ = vⱼ − vⱼ₊₁        cₖ = vₖ
///
/// @param shape of the decay; chosen on `select` unless it is given
/// @param last how many checkpoints are merged; all of the run unless it is given
/// @param run the checkpoints
/// @see <a href="https://arxiv.org/abs/2507.17634">Tian et al. 2025</a>
public record DecayedRun(Optional<Shape> shape, Optional<Integer> last, TrainingRun run)
    implements Recipe {
  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "wsm",
          Set.of(),
          List.of(
              RecipeParameter.optional(
                  "shape",
                  new ParameterType.Word(Stream.of(Shape.values()).map(Shape::word).toList())),
              RecipeParameter.optional("last", RecipeParameter.atLeast(2)),
              TrainingRun.PARAMETER),
          TrainingRun.APART,
          arguments ->
              new DecayedRun(
                  arguments.find("shape", String.class).map(Shape::of),
                  arguments.find("last", Integer.class),
                  TrainingRun.of(arguments)));

  /// How a learning rate falls from 1 to 0.
  public enum Shape {
    /// 1 − x, which gives all checkpoints the same weight.
    LINEAR {
      @Override
      double at(double x) {
        return 1 - x;
      }
    },
    /// (1 + cos πx) / 2
    COSINE {
      @Override
      double at(double x) {
        return (1 + Math.cos(Math.PI * x)) / 2;
      }
    },
    /// 1 − √x
    ONE_MINUS_SQRT {
      @Override
      double at(double x) {
        return 1 - Math.sqrt(x);
      }
    };

    /// What is left of the rate.
    ///
    /// @param x how much of the way is done, in `[0, 1]`
    abstract double at(double x);

    String word() {
      return this == ONE_MINUS_SQRT ? "1-sqrt" : name().toLowerCase(Locale.ROOT);
    }

    static Shape of(String word) {
      return Arrays.stream(values())
          .filter(shape -> shape.word().equals(word))
          .findFirst()
          .orElseThrow();
    }
  }

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public List<String> faults(List<Ingredient> ingredients, List<String> before) {
    return run.faults(ingredients, last.orElse(2));
  }

  @Override
  public Cost cost(Extent extent) {
    return new Cost(shape.isPresent() ? 0 : Shape.values().length, 1);
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    List<Ingredient> all = run.of(kitchen.ingredients());
    List<Ingredient> models = all.subList(all.size() - last.orElse(all.size()), all.size());
    Candidates candidates = new Candidates();
    for (Shape each : shape.map(List::of).orElse(List.of(Shape.values()))) {
      candidates.add(
          "shape=" + each.word(), Mixtures.mean(kitchen, models, weights(models.size(), each)));
    }
    return candidates.choose(kitchen, name());
  }

  /// The weight of each of `n` checkpoints; the rate is 0 one step after the last.
  static List<Double> weights(int n, Shape shape) {
    if (shape == Shape.LINEAR) {
      // Exactly equal, which differences of rounded fractions are not.
      return Collections.nCopies(n, 1.0 / n);
    }
    List<Double> weights = new ArrayList<>();
    for (int j = 0; j < n; j++) {
      double left = j == 0 ? 1 : shape.at((double) j / n);
      double next = j == n - 1 ? 0 : shape.at((double) (j + 1) / n);
      weights.add(left - next);
    }
    return weights;
  }
}
