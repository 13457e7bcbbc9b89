package dev.stockpot.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.Linear;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// WiSE-FT: the line from the base to a fine-tuned model or a soup, θ = (1 − α)·θ₀ + α·θ₁. Every
/// point of the curve is a variant; the one that is best on `select` is recommended, of equal ones
/// that nearest to the base.
///
/// @param of what θ₁ is: a soup cooked before, or an ingredient; unless it is given, the best on
///   `select` of the single models and the soups cooked before
/// @param steps from α = 0 to α = 1
/// @see <a href="https://arxiv.org/abs/2109.01903">Wortsman et al. 2022, "Robust fine-tuning of
///   zero-shot models"</a>
public record WiseFt(Optional<String> of, int steps) implements Recipe {
  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "wise-ft",
          Set.of(Need.BASE),
          List.of(
              RecipeParameter.optional("of", new ParameterType.Name()),
              new RecipeParameter("steps", new ParameterType.Count(1, 1000), Optional.of(10))),
          Optional.empty(),
          arguments -> new WiseFt(arguments.find("of", String.class), arguments.count("steps")));

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public List<String> faults(List<Ingredient> ingredients, List<String> before) {
    return of.map(name -> unknown("of", name, ingredients, before)).orElse(List.of());
  }

  @Override
  public Cost cost(Extent extent) {
    return new Cost(0, steps + 1L);
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    Kitchen.Cooked end =
        of.map(name -> kitchen.named(name).orElseThrow()).orElseGet(kitchen::bestSoFar);
    Candidates curve = new Candidates();
    for (int step = 0; step <= steps; step++) {
      curve.add(label(step, steps), point(kitchen, end, (double) step / steps));
    }
    Candidates.Best best = curve.bestReported(kitchen);
    List<Choice> choices = new ArrayList<>(List.of(new Choice(name(), best.soup(), best.trace())));
    choices.addAll(curve.variants(name()));
    return choices;
  }

  /// What is wrong with a name that should be one of a soup or an ingredient.
  static List<String> unknown(
      String parameter, String name, List<Ingredient> ingredients, List<String> before) {
    List<String> known = new ArrayList<>(before);
    ingredients.forEach(each -> known.add(each.name()));
    return known.contains(name)
        ? List.of()
        : List.of(
            "'%s' names '%s', which is neither cooked before it nor an ingredient; there are %s"
                .formatted(parameter, name, String.join(", ", known)));
  }

  /// The share of the way, as short as it can be.
  static String label(int step, int steps) {
    String digits = String.format(Locale.ROOT, "%.4f", (double) step / steps);
    return digits.replaceFirst("\\.?0+$", "");
  }

  /// The ends are the base and the model themselves, not sums with nothing.
  private static Dish.Soup point(Kitchen kitchen, Kitchen.Cooked end, double alpha) {
    Ingredient base = kitchen.base().orElseThrow();
    if (alpha == 0) {
      return kitchen.mean(List.of(base));
    }
    if (alpha == 1) {
      return end.soup();
    }
    SequencedMap<String, Double> shares = new LinkedHashMap<>();
    shares.put(base.name(), 1 - alpha);
    end.soup().weights().forEach((name, share) -> shares.merge(name, alpha * share, Double::sum));
    List<Checkpoint> one = List.of(end.checkpoint());
    Linear method = new Linear(List.of(1 - alpha, alpha), 1);
    return kitchen.soup(
        "wise-ft %s of %s".formatted(alpha, end.soup().fingerprint()),
        List.of(base),
        MergePlan.of(base.checkpoint(), one, method, kitchen.settings().outDType()),
        shares);
  }
}
