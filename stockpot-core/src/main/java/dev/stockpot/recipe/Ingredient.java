package dev.stockpot.recipe;

import dev.stockpot.checkpoint.Checkpoint;

/// A checkpoint under the name by which results call it.
///
/// @param name see [CandidateNames]
/// @param checkpoint open while the ingredient is used
public record Ingredient(String name, Checkpoint checkpoint) {}
