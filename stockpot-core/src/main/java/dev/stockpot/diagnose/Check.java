package dev.stockpot.diagnose;

import java.util.List;
import java.util.stream.Stream;

/// Something to look for. A new one is a class and a line in [#ALL].
interface Check {
  /// In the order in which diagnoses are told.
  List<Check> ALL =
      List.of(
          new NotFinite(),
          new DuplicateIngredients(),
          new SharedInitialisation(),
          new NormOutliers(),
          new BatchNorm());

  /// What is found.
  Stream<Diagnosis> of(Survey survey);
}
