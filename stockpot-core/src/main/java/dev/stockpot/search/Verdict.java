package dev.stockpot.search;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.statistics.McNemar;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The end of a run in plain words: what was chosen on `select`, how it does against the best
/// single model where that counts, and whether the difference is more than noise.
public final class Verdict {
  private final EvalSpec eval;
  private final boolean accuracy;

  private Verdict(EvalSpec eval) {
    this.eval = eval;
    this.accuracy = eval.metric().equals("accuracy");
  }

  /// The words.
  ///
  /// @param comparisons of the results, where there are report sets
  /// @return absent where there is nothing to compare
  public static Optional<String> of(
      Ranking ranking, List<Result> results, Optional<Comparisons> comparisons) {
    Verdict verdict = new Verdict(ranking.eval());
    return ranking
        .bestSingle(results)
        .filter(_ -> Ranking.models(results).findAny().isPresent())
        .map(single ->
            ranking
                .chosen(results)
                .filter(model -> model.ingredients().size() > 1)
                .map(soup -> verdict.chosen(soup, single, comparisons))
                .orElseGet(() -> verdict.noSoup(single)));
  }

  /// A p-value, to two digits or so.
  public static String pValue(double p) {
    if (p < 1e-4) {
      return "< 0.0001";
    }
    return String.format(Locale.ROOT, p < 0.01 ? "%.4f" : p < 0.1 ? "%.3f" : "%.2f", p);
  }

  private String noSoup(Result single) {
    return "No soup beats the best single model, "
        + single.name()
        + ", on select: "
        + figures(single, eval.select())
        + ".";
  }

  private String chosen(Result soup, Result single, Optional<Comparisons> comparisons) {
    String name = soup.name() + ", a soup of " + soup.ingredients().size();
    Optional<Comparison> comparison = comparisons.flatMap(all -> all.of(soup));
    if (comparison.isEmpty()) {
      return "%s, got %s on select against %s by %s, the best single model; there is no report set to tell whether that holds elsewhere."
          .formatted(
              name, figures(soup, eval.select()), figures(single, eval.select()), single.name());
    }
    Contrast primary = comparison.get().primary();
    StringBuilder text = new StringBuilder(name);
    text.append(" chosen on select, got ").append(figures(primary, soup, primary.value()));
    text.append(primary.measure().sets().size() == 1 ? " on " : " in the ");
    text.append(primary.measure().name());
    text.append(" against ").append(counted(primary, single));
    text.append(" by ")
        .append(single.name())
        .append(", the single model that was best on select: ");
    text.append(amount(primary)).append("; ");
    text.append(noise(comparison.get(), comparisons.get().all().size())).append('.');
    comparison.get().contrasts().stream()
        .filter(_ -> primary.measure().role() == Role.ID)
        .filter(contrast ->
            Measure.mean(eval, Role.SHIFT).filter(contrast.measure()::equals).isPresent())
        .forEach(contrast -> text.append(' ').append(sentence(contrast)));
    return text.toString();
  }

  /// `1434 of 1500`, `0.3127`, `91.30 %`
  private String figures(Contrast contrast, Result result, double value) {
    List<SetSpec> sets = contrast.measure().sets();
    return sets.size() == 1 ? figures(result, sets.getFirst()) : number(value);
  }

  /// The same of the other one, whose set is as large.
  private String counted(Contrast contrast, Result single) {
    return figures(contrast, single, contrast.against()).replaceFirst(" of .*", "");
  }

  private String sentence(Contrast contrast) {
    String name = contrast.measure().name();
    return "%s: %s against %s, %s%s."
        .formatted(
            name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
            number(contrast.value()),
            number(contrast.against()),
            amount(contrast),
            contrast
                .test()
                .map(test ->
                    (test.pValue() <= Contrast.LEVEL
                            ? ", more than noise"
                            : ", not more than noise")
                        + " ("
                        + words(test)
                        + ")")
                .orElse(""));
  }

  /// `13 more`, `0.53 points fewer`, `0.0123 better`
  private String amount(Contrast contrast) {
    Optional<McNemar> counts = contrast.test().flatMap(Contrast.Test::counts);
    if (Double.isNaN(contrast.gain())) {
      return "which cannot be compared";
    }
    if (contrast.gain() == 0) {
      return "the same";
    }
    boolean more = contrast.gain() > 0;
    if (counts.isPresent()) {
      return Math.abs(counts.get().gain()) + (more ? " more" : " fewer");
    }
    double size = Math.abs(contrast.gain());
    return accuracy
        ? String.format(Locale.ROOT, "%.2f points ", 100 * size) + (more ? "more" : "less")
        : String.format(Locale.ROOT, "%.4f ", size) + (more ? "better" : "worse");
  }

  private String noise(Comparison comparison, int recipes) {
    Optional<Contrast.Test> tested = comparison.primary().test();
    if (tested.isEmpty()) {
      return "whether that is more than noise cannot be told without a result per example";
    }
    Contrast.Test test = tested.get();
    double holm = comparison.holm().orElseThrow();
    String adjusted = "Holm's p " + equal(holm) + " for " + recipes + " recipes";
    if (test.pValue() > Contrast.LEVEL) {
      return "the difference is not more than noise (%s%s)"
          .formatted(
              words(test),
              test.counts()
                  .map(counts ->
                      "; with this set a gain of at least %d would have shown"
                          .formatted(counts.smallestGain(Contrast.LEVEL)))
                  .orElse(""));
    }
    if (holm > Contrast.LEVEL) {
      return "alone the difference would be more than noise (%s), among all recipes compared it is not (%s)"
          .formatted(words(test), adjusted);
    }
    return "the difference is more than noise (%s%s)"
        .formatted(words(test), recipes > 1 ? ", " + adjusted : "");
  }

  private static String words(Contrast.Test test) {
    return (test.method().words() + " p ") + equal(test.pValue());
  }

  private static String equal(double p) {
    String text = pValue(p);
    return text.startsWith("<") ? text : "= " + text;
  }

  private String figures(Result result, SetSpec set) {
    Evaluation evaluation = result.evaluations().get(set.name());
    if (accuracy && evaluation.correctCount().isPresent()) {
      return evaluation.correctCount().orElseThrow() + " of " + evaluation.n();
    }
    return number(evaluation.metric(eval.metric()));
  }

  private String number(double value) {
    return accuracy
        ? String.format(Locale.ROOT, "%.2f %%", 100 * value)
        : String.format(Locale.ROOT, "%.4f", value);
  }
}
