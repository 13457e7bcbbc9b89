package dev.stockpot.merge;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.text.Excerpt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a thread noticed while merging; threads' findings add up.
final class Findings {
  private final MergePlan plan;
  private final TreeMap<Integer, Counts> counts = new TreeMap<>();
  private final TreeMap<Integer, TreeSet<Integer>> differing = new TreeMap<>();
  private final TreeMap<Integer, Stage.Mixing> mixed = new TreeMap<>();

  Findings(MergePlan plan) {
    this.plan = plan;
  }

  /// Elements of one output tensor that are worth a word.
  static final class Counts {
    long nan;
    long infinite;
    long overflowed;
    long clamped;
    long flushed;

    /// Values of the inputs, when these are rounded to the dtype of the config.
    long inputsOverflowed;

    long inputsClamped;
  }

  /// The counts of a step, to be increased.
  Counts counts(int step) {
    return counts.computeIfAbsent(step, _ -> new Counts());
  }

  /// An ingredient's bytes differ from the first ingredient's.
  void differs(int step, int ingredient) {
    differing.computeIfAbsent(step, _ -> new TreeSet<>()).add(ingredient);
  }

  /// A tensor is done: its method may have something to say.
  void ended(int step, Stage.Mixing mixing) {
    if (!mixing.notes().isEmpty() || !mixing.figures().isEmpty()) {
      mixed.put(step, mixing);
    }
  }

  /// Adds what was counted in a part of a step.
  void add(int step, Counts theirs) {
    Counts ours = counts(step);
    ours.nan += theirs.nan;
    ours.infinite += theirs.infinite;
    ours.overflowed += theirs.overflowed;
    ours.clamped += theirs.clamped;
    ours.flushed += theirs.flushed;
    ours.inputsOverflowed += theirs.inputsOverflowed;
    ours.inputsClamped += theirs.inputsClamped;
  }

  void add(Findings other) {
    mixed.putAll(other.mixed);
    other.counts.forEach(this::add);
    other.differing.forEach(
        (step, ingredients) -> ingredients.forEach(ingredient -> differs(step, ingredient)));
  }

  /// @throws CheckpointException naming every tensor with values that overflow
  void checkOverflow(Path target) {
    List<CheckpointException> faults = new ArrayList<>();
    counts.forEach((step, count) -> {
      if (count.inputsOverflowed > 0
          && plan.steps().get(step) instanceof Step.Mix mix
          && mix.rounding().isPresent()) {
        DType dtype = mix.rounding().get();
        faults.add(
            CheckpointException.of(
                target,
                mix.output().name(),
                values(count.inputsOverflowed)
                    + " of the inputs "
                    + (count.inputsOverflowed == 1 ? "overflows " : "overflow ")
                    + dtype
                    + ", to which the config's dtype rounds them and whose largest is "
                    + Elements.largest(dtype)
                    + "; choose a wider dtype, or --saturate to clamp"));
      }
      if (count.overflowed > 0) {
        TensorSpec output = plan.steps().get(step).output();
        faults.add(
            CheckpointException.of(
                target,
                output.name(),
                values(count.overflowed)
                    + (count.overflowed == 1 ? " overflows " : " overflow ")
                    + output.dtype()
                    + ", whose largest is "
                    + Elements.largest(output.dtype())
                    + "; choose a wider --out-dtype, or --saturate to clamp"));
      }
    });
    if (!faults.isEmpty()) {
      throw CheckpointException.all("values overflow", faults);
    }
  }

  /// Lines for the user, in the order of the plan.
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    for (int step = 0; step < plan.steps().size(); step++) {
      TensorSpec output = plan.steps().get(step).output();
      if (differing.containsKey(step)) {
        notes.add(
            "tensor '%s': %s differs between ingredients; the first one's is kept (%s)"
                .formatted(
                    Excerpt.of(output.name()),
                    output.dtype(),
                    plan.steps().get(step).inputs().getFirst().checkpoint().path()));
      }
      if (mixed.containsKey(step)) {
        for (String note : mixed.get(step).notes()) {
          notes.add("tensor '" + Excerpt.of(output.name()) + "': " + note);
        }
      }
      if (counts.containsKey(step)) {
        note(output, counts.get(step), notes);
      }
    }
    return notes;
  }

  /// What methods found on the way: tensor → name → value, in the order of the plan.
  SequencedMap<String, Map<String, Double>> figures() {
    SequencedMap<String, Map<String, Double>> figures = new LinkedHashMap<>();
    mixed.forEach((step, mixing) -> {
      if (!mixing.figures().isEmpty()) {
        figures.put(plan.steps().get(step).output().name(), mixing.figures());
      }
    });
    return figures;
  }

  private static void note(TensorSpec output, Counts count, List<String> notes) {
    String tensor = "tensor '" + Excerpt.of(output.name()) + "': ";
    if (count.nan > 0) {
      notes.add(tensor + values(count.nan) + " NaN, as in the ingredients");
    }
    if (count.infinite > 0) {
      notes.add(tensor + values(count.infinite) + " infinite, as in the ingredients");
    }
    if (count.inputsClamped > 0) {
      notes.add(
          tensor + values(count.inputsClamped) + " of the inputs clamped to the config's dtype");
    }
    if (count.clamped > 0) {
      notes.add(tensor + values(count.clamped) + " clamped to the range of " + output.dtype());
    }
    if (count.flushed > 0) {
      notes.add(tensor + values(count.flushed) + " too small for " + output.dtype() + " became 0");
    }
  }

  private static String values(long count) {
    return count == 1 ? "1 value" : count + " values";
  }
}
