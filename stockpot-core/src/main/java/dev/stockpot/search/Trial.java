package dev.stockpot.search;

/// One step of a greedy search.
///
/// @param candidate the ingredient that was tried
/// @param score of the soup with it, on `select`
/// @param accepted whether it was kept
public record Trial(String candidate, double score, boolean accepted) {}
