package dev.stockpot.diagnose;

import dev.stockpot.diagnose.Diagnosis.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/// Ingredients that moved much farther from the base than the others, or much less; from the mean
/// of all, where there is no base.
///
/// The robust z-score of ln ‖d‖ is `(ln ‖d‖ − median) / (1.4826 · MAD)`, where the divisor is taken
/// for at least 0.1, a tenth of the norm.
///
/// @see <a href="https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm">Iglewicz and
///   Hoaglin 1993</a>
record NormOutliers() implements Check {
  /// Scores beyond are told, as Iglewicz and Hoaglin recommend.
  private static final double THRESHOLD = 3.5;

  private static final double LEAST_SPREAD = 0.1;

  /// Fewer have no typical norm.
  private static final int FEWEST = 4;

  @Override
  public Stream<Diagnosis> of(Survey survey) {
    int models = survey.ingredients().size();
    if (models < FEWEST) {
      return Stream.of();
    }
    DotProducts moves = Geometry.learned(survey);
    double[] logs = new double[models];
    for (int i = 0; i < models; i++) {
      logs[i] = StrictMath.log(moves.norm(i));
    }
    double median = Medians.of(DoubleStream.of(logs));
    double deviation = Medians.of(DoubleStream.of(logs).map(log -> Math.abs(log - median)));
    double spread = Math.max(1.4826 * deviation, LEAST_SPREAD);
    List<Diagnosis> found = new ArrayList<>();
    for (int i = 0; i < models; i++) {
      double score = (logs[i] - median) / spread;
      if (Math.abs(score) > THRESHOLD && moves.norm(i) > 0) {
        found.add(diagnosis(survey, i, moves.norm(i), StrictMath.exp(median), score));
      }
    }
    return found.stream();
  }

  private static Diagnosis diagnosis(
      Survey survey, int i, double norm, double typical, double score) {
    return new Diagnosis(
        "norm-outlier",
        Severity.WARNING,
        "%s lies %s from the %s, the others typically %s (robust z-score of the logarithm %s; more than %s is told)"
            .formatted(
                survey.ingredients().get(i),
                Words.number(norm),
                survey.hasBase() ? "base" : "mean of all",
                Words.number(typical),
                Words.number(score),
                THRESHOLD),
        norm > typical
            ? "look at its learning rate and scores; the uniform soup takes it as it is, greedy"
                + " only if it helps"
            : "it has hardly been fine-tuned; see whether the checkpoint is the right one");
  }
}
