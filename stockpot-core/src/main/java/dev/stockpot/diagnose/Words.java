package dev.stockpot.diagnose;

import java.util.List;
import java.util.Locale;

/// Names and numbers as messages give them.
final class Words {
  /// Most names that are listed.
  private static final int MOST = 8;

  private Words() {}

  /// `a`, `a and b`, `a, b and c`; of many, the first and the number of the others.
  static String list(List<String> names) {
    if (names.size() == 1) {
      return names.getFirst();
    }
    if (names.size() > MOST) {
      return String.join(", ", names.subList(0, MOST - 1))
          + " and %d others".formatted(names.size() - MOST + 1);
    }
    return String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.getLast();
  }

  /// Three digits.
  static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }

  /// Two decimals.
  static String cosine(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
