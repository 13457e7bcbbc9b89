package dev.stockpot.diagnose;

import dev.stockpot.diagnose.Diagnosis.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Weights that did not start from the same random numbers, such as a head of each model's own.
/// Models that did stay close: the cosine between their weights is near 1 in every layer, while
/// random weights are orthogonal. Only matrices are looked at: vectors start from 0 or 1.
record SharedInitialisation() implements Check {
  /// Cosines below are those of strangers.
  private static final double STRANGE = 0.3;

  /// Cosines above are those of relatives.
  private static final double RELATED = 0.9;

  @Override
  public Stream<Diagnosis> of(Survey survey) {
    List<Layer> matrices = survey.layers().stream().filter(Layer::isMatrix).toList();
    int models = survey.ingredients().size();
    if (models < 2 || matrices.isEmpty()) {
      return Stream.of();
    }
    List<double[]> cosines = matrices.stream().map(SharedInitialisation::cosines).toList();
    double typical = Medians.of(cosines.stream().flatMapToDouble(DoubleStream::of));
    if (typical < STRANGE) {
      return Stream.of(unrelated(typical));
    }
    List<Diagnosis> found = new ArrayList<>();
    for (int layer = 0; layer < matrices.size(); layer++) {
      double[] here = cosines.get(layer);
      List<Integer> strangers =
          IntStream.range(0, models)
              .filter(i -> here[i] < STRANGE && elsewhere(cosines, here, i) > RELATED)
              .boxed()
              .toList();
      if (!strangers.isEmpty()) {
        found.add(diagnosis(survey, matrices.get(layer).name(), here, strangers));
      }
    }
    return found.stream();
  }

  /// Of each model, the median of its cosines with the others.
  private static double[] cosines(Layer layer) {
    DotProducts weights = layer.weights();
    return IntStream.range(0, weights.size())
        .mapToDouble(i ->
            Medians.of(
                IntStream.range(0, weights.size())
                    .filter(j -> j != i)
                    .mapToDouble(j -> weights.cosine(i, j))))
        .toArray();
  }

  @SuppressWarnings("ReferenceEquality") // a layer is itself or it is not
  private static double elsewhere(List<double[]> cosines, double[] here, int model) {
    return Medians.of(
        cosines.stream().filter(layer -> layer != here).mapToDouble(layer -> layer[model]));
  }

  private static Diagnosis diagnosis(
      Survey survey, String layer, double[] cosines, List<Integer> strangers) {
    List<String> names = strangers.stream().map(survey.ingredients()::get).toList();
    double cosine = Medians.of(strangers.stream().mapToDouble(i -> cosines[i]));
    boolean all = names.size() == survey.ingredients().size();
    return new Diagnosis(
        "head-not-shared",
        Severity.WARNING,
        "tensor '%s': %s: median cosine %s, in other tensors above %s"
            .formatted(
                layer,
                all
                    ? "the ingredients did not start from the same values"
                    : Words.list(names) + " did not start from the same values as the others",
                Words.cosine(cosine),
                Words.cosine(RELATED)),
        "fine-tune all from one checkpoint that has this tensor; averages of strangers are near"
            + " chance");
  }

  private static Diagnosis unrelated(double typical) {
    return new Diagnosis(
        "unrelated-ingredients",
        Severity.SEVERE,
        "the ingredients did not start from one checkpoint: the median cosine between their"
            + " weights is "
            + Words.cosine(typical),
        "average only models that were fine-tuned from the same one");
  }
}
