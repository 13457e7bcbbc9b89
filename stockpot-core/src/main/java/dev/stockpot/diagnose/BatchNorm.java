package dev.stockpot.diagnose;

import dev.stockpot.diagnose.Diagnosis.Severity;
import java.util.List;
import java.util.stream.Stream;

/// Running statistics of batch normalisation: those of an averaged network are not the average.
record BatchNorm() implements Check {

  @Override
  public Stream<Diagnosis> of(Survey survey) {
    List<Layer> statistics = survey.layers().stream().filter(Layer::isRunningStatistic).toList();
    if (statistics.isEmpty() || survey.ingredients().size() < 2) {
      return Stream.of();
    }
    return Stream.of(
        new Diagnosis(
            "batch-norm",
            Severity.WARNING,
            "%d tensors are running statistics of activations ('%s'), which averaging spoils"
                .formatted(statistics.size(), statistics.getFirst().name()),
            "estimate them again on training data in the averaged model, or accuracies can be near"
                + " chance"));
  }
}
