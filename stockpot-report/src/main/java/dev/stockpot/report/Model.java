package dev.stockpot.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/// A model, or what was made of several, and how it did: a line of results.
///
/// @param name unique
/// @param recipe that made it; `individual` or `base` for what was given
/// @param kind how it is drawn
/// @param ingredients each one's weight; empty where that is not known
/// @param metrics by set, then by name
/// @param n number of examples by set, where known
/// @param correct number of correct ones by set, where known
/// @param hyperparameters that it was trained with, where known: numbers and texts: numbers and
///   texts
public record Model(
    String name,
    String recipe,
    Kind kind,
    SequencedMap<String, Double> ingredients,
    SequencedMap<String, SequencedMap<String, Double>> metrics,
    SequencedMap<String, Integer> n,
    SequencedMap<String, Integer> correct,
    SequencedMap<String, Object> hyperparameters) {

  public Model {
    ingredients = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(ingredients));
    metrics = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metrics));
    n = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(n));
    correct = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(correct));
    hyperparameters = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(hyperparameters));
  }

  /// The same with what it was trained with.
  Model with(SequencedMap<String, Object> known) {
    return new Model(name, recipe, kind, ingredients, metrics, n, correct, known);
  }

  /// The value of a metric on a set, if it was measured.
  public OptionalDouble value(String set, String metric) {
    Double value = metrics.getOrDefault(set, new LinkedHashMap<>()).get(metric);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
