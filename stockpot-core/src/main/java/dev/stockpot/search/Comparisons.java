package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Resampling;
import dev.stockpot.eval.Role;
import dev.stockpot.statistics.Correlation;
import dev.stockpot.statistics.Holm;
import dev.stockpot.statistics.LogitLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/// What a run's results amount to: every recipe against the best single model on `select`.
///
/// What is compared is declared before anything is measured: the recommendation of each recipe but
/// `best`, by the primary measure. Points of curves are not compared.
///
/// @param ranking of the results
/// @param results base, ingredients, then what recipes made
/// @param primary the measure that counts
/// @param single the best single model on `select`
/// @param all a comparison per recipe, in the order of the results
/// @param line through the ingredients' accuracies in and out of distribution
/// @param selectSpearman rank correlation of the ingredients on `select` and by the primary measure
/// @param selectPearson correlation of the same
public record Comparisons(
    Ranking ranking,
    List<Result> results,
    Measure primary,
    Result single,
    List<Comparison> all,
    Optional<LogitLine> line,
    OptionalDouble selectSpearman,
    OptionalDouble selectPearson) {

  public Comparisons {
    results = List.copyOf(results);
    all = List.copyOf(all);
  }

  /// Compares.
  ///
  /// @param resampling the metric over any examples of a set, by its name, where that is known
  /// @return absent without report sets or single models
  public static Optional<Comparisons> of(
      Ranking ranking, List<Result> results, Function<String, Optional<Resampling>> resampling) {
    Optional<Measure> primary = Measure.primary(ranking.eval());
    Optional<Result> single = ranking.bestSingle(results);
    if (primary.isEmpty() || single.isEmpty()) {
      return Optional.empty();
    }
    List<Result> singles =
        results.stream().filter(result -> result.recipe().equals(Result.INDIVIDUAL)).toList();
    double[] select = values(ranking, selectMeasure(ranking.eval()), singles);
    double[] report = values(ranking, primary.get(), singles);
    return Optional.of(
        new Comparisons(
            ranking,
            results,
            primary.get(),
            single.get(),
            compare(ranking, results, primary.get(), single.get(), resampling),
            line(ranking, singles),
            defined(Correlation.spearman(select, report)),
            defined(Correlation.pearson(select, report))));
  }

  /// The comparison of a result.
  public Optional<Comparison> of(Result result) {
    return all.stream().filter(comparison -> comparison.result().equals(result)).findFirst();
  }

  /// Effective robustness: by how much a result's mean accuracy under shifts exceeds what the line
  /// through the ingredients foretells.
  public OptionalDouble robustness(Result result) {
    if (line.isEmpty()) {
      return OptionalDouble.empty();
    }
    EvalSpec eval = ranking.eval();
    double id = Measure.mean(eval, Role.ID).orElseThrow().value(result, eval.metric());
    double shifted = Measure.mean(eval, Role.SHIFT).orElseThrow().value(result, eval.metric());
    return defined(line.get().robustness(id, shifted));
  }

  private static List<Comparison> compare(
      Ranking ranking,
      List<Result> results,
      Measure primary,
      Result single,
      Function<String, Optional<Resampling>> resampling) {
    EvalSpec eval = ranking.eval();
    boolean higherIsBetter = ranking.higherIsBetter();
    Contrast.Yardstick yardstick =
        new Contrast.Yardstick(eval.metric(), higherIsBetter, resampling);
    List<Comparison> comparisons = new ArrayList<>();
    for (Result result : results) {
      boolean declared = result.isRecommended() && !result.recipe().equals(new BestModel().name());
      if (!declared) {
        continue;
      }
      List<Contrast> contrasts =
          Measure.of(eval).stream()
              .map(measure -> Contrast.of(measure, result, single, yardstick))
              .toList();
      Contrast counts =
          contrasts.stream()
              .filter(contrast -> contrast.measure().equals(primary))
              .findFirst()
              .orElseThrow();
      double gain =
          selectMeasure(eval).value(result, eval.metric())
              - selectMeasure(eval).value(single, eval.metric());
      comparisons.add(
          new Comparison(
              result,
              (higherIsBetter ? gain : -gain) + 0.0,
              contrasts,
              counts,
              OptionalDouble.empty()));
    }
    return adjusted(comparisons);
  }

  private static List<Comparison> adjusted(List<Comparison> comparisons) {
    List<Comparison> tested =
        comparisons.stream().filter(each -> each.primary().test().isPresent()).toList();
    List<Double> adjusted =
        Holm.adjust(tested.stream().map(each -> each.primary().test().get().pValue()).toList());
    return comparisons.stream()
        .map(each ->
            tested.contains(each) ? withHolm(each, adjusted.get(tested.indexOf(each))) : each)
        .toList();
  }

  private static Comparison withHolm(Comparison each, double holm) {
    return new Comparison(
        each.result(),
        each.gainOnSelect(),
        each.contrasts(),
        each.primary(),
        OptionalDouble.of(holm));
  }

  /// Only accuracies lie on such a line.
  private static Optional<LogitLine> line(Ranking ranking, List<Result> singles) {
    Optional<Measure> id = Measure.mean(ranking.eval(), Role.ID);
    Optional<Measure> shifts = Measure.mean(ranking.eval(), Role.SHIFT);
    if (!ranking.eval().metric().equals("accuracy") || id.isEmpty() || shifts.isEmpty()) {
      return Optional.empty();
    }
    return LogitLine.fit(
        values(ranking, id.get(), singles), values(ranking, shifts.get(), singles));
  }

  private static Measure selectMeasure(EvalSpec eval) {
    return new Measure(eval.select().name(), Role.SELECT, List.of(eval.select()));
  }

  private static double[] values(Ranking ranking, Measure measure, List<Result> results) {
    return results.stream()
        .mapToDouble(result -> measure.value(result, ranking.eval().metric()))
        .toArray();
  }

  private static OptionalDouble defined(double value) {
    return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
