package dev.stockpot.search;

/// How many evaluations a recipe takes at most, those of base and ingredients apart.
///
/// @param trials on `select` alone
/// @param results on every set
public record Cost(long trials, long results) {}
