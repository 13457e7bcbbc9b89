package dev.stockpot.plan;

import dev.stockpot.merge.MergePlan;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.tokenizer.Companions;
import java.util.List;

/// What a config will do, and what the output will have besides tensors.
///
/// @param steps as in the plan, with what is said of them
/// @param companions of the output: config.json, tokenizer
/// @param warnings for the user: what the config says to no effect
/// @param notes for the user: what was settled without asking
public record PlannedMerge(
    MergeConfig config,
    MergePlan plan,
    List<PlannedStep> steps,
    Companions companions,
    List<String> warnings,
    List<String> notes) {
  public PlannedMerge {
    steps = List.copyOf(steps);
    warnings = List.copyOf(warnings);
    notes = List.copyOf(notes);
  }
}
