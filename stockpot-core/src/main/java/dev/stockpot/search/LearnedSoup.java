package dev.stockpot.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.GradientEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The learned soup: coefficients of the ingredients, and a factor of the logits, that gradient
/// descent finds on `select`.
///
/// Where no network gives gradients, an evolution strategy looks for coefficients by the evaluator
/// instead.
///
/// @param byLayer whether each parameter tensor has coefficients of its own
/// @param training how they are learned
/// @param minimizer for where there are no gradients
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, "Model soups", section 3
///   and appendix I</a>
public record LearnedSoup(
    boolean byLayer, CoefficientTraining.Settings training, Optional<Minimizer> minimizer)
    implements Recipe {
  static final RecipeDefinition DEFINITION =
      new RecipeDefinition(
          "learned",
          Set.of(),
          List.of(
              RecipeParameter.word("by", "model", "layer"),
              RecipeParameter.word("alpha", "softmax", "free"),
              RecipeParameter.count("epochs", 5),
              RecipeParameter.count("batch", 256),
              new RecipeParameter(
                  "learning-rate", new ParameterType.Real(1e-9, 1e3), Optional.of(0.05)),
              RecipeParameter.seed()),
          Optional.of("it trains on select"),
          arguments ->
              new LearnedSoup(
                  arguments.word("by").equals("layer"),
                  new CoefficientTraining.Settings(
                      arguments.word("alpha").equals("softmax"),
                      arguments.count("epochs"),
                      arguments.count("batch"),
                      arguments.number("learning-rate"),
                      arguments.count("seed")),
                  Minimizer.find()));

  /// Evaluations of a search without gradients.
  private static final int BUDGET = 100;

  /// With the settings of the authors' code.
  public static LearnedSoup of(boolean byLayer, boolean softmax, int epochs, int seed) {
    return new LearnedSoup(
        byLayer,
        new CoefficientTraining.Settings(softmax, epochs, 256, 0.05, seed),
        Minimizer.find());
  }

  @Override
  public RecipeDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Cost cost(Extent extent) {
    return extent.gradients().map(training::cost).orElseGet(() -> search().cost(extent));
  }

  @Override
  public List<Choice> choose(Kitchen kitchen) {
    return GradientEngine.lacks(kitchen.eval()).isPresent()
        ? List.of(searched(kitchen))
        : List.of(learned(kitchen));
  }

  @Override
  public List<String> notes(List<Result> results, EvalSpec eval) {
    List<String> notes = new ArrayList<>();
    notes.add("its coefficients are trained on select, so its score there estimates nothing");
    GradientEngine.lacks(eval)
        .ifPresent(why ->
            notes.add(
                why + "; CMA-ES on the evaluator looks for coefficients of whole models instead"));
    return notes;
  }

  private Choice learned(Kitchen kitchen) {
    EvalSpec eval = kitchen.eval();
    Checkpoint first = kitchen.ingredients().getFirst().checkpoint();
    try (GradientEngine engine =
            GradientEngine.open(eval.gradients().orElseThrow(), kitchen.executor().threads());
        Dataset select = Datasets.open(eval.select(), eval.input())) {
      engine.check(first);
      CoefficientTraining trained =
          new CoefficientTraining(
              kitchen, engine, select, Layers.of(first, engine.parameters(), byLayer), training);
      return trained.choice(name());
    }
  }

  private Choice searched(Kitchen kitchen) {
    if (minimizer.isEmpty()) {
      throw new EvaluationException(
          "recipe '%s': %s, and the module stockpot-hipparchus, which could do without, is not installed"
              .formatted(name(), GradientEngine.lacks(kitchen.eval()).orElseThrow()));
    }
    Choice found = search().choose(kitchen).getFirst();
    return new Choice(name(), found.dish(), found.trace());
  }

  private CoefficientSearch search() {
    return new CoefficientSearch(List.of(), Optional.empty(), BUDGET, training.seed(), minimizer);
  }

  /// The rows of coefficients, and which tensor has which.
  ///
  /// @param names of the rows; `all` for the only one
  /// @param byLayer whether a row is a tensor's
  record Layers(List<String> names, boolean byLayer) {
    Layers {
      names = List.copyOf(names);
    }

    static Layers of(Checkpoint model, List<String> parameters, boolean byLayer) {
      return byLayer
          ? new Layers(
              model.tensors().keySet().stream().filter(parameters::contains).toList(), true)
          : new Layers(List.of("all"), false);
    }

    /// The row of a tensor; empty for one that is no parameter, which takes the mean of the rows.
    Optional<Integer> of(String tensor) {
      int row = byLayer ? names.indexOf(tensor) : 0;
      return row < 0 ? Optional.empty() : Optional.of(row);
    }
  }
}
