package dev.stockpot.cli.terminal;

import java.io.PrintStream;

/// The last lines of stderr, which are drawn again and again, and those above them, which stay.
final class StatusLine {
  private static final String ERASE = "\r\u001b[K";
  private static final String ERASE_ABOVE = "\u001b[A\u001b[K";

  private final PrintStream err;
  private String shown = "";

  StatusLine(PrintStream err) {
    this.err = err;
  }

  /// Shows another status; empty for none.
  ///
  /// @param lines with a line feed between them
  synchronized void show(String lines) {
    if (!lines.equals(shown)) {
      int above = (int) shown.chars().filter(each -> each == '\n').count();
      err.print(shown.isEmpty() ? lines : ERASE + ERASE_ABOVE.repeat(above) + lines);
      err.flush();
      shown = lines;
    }
  }

  /// Prints a line that stays.
  synchronized void above(String line) {
    String status = shown;
    show("");
    err.println(line);
    show(status);
  }

  /// Shows nothing any more.
  void clear() {
    show("");
  }
}
