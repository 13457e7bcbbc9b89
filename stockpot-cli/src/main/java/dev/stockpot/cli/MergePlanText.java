package dev.stockpot.cli;

import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Text;
import dev.stockpot.internal.text.Counted;
import dev.stockpot.merge.MergeMemory;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.Step;
import dev.stockpot.method.Parameters;
import dev.stockpot.plan.PlannedMerge;
import dev.stockpot.plan.PlannedStep;
import dev.stockpot.plan.TensorNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a merge will do, for `--dry-run`: steps that are alike are told once.
final class MergePlanText {
  private static final int MOST_NAMES = 12;

  private MergePlanText() {}

  /// What steps that are told together have in common.
  ///
  /// @param shifts by how many layers each input is moved
  private record Kind(
      String what, List<String> models, List<Integer> shifts, Optional<Parameters> parameters) {

    static Kind of(PlannedStep step) {
      String what =
          switch (step.step()) {
            case Step.Mix mix ->
                mix.method().name()
                    + " to "
                    + mix.output().dtype()
                    + mix.rounding().map(it -> ", inputs rounded to " + it).orElse("");
            case Step.Copy copy -> "copied, " + copy.output().dtype();
          };
      String output = step.step().output().name();
      return new Kind(
          what,
          step.inputs().stream().map(input -> input.model().toString()).toList(),
          step.inputs().stream().map(input -> input.layersFrom(output)).toList(),
          step.parameters());
    }
  }

  /// The plan in words.
  static String of(PlannedMerge merge, String target, int threads, long memory) {
    Map<Kind, List<PlannedStep>> groups = new LinkedHashMap<>();
    merge
        .steps()
        .forEach(step -> groups.computeIfAbsent(Kind.of(step), _ -> new ArrayList<>()).add(step));
    StringBuilder text = new StringBuilder();
    groups.forEach((kind, steps) -> append(text, kind, steps));
    MergePlan plan = merge.plan();
    text.append('\n').append(Text.printable(target)).append(": ");
    text.append(Counted.of(plan.steps().size(), "tensor")).append(", ");
    text.append(Quantities.bytes(plan.bytesWritten())).append(" written, ");
    text.append(Quantities.bytes(plan.bytesRead())).append(" read; memory for tensors at most ");
    text.append(Quantities.memory(memory)).append(" (at least ");
    text.append(Quantities.memory(MergeMemory.needed(plan, threads))).append(')');
    MergeTime.of(plan, threads)
        .ifPresent(time ->
            text.append("; about ")
                .append(Quantities.duration(time))
                .append(" with ")
                .append(Counted.of(threads, "thread"))
                .append(" where the inputs are in the file cache and the disk writes ")
                .append(Quantities.bytes(MergeTime.WRITTEN_PER_SECOND))
                .append("/s"));
    return text.append('\n').toString();
  }

  /// The steps for `--json`.
  static List<Map<String, Object>> steps(PlannedMerge merge) {
    List<Map<String, Object>> documents = new ArrayList<>();
    for (PlannedStep step : merge.steps()) {
      Map<String, Object> document = new LinkedHashMap<>();
      TensorSpec output = step.step().output();
      document.put("tensor", output.name());
      document.put("dtype", output.dtype().name());
      document.put("shape", output.shape());
      document.put(
          "step",
          switch (step.step()) {
            case Step.Mix mix -> mix.method().name();
            case Step.Copy _ -> "copy";
          });
      document.put(
          "inputs",
          step.inputs().stream()
              .map(input ->
                  new TreeMap<>(
                      Map.of("model", input.model().toString(), "tensor", input.tensor())))
              .toList());
      step.parameters()
          .ifPresent(parameters -> {
            document.put("parameters", new TreeMap<>(parameters.global()));
            document.put("each", parameters.each().stream().map(TreeMap::new).toList());
          });
      documents.add(document);
    }
    return documents;
  }

  private static void append(StringBuilder text, Kind kind, List<PlannedStep> steps) {
    long bytes = steps.stream().mapToLong(step -> step.step().output().bytes()).sum();
    text.append(kind.what())
        .append(": ")
        .append(Counted.of(steps.size(), "tensor"))
        .append(", ")
        .append(Quantities.bytes(bytes))
        .append('\n');
    int base = kind.parameters().filter(Parameters::hasBase).isPresent() ? 1 : 0;
    for (int i = 0; i < kind.models().size(); i++) {
      text.append("    ").append(Text.printable(kind.models().get(i)));
      if (kind.shifts().get(i) != 0) {
        text.append(" layers ").append(layers(steps, i));
      }
      if (i < base) {
        text.append(" (base)");
      } else if (kind.parameters().isPresent()) {
        append(text, ": ", kind.parameters().get().each().get(i - base));
      }
      text.append('\n');
    }
    kind.parameters()
        .filter(parameters -> !parameters.global().isEmpty())
        .ifPresent(parameters -> {
          append(text, "    with ", parameters.global());
          text.append('\n');
        });
    List<String> names =
        TensorNames.brief(steps.stream().map(step -> step.step().output().name()).toList());
    for (String name : names.subList(0, Math.min(MOST_NAMES, names.size()))) {
      text.append("  ").append(Text.printable(name)).append('\n');
    }
    if (names.size() > MOST_NAMES) {
      text.append("  and ").append(names.size() - MOST_NAMES).append(" more\n");
    }
  }

  private static void append(StringBuilder text, String before, Map<String, Object> values) {
    String between = before;
    for (Map.Entry<String, Object> value : new TreeMap<>(values).entrySet()) {
      text.append(between).append(value.getKey()).append(' ');
      text.append(
          value.getValue() instanceof Double number
              ? Quantities.number(number)
              : value.getValue().toString());
      between = ", ";
    }
  }

  private static String layers(List<PlannedStep> steps, int input) {
    NavigableSet<Integer> layers = new TreeSet<>();
    steps.forEach(step -> step.inputs().get(input).layer().ifPresent(layers::add));
    return TensorNames.ranges(layers);
  }
}
