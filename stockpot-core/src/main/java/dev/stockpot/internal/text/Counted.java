package dev.stockpot.internal.text;

/// Things and how many there are.
public final class Counted {
  private Counted() {}

  /// A number and a word: `1 model`, `61,706 parameters`.
  ///
  /// @param one whose plural ends in s
  public static String of(long count, String one) {
    // By hand: formatting is slow in a JVM that has just started.
    StringBuilder text = new StringBuilder(Long.toString(count));
    for (int i = text.length() - 3; i > 0; i -= 3) {
      text.insert(i, ',');
    }
    return text.append(' ').append(one).append(count == 1 ? "" : "s").toString();
  }
}
