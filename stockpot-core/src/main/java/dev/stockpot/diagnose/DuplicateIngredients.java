package dev.stockpot.diagnose;

import dev.stockpot.diagnose.Diagnosis.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Models that are the same, tensor by tensor, whatever types they are stored in.
record DuplicateIngredients() implements Check {

  @Override
  public Stream<Diagnosis> of(Survey survey) {
    List<String> models = survey.models();
    Map<List<Long>, List<String>> same = new LinkedHashMap<>();
    for (int i = 0; i < models.size(); i++) {
      int model = i;
      List<Long> hashes = survey.layers().stream().map(layer -> layer.hashes().get(model)).toList();
      same.computeIfAbsent(hashes, _ -> new ArrayList<>()).add(models.get(i));
    }
    return same.values().stream()
        .filter(names -> names.size() > 1)
        .map(names ->
            new Diagnosis(
                "duplicate-ingredients",
                Severity.WARNING,
                Words.list(names) + " are the same model: all their tensors are equal",
                "name it once, or averages count it more often than the others"));
  }
}
