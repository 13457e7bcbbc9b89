package dev.stockpot.diagnose;

import dev.stockpot.diagnose.Diagnosis.Severity;
import java.util.List;

/// Everything that is looked for.
public final class Diagnoses {
  private Diagnoses() {}

  /// What a survey shows.
  public static List<Diagnosis> of(Survey survey) {
    return Check.ALL.stream().flatMap(check -> check.of(survey)).toList();
  }

  /// Recipes need a base that is not there.
  ///
  /// @param recipes their names, at least one
  public static Diagnosis missingBase(List<String> recipes) {
    return new Diagnosis(
        "missing-base",
        Severity.SEVERE,
        "no base is given, but needed by " + String.join(", ", recipes),
        "name the pre-trained checkpoint as base");
  }
}
