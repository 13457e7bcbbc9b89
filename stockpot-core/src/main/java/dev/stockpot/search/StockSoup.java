package dev.stockpot.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.ModelStock;
import dev.stockpot.method.ModelStock.Angle;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/// Model Stock: the mean of the ingredients, pulled towards the base by the angle between their
/// task vectors. It needs no held-out data, so nothing is chosen: the mean angle is recommended, as
/// the authors have it, and the other ways to tell the angle are variants.
///
/// @param angle the only one, if the user named one
/// @param filterWise whether every run along the last dimension has its own ratio
/// @see <a href="https://arxiv.org/abs/2403.19522">Jang, Yun and Han 2024</a>
public record StockSoup(Optional<Angle> angle, boolean filterWise) implements Recipe {
  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "stock",
          Set.of(Need.BASE),
          List.of(
              RecipeParameter.optional(
                  "angle", new ParameterType.Word(List.of("mean-angle", "mean-cosine", "direct"))),
              new RecipeParameter("filter-wise", new ParameterType.Flag(), Optional.of(false))),
          Optional.empty(),
          arguments ->
              new StockSoup(
                  arguments.find("angle", String.class).map(Angle::of),
                  arguments.flag("filter-wise")));

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public List<String> faults(List<Ingredient> ingredients, List<String> before) {
    return ingredients.size() < 2 ? List.of("it needs two ingredients or more") : List.of();
  }

  @Override
  public Cost cost(Extent extent) {
    return new Cost(0, angle.isPresent() ? 1 : 1 + others().size());
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    List<Choice> choices = new ArrayList<>();
    choices.add(new Choice(name(), soup(kitchen, angle.orElse(Angle.MEAN_ANGLE))));
    if (angle.isEmpty()) {
      for (Angle other : others()) {
        choices.add(new Choice(Choice.variant(name(), word(other)), soup(kitchen, other)));
      }
    }
    return choices;
  }

  private static List<Angle> others() {
    return Stream.of(Angle.values()).filter(angle -> angle != Angle.MEAN_ANGLE).toList();
  }

  private static String word(Angle angle) {
    return angle.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private Dish.Soup soup(Kitchen kitchen, Angle by) {
    Ingredient base = kitchen.base().orElseThrow();
    List<Ingredient> ingredients = kitchen.ingredients();
    List<Checkpoint> checkpoints = ingredients.stream().map(Ingredient::checkpoint).toList();
    ModelStock method = new ModelStock(ingredients.size(), by, filterWise);
    MergePlan plan =
        MergePlan.of(base.checkpoint(), checkpoints, method, kitchen.settings().outDType());
    double t = meanRatio(plan, kitchen.figures(plan));
    SequencedMap<String, Double> shares = new LinkedHashMap<>();
    shares.put(base.name(), 1 - t);
    ingredients.forEach(each -> shares.put(each.name(), t / ingredients.size()));
    List<Ingredient> models = new ArrayList<>(List.of(base));
    models.addAll(ingredients);
    return kitchen.soup(method.toString(), models, plan, shares);
  }

  /// The mean of the tensors' ratios, by elements; 1 if there are none.
  private static double meanRatio(MergePlan plan, Map<String, Map<String, Double>> figures) {
    double sum = 0;
    long elements = 0;
    for (TensorSpec tensor : plan.output()) {
      Double t = figures.getOrDefault(tensor.name(), Map.of()).get("t");
      if (t != null) {
        sum += t * tensor.elements();
        elements += tensor.elements();
      }
    }
    return elements == 0 ? 1 : sum / elements;
  }
}
