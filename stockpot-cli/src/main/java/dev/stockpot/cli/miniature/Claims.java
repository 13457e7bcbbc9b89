package dev.stockpot.cli.miniature;

import static dev.stockpot.cli.miniature.Pool.SELECT;
import static dev.stockpot.cli.miniature.Pool.SHIFTS;
import static dev.stockpot.cli.miniature.Pool.TEST;

import dev.stockpot.cli.miniature.Claim.Side;
import dev.stockpot.cli.miniature.Claim.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// What is claimed, and what would count for it: written down before the run, for every task.
///
/// The recipes' names are those of the soup.yml that every pool is cooked by.
public final class Claims {
  /// The pre-trained model.
  public static final String BASE = "base";

  /// Cooked in every pool.
  public static final String UNIFORM = "uniform";

  public static final String GREEDY = "greedy";
  public static final String LEARNED = "learned";
  public static final String BY_LAYER = "learned-by-layer";
  public static final String ENSEMBLE = "ensemble";
  public static final String GREEDY_ENSEMBLE = "greedy-ensemble";
  public static final String WISE_UNIFORM = "wise-uniform";
  public static final String WISE_GREEDY = "wise-greedy";

  private static final String SOUPS = "soups";
  private static final String STOCK = "stock";

  private Claims() {}

  /// All of them, in the order of the document.
  public static List<Claim> all() {
    List<Claim> claims = new ArrayList<>();
    claims.addAll(recipes());
    claims.addAll(ensembles());
    claims.addAll(loss());
    claims.addAll(stock());
    claims.addAll(base());
    return claims;
  }

  private static List<Claim> recipes() {
    List<Claim> claims = new ArrayList<>();
    claims.add(
        new Claim(
            "The greedy soup is never worse than the best single model on select",
            SOUPS,
            Unit.POINTS,
            Side.ALWAYS_AT_LEAST,
            0,
            pool -> gain(pool, GREEDY, SELECT)));
    claims.add(better("The greedy soup", GREEDY, TEST));
    claims.add(
        points(
            "The uniform soup of a whole sweep is worse than the best single model on test",
            SOUPS,
            Side.BELOW,
            0,
            pool -> gain(pool, UNIFORM, TEST)));
    for (String set : List.of(TEST, SHIFTS)) {
      if (set.equals(SHIFTS)) {
        claims.add(better("The uniform soup", UNIFORM, set));
        claims.add(better("The greedy soup", GREEDY, set));
      }
      claims.add(better("The learned soup", LEARNED, set));
      claims.add(better("The soup learned by layer", BY_LAYER, set));
      claims.add(better("The ensemble of all", ENSEMBLE, set));
      claims.add(better("The greedy ensemble", GREEDY_ENSEMBLE, set));
    }
    return claims;
  }

  private static List<Claim> ensembles() {
    return List.of(
        points(
            "On test the greedy ensemble is better than the greedy soup",
            SOUPS,
            Side.ABOVE,
            0,
            pool -> pool.accuracy(GREEDY_ENSEMBLE, TEST) - pool.accuracy(GREEDY, TEST)),
        points(
            "On the shifts the greedy soup is better than the greedy ensemble",
            SOUPS,
            Side.ABOVE,
            0,
            pool -> pool.accuracy(GREEDY, SHIFTS) - pool.accuracy(GREEDY_ENSEMBLE, SHIFTS)),
        points(
            "The ensemble of all is better calibrated than the best single model: less ECE on test",
            SOUPS,
            Side.ABOVE,
            0,
            pool -> ece(pool, pool.best()) - ece(pool, ENSEMBLE)),
        points(
            "The uniform soup is not: its ECE on test is no less than that of the best single"
                + " model",
            SOUPS,
            Side.ABOVE,
            0,
            pool -> ece(pool, UNIFORM) - ece(pool, pool.best())));
  }

  private static List<Claim> loss() {
    return List.of(
        number(
            "The wider the angle between two models' moves, the larger the advantage of their mean"
                + " over the two (Pearson's r over pairs)",
            SOUPS,
            Side.ABOVE,
            0,
            pool -> pool.pairs().advantage()),
        number(
            "The approximation of how much worse soup than ensemble is goes with the truth (r over"
                + " pairs above one half)",
            SOUPS,
            Side.ABOVE,
            0.5,
            pool -> pool.pairs().approximation()),
        points(
            "Soups need a shared initialisation: the mean of the best models of two pre-trainings"
                + " loses at least 10 points on test against the mean of the two accuracies",
            SOUPS,
            Side.ABOVE,
            0.1,
            Claims::collapse));
  }

  private static List<Claim> stock() {
    return List.of(
        number(
            "Models trained alike lie on a thin shell: the norms of their moves differ by less than"
                + " 5 % (coefficient of variation)",
            STOCK,
            Side.BELOW,
            0.05,
            pool -> spread(pool.twins().norms()) / mean(pool.twins().norms())),
        number(
            "… and so do the cosines of the angles between them (standard deviation below 0.05)",
            STOCK,
            Side.BELOW,
            0.05,
            pool -> spread(pool.twins().cosines())),
        points(
            "Nearer the centre is better: the mean of five models trained alike beats the mean of"
                + " two on test",
            STOCK,
            Side.ABOVE,
            0,
            pool -> twins(pool.twins().all(), TEST) - twins(pool.twins().pair(), TEST)),
        points(
            "… and on the shifts",
            STOCK,
            Side.ABOVE,
            0,
            pool -> twins(pool.twins().all(), SHIFTS) - twins(pool.twins().pair(), SHIFTS)),
        number(
            "In a sweep, too, models nearer its centre are better on test (Spearman's r of distance"
                + " and accuracy below zero)",
            STOCK,
            Side.BELOW,
            0,
            pool ->
                pool.overModels(
                    model -> pool.distances().get(model), model -> pool.accuracy(model, TEST))),
        points(
            "Model Stock of two models is better than their mean on test",
            STOCK,
            Side.ABOVE,
            0,
            pool -> twins(pool.twins().stock(), TEST) - twins(pool.twins().pair(), TEST)),
        points(
            "… and on the shifts",
            STOCK,
            Side.ABOVE,
            0,
            pool -> twins(pool.twins().stock(), SHIFTS) - twins(pool.twins().pair(), SHIFTS)),
        points(
            "Model Stock of two models is as good as the greedy soup of a sweep on test: at most"
                + " half a point less",
            STOCK,
            Side.ABOVE,
            -0.005,
            pool -> twins(pool.twins().stock(), TEST) - pool.accuracy(GREEDY, TEST)),
        points(
            "… and on the shifts",
            STOCK,
            Side.ABOVE,
            -0.005,
            pool -> twins(pool.twins().stock(), SHIFTS) - pool.accuracy(GREEDY, SHIFTS)));
  }

  /// Where on the line to the base is not chosen by the result: any maximum of a noisy curve lies
  /// before its end.
  private static List<Claim> base() {
    return List.of(
        points(
            "WiSE-FT helps soups on the shifts: a fifth of the way back to the base is better than"
                + " the uniform soup",
            SOUPS,
            Side.ABOVE,
            0,
            pool -> pool.accuracy(WISE_UNIFORM + "@0.8", SHIFTS) - pool.accuracy(UNIFORM, SHIFTS)),
        points(
            "… and than the greedy soup",
            SOUPS,
            Side.ABOVE,
            0,
            pool -> pool.accuracy(WISE_GREEDY + "@0.8", SHIFTS) - pool.accuracy(GREEDY, SHIFTS)));
  }

  private static Claim better(String what, String recipe, String set) {
    return points(
        "%s is better than the best single model on %s"
            .formatted(what, set.equals(SHIFTS) ? "the shifts" : set),
        SOUPS,
        Side.ABOVE,
        0,
        pool -> gain(pool, recipe, set));
  }

  private static Claim points(
      String text, String source, Side side, double threshold, ToDoubleFunction<Pool> of) {
    return new Claim(text, source, Unit.POINTS, side, threshold, of);
  }

  private static Claim number(
      String text, String source, Side side, double threshold, ToDoubleFunction<Pool> of) {
    return new Claim(text, source, Unit.NUMBER, side, threshold, of);
  }

  /// Over the best single model on `select`.
  private static double gain(Pool pool, String candidate, String set) {
    return pool.accuracy(candidate, set) - pool.accuracy(pool.best(), set);
  }

  private static double ece(Pool pool, String candidate) {
    return pool.value(candidate, TEST, "ece");
  }

  private static double collapse(Pool pool) {
    return pool.foreign().line() - pool.foreign().middle();
  }

  private static double twins(Map<String, Map<String, Double>> sets, String set) {
    return Pool.value(sets, set, Pool.ACCURACY);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  /// The standard deviation, over n − 1.
  private static double spread(List<Double> values) {
    double mean = mean(values);
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (values.size() - 1));
  }
}
