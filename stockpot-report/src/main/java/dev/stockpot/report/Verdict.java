package dev.stockpot.report;

import java.util.Optional;

/// What the reader should take home.
///
/// @param sentence in plain words
/// @param winner name of the model to take, if there is one to recommend
/// @param checkpoint where it lies
/// @param command that makes it again
public record Verdict(
    String sentence,
    Optional<String> winner,
    Optional<String> checkpoint,
    Optional<String> command) {}
