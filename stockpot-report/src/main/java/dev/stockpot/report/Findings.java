package dev.stockpot.report;

import dev.stockpot.eval.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// What the numbers alone tell: models that are the same, and a sentence about the best soup.
final class Findings {
  private Findings() {}

  /// Adds what is found, unless the study says so already.
  static Study addTo(Study study) {
    Study.Parts parts = study.parts();
    List<Finding> findings = new ArrayList<>(parts.findings());
    if (findings.stream().noneMatch(finding -> finding.name().contains("duplicate"))) {
      findings.addAll(duplicates(study.models()));
    }
    return new Study(
        study.title(),
        study.metric(),
        study.higherIsBetter(),
        study.sets(),
        study.models(),
        new Study.Parts(
            parts.verdict().or(() -> verdict(study)),
            parts.traces(),
            parts.geometry(),
            parts.coefficients(),
            parts.stock(),
            parts.intervals(),
            parts.comparisons(),
            findings,
            parts.curves(),
            parts.landscapes(),
            parts.approximation(),
            parts.advantage(),
            parts.provenance(),
            parts.warnings()));
  }

  private static List<Finding> duplicates(List<Model> models) {
    SequencedMap<Object, List<String>> same = new LinkedHashMap<>();
    models.stream()
        .filter(model -> model.kind() == Kind.INDIVIDUAL)
        .forEach(model ->
            same.computeIfAbsent(model.metrics(), _ -> new ArrayList<>()).add(model.name()));
    return same.values().stream()
        .filter(names -> names.size() > 1)
        .map(names ->
            new Finding(
                "duplicate",
                String.join(" and ", names)
                    + " have the same numbers on every set: probably one model twice, which then"
                    + " counts twice in a soup.",
                names))
        .toList();
  }

  /// The soup that was best on `select` against the single model that was best there.
  private static Optional<Verdict> verdict(Study study) {
    Optional<Model> single = study.best(model -> model.kind() == Kind.INDIVIDUAL);
    Optional<Model> soup =
        study.best(model -> model.kind() == Kind.SOUP || model.kind() == Kind.WISE_FT);
    if (single.isEmpty() || soup.isEmpty()) {
      return Optional.empty();
    }
    Model best = single.orElseThrow();
    Model other = soup.orElseThrow();
    if (study.gain(other, best, Role.SELECT) < 0) {
      String sentence =
          "No soup beats the best single model, %s, on %s: %s."
              .formatted(best.name(), names(study, Role.SELECT), figure(study, best, Role.SELECT));
      return Optional.of(verdict(sentence, best));
    }
    StringBuilder text = new StringBuilder();
    text.append("Chosen on ").append(names(study, Role.SELECT)).append(": ").append(other.name());
    text.append(" (").append(figure(study, other, Role.SELECT)).append("; best single model ");
    text.append(best.name()).append(": ").append(figure(study, best, Role.SELECT)).append(").");
    for (Map.Entry<Role, String> entry :
        List.of(
            Map.entry(Role.ID, "On " + names(study, Role.ID)),
            Map.entry(Role.SHIFT, "On the mean of shifts"))) {
      if (study.sets(entry.getKey()).findAny().isPresent()) {
        double gain = study.gain(other, best, entry.getKey());
        text.append(' ').append(entry.getValue()).append(" it gets ");
        text.append(figure(study, other, entry.getKey())).append(" against ");
        text.append(figure(study, best, entry.getKey()));
        text.append(gain > 0 ? ": better." : gain == 0 ? ": the same." : ": no better.");
      }
    }
    return Optional.of(verdict(text.toString(), other));
  }

  private static Verdict verdict(String sentence, Model winner) {
    return new Verdict(sentence, Optional.of(winner.name()), Optional.empty(), Optional.empty());
  }

  private static String names(Study study, Role role) {
    return String.join(" and ", study.sets(role).map(StudySet::name).toList());
  }

  private static String figure(Study study, Model model, Role role) {
    double value = study.mean(model, role).orElse(Double.NaN);
    return study.metric().equals("accuracy")
        ? String.format(Locale.ROOT, "%.2f %%", 100 * value)
        : String.format(Locale.ROOT, "%.4f", value);
  }
}
