package dev.stockpot.internal.text;

import java.util.Locale;

/// Things and how many there are.
public final class Counted {
  private Counted() {}

  /// A number and a word: `1 model`, `61,706 parameters`.
  ///
  /// @param one whose plural ends in s
  public static String of(long count, String one) {
    return String.format(Locale.ROOT, "%,d", count) + " " + one + (count == 1 ? "" : "s");
  }
}
