package dev.stockpot.eval;

import dev.stockpot.internal.text.Excerpt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Turns what a file says of an example's class into the class's number.
final class ClassNames {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}(\\.0+)?");

  private final Map<String, Integer> numbers = new HashMap<>();

  /// @param names in the order of the model's outputs; empty where classes are numbers
  /// @throws EvaluationException if a name is there twice
  ClassNames(List<String> names) {
    for (String name : names) {
      if (numbers.putIfAbsent(name, numbers.size()) != null) {
        throw new EvaluationException("'classes' has '" + name + "' twice; name each class once");
      }
    }
  }

  /// The number of a class.
  ///
  /// @param where it is said; for messages
  /// @throws EvaluationException if there is no such class
  int number(String name, String where) {
    if (numbers.isEmpty()) {
      if (!NUMBER.matcher(name).matches()) {
        throw new EvaluationException(
            "%s: the label is '%s' instead of a number from 0; list the names of the classes in the"
                    .formatted(where, Excerpt.of(name))
                + " order of the model's outputs under 'classes'");
      }
      return (int) Double.parseDouble(name);
    }
    Integer number = numbers.get(name);
    if (number == null) {
      throw new EvaluationException(
          "%s: the label '%s' is not among the %d 'classes'; add it, or correct the label"
              .formatted(where, Excerpt.of(name), numbers.size()));
    }
    return number;
  }
}
