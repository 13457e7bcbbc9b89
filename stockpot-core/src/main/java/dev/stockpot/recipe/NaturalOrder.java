package dev.stockpot.recipe;

import java.util.Comparator;

/// Names as people count: `layer.2` before `layer.10`.
public final class NaturalOrder implements Comparator<String> {

  /// The one order there is.
  public NaturalOrder() {}

  @Override
  public int compare(String a, String b) {
    int i = 0;
    int j = 0;
    while (i < a.length() && j < b.length()) {
      if (isDigit(a.charAt(i)) && isDigit(b.charAt(j))) {
        int endA = endOfDigits(a, i);
        int endB = endOfDigits(b, j);
        int order = compareDigits(a.substring(i, endA), b.substring(j, endB));
        if (order != 0) {
          return order;
        }
        i = endA;
        j = endB;
      } else if (a.charAt(i) != b.charAt(j)) {
        return Character.compare(a.charAt(i), b.charAt(j));
      } else {
        i++;
        j++;
      }
    }
    int order = Integer.compare(a.length() - i, b.length() - j);
    // `07` and `7` count as equal so far; names that differ must not.
    return order != 0 ? order : a.compareTo(b);
  }

  private static int compareDigits(String a, String b) {
    String plainA = a.replaceFirst("^0+", "");
    String plainB = b.replaceFirst("^0+", "");
    int order = Integer.compare(plainA.length(), plainB.length());
    return order != 0 ? order : plainA.compareTo(plainB);
  }

  private static int endOfDigits(String text, int from) {
    int end = from;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
