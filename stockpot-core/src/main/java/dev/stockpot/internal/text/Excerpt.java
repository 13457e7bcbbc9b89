package dev.stockpot.internal.text;

import java.util.Locale;

/// Text out of a file, made fit for a message: one line of bounded length that shows what is there.
public final class Excerpt {
  /// Longest excerpt, in characters.
  static final int MAX_CHARACTERS = 300;

  private Excerpt() {}

  /// The text with control, formatting and lone surrogate characters escaped as in JSON, cut where
  /// it is longer than a message should be.
  public static String of(String text) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      if (at >= MAX_CHARACTERS) {
        return out.append("… (").append(text.length()).append(" characters)").toString();
      }
      int c = text.codePointAt(at);
      int units = Character.charCount(c);
      if (isVisible(c)) {
        out.appendCodePoint(c);
      } else {
        text.substring(at, at + units)
            .chars()
            .forEach(unit -> out.append(String.format(Locale.ROOT, "\\u%04x", unit)));
      }
      at += units;
    }
    return out.toString();
  }

  private static boolean isVisible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
