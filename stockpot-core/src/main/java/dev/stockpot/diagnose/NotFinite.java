package dev.stockpot.diagnose;

import dev.stockpot.diagnose.Diagnosis.Severity;
import dev.stockpot.diagnose.Layer.Faults;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// NaN and infinity, which every average with them inherits.
record NotFinite() implements Check {

  @Override
  public Stream<Diagnosis> of(Survey survey) {
    List<String> models = survey.models();
    List<Diagnosis> found = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      int model = i;
      List<Layer> layers =
          survey.layers().stream()
              .filter(layer -> !layer.faults().get(model).equals(Faults.NONE))
              .toList();
      if (!layers.isEmpty()) {
        found.add(diagnosis(models.get(i), layers, i));
      }
    }
    return found.stream();
  }

  private static Diagnosis diagnosis(String name, List<Layer> layers, int model) {
    Layer first = layers.getFirst();
    Faults faults = first.faults().get(model);
    int more = layers.size() - 1;
    return new Diagnosis(
        "not-finite",
        Severity.SEVERE,
        "%s: tensor '%s' has %d NaN and %d infinite of %d elements%s"
            .formatted(
                name,
                first.name(),
                faults.nans(),
                faults.infinities(),
                first.elements(),
                more == 0 ? "" : ", and %d more tensors have such".formatted(more)),
        "leave the model out: every average with it has them too");
  }
}
