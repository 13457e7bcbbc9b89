package dev.stockpot.cli.terminal;

import java.io.PrintStream;

/// The last line of stderr, which is drawn again and again, and the lines above it, which stay.
final class StatusLine {
  private static final String ERASE = "\r\u001b[K";

  private final PrintStream err;
  private String shown = "";

  StatusLine(PrintStream err) {
    this.err = err;
  }

  /// Shows another status; empty for none.
  synchronized void show(String line) {
    if (!line.equals(shown)) {
      err.print(shown.isEmpty() ? line : ERASE + line);
      err.flush();
      shown = line;
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
