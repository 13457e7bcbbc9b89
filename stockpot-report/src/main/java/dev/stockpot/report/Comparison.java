package dev.stockpot.report;

import java.util.Optional;
import java.util.OptionalDouble;

/// How a model differs from another, and whether that is more than noise.
///
/// @param model that is compared
/// @param against which other
/// @param measure the set, or the mean of several
/// @param gain by how much the one is better; negative if it is worse
/// @param interval of the gain
/// @param p the probability of such a difference by chance
/// @param smallestGain the smallest gain that the set could have shown to be more than noise
/// @param optimism by how much the gain on `select` exceeds that on the report set
/// @param test in words
/// @param significant whether the difference counts as more than noise
public record Comparison(
    String model,
    String against,
    String measure,
    double gain,
    Optional<Interval> interval,
    OptionalDouble p,
    OptionalDouble smallestGain,
    OptionalDouble optimism,
    String test,
    boolean significant) {}
