package dev.stockpot.cli.terminal;

import java.util.Locale;

/// Text on a terminal: columns instead of characters, and nothing that steers the terminal.
public final class Text {
  /// First and last of each range of wide characters: East Asian scripts and forms, emoji.
  private static final int[] WIDE = {
    0x1100, 0x115F, 0x2E80, 0x303E, 0x3040, 0xA4CF, 0xAC00, 0xD7A3, 0xF900, 0xFAFF, 0xFE30, 0xFE6F,
    0xFF00, 0xFF60, 0xFFE0, 0xFFE6, 0x1F300, 0x1FAFF, 0x20000, 0x3FFFD
  };

  private Text() {}

  /// The text with control characters and bidirectional marks spelled out, such as `\u001b`: names
  /// come from files of strangers.
  public static String printable(String text) {
    if (text.codePoints().noneMatch(Text::steers)) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(point -> {
          if (steers(point)) {
            out.append(String.format(Locale.ROOT, "\\u%04x", point));
          } else {
            out.appendCodePoint(point);
          }
        });
    return out.toString();
  }

  /// How many columns a text takes.
  public static int width(String text) {
    return text.codePoints().map(Text::width).sum();
  }

  /// The text if it fits, otherwise its beginning with an ellipsis.
  ///
  /// @param columns at least 1
  /// @param unicode whether the terminal shows more than ASCII
  public static String cut(String text, int columns, boolean unicode) {
    if (width(text) <= columns) {
      return text;
    }
    String ellipsis = (unicode ? "…" : "...").substring(0, unicode ? 1 : Math.min(3, columns));
    int room = columns - ellipsis.length();
    StringBuilder out = new StringBuilder();
    for (int point : text.codePoints().toArray()) {
      room -= width(point);
      if (room < 0) {
        break;
      }
      out.appendCodePoint(point);
    }
    return out.append(ellipsis).toString();
  }

  /// A bar that is filled by a fraction, in eighths of a column where the terminal can.
  ///
  /// @param fraction from 0 to 1; what lies outside counts as the nearest of both
  public static String bar(double fraction, int columns, boolean unicode) {
    double filled = Math.clamp(fraction, 0.0, 1.0) * columns;
    if (!unicode) {
      int whole = (int) Math.round(filled);
      return "#".repeat(whole) + "-".repeat(columns - whole);
    }
    int eighths = (int) Math.round(filled * 8);
    String part = eighths % 8 == 0 ? "" : Character.toString(0x2590 - eighths % 8);
    String bar = "█".repeat(eighths / 8) + part;
    return bar + " ".repeat(columns - bar.length());
  }

  private static boolean steers(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      case Character.FORMAT -> point != 0x200D;
      default -> false;
    };
  }

  /// 0 for what is drawn over its neighbour, 2 for East Asian wide characters and emoji, else 1.
  private static int width(int point) {
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(point) ? 2 : 1;
    };
  }

  private static boolean isWide(int point) {
    for (int i = 0; i < WIDE.length; i += 2) {
      if (point >= WIDE[i] && point <= WIDE[i + 1]) {
        return true;
      }
    }
    return false;
  }
}
