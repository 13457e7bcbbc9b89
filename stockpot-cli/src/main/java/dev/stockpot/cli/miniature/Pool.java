package dev.stockpot.cli.miniature;

import dev.stockpot.statistics.Correlation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;

/// What was measured of one pool: a pre-trained model, what was fine-tuned from it, and what was
/// cooked of that.
///
/// @param results candidate → set → metric → value: the base, the models, what recipes made
/// @param models fine-tuned from the base, each with hyperparameters of its own
/// @param distances of each model from the mean of all
/// @param pairs what all pairs of models say
/// @param twins models that differ in nothing but their seed
/// @param foreign the best model and that of a pool with another pre-training
public record Pool(
    SequencedMap<String, Map<String, Map<String, Double>>> results,
    List<String> models,
    SequencedMap<String, Double> distances,
    Pairs pairs,
    Twins twins,
    Foreign foreign) {

  /// What all sets named `shift-…` say on average, each counted alike.
  public static final String SHIFTS = "shifts";

  public static final String TEST = "test";
  public static final String SELECT = "select";
  static final String ACCURACY = "accuracy";

  /// Correlations over pairs of models, on test; NaN where one of the two does not vary.
  ///
  /// @param advantage of a soup half way over the mean of the two, with the angle between them
  /// @param approximation of how much worse a soup is than the ensemble, with what was measured
  public record Pairs(double advantage, double approximation) {}

  /// Models trained alike but for the seed.
  ///
  /// @param norms how far each moved from the base
  /// @param cosines of the angles between their moves, pair by pair
  /// @param singles what each is worth: set → metric → value
  /// @param pair the mean of the first two
  /// @param stock Model Stock of the first two
  /// @param all the mean of all
  public record Twins(
      List<Double> norms,
      List<Double> cosines,
      List<Map<String, Map<String, Double>>> singles,
      Map<String, Map<String, Double>> pair,
      Map<String, Map<String, Double>> stock,
      Map<String, Map<String, Double>> all) {
    public Twins {
      norms = List.copyOf(norms);
      cosines = List.copyOf(cosines);
      singles = List.copyOf(singles);
    }
  }

  /// Two models that share no initialisation.
  ///
  /// @param line mean of their accuracies on test
  /// @param middle accuracy of their mean on test
  public record Foreign(double line, double middle) {}

  public Pool {
    results = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(results));
    models = List.copyOf(models);
    distances = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(distances));
  }

  /// A candidate's accuracy; NaN if it was not cooked.
  ///
  /// @param set a set, or [#SHIFTS]
  public double accuracy(String candidate, String set) {
    return value(candidate, set, ACCURACY);
  }

  /// A candidate's value of a metric; NaN if it was not cooked.
  ///
  /// @throws IllegalArgumentException if there is no such set
  public double value(String candidate, String set, String metric) {
    Map<String, Map<String, Double>> sets = results.get(candidate);
    return sets == null ? Double.NaN : value(sets, set, metric);
  }

  /// The value of a metric on a set, or its mean over [#SHIFTS].
  static double value(Map<String, Map<String, Double>> sets, String set, String metric) {
    List<Double> values =
        sets.entrySet().stream()
            .filter(each ->
                set.equals(SHIFTS) ? each.getKey().startsWith("shift-") : each.getKey().equals(set))
            .map(each -> each.getValue().get(metric))
            .toList();
    return values.stream()
        .mapToDouble(Double::doubleValue)
        .average()
        .orElseThrow(() -> new IllegalArgumentException("no set '" + set + "' in a pool"));
  }

  /// The model that is best on `select`; of equals the first.
  public String best() {
    return best(results, models);
  }

  /// The one of some models that is best on `select`; of equals the first.
  public static String best(
      Map<String, Map<String, Map<String, Double>>> results, List<String> models) {
    String best = models.getFirst();
    for (String model : models) {
      double accuracy = value(results.get(model), SELECT, ACCURACY);
      best = accuracy > value(results.get(best), SELECT, ACCURACY) ? model : best;
    }
    return best;
  }

  /// How two things go together over the models; NaN where one of them does not vary.
  double overModels(ToDoubleFunction<String> x, ToDoubleFunction<String> y) {
    return Correlation.spearman(
        models.stream().mapToDouble(x).toArray(), models.stream().mapToDouble(y).toArray());
  }
}
