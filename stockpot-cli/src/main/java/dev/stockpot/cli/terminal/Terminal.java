package dev.stockpot.cli.terminal;

import dev.stockpot.Progress;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonWriter;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/// Where a command's words go: results to stdout, everything else to stderr.
public final class Terminal {
  private final Output out;
  private final PrintStream err;
  private final Capabilities can;
  private final StatusLine status;
  private final Progress progress;

  public Terminal(OutputStream out, PrintStream err, Capabilities can) {
    this.out = new Output(out);
    this.err = err;
    this.can = can;
    this.status = new StatusLine(err);
    this.progress =
        can.errRedraws()
            ? new ProgressBar(status, can, System::nanoTime)
            : new ProgressLines(this::tell, System::nanoTime);
  }

  /// What the terminal can show.
  public Capabilities can() {
    return can;
  }

  /// Prints a result.
  public void print(String text) {
    out.write(text.getBytes(can.outCharset()));
  }

  /// Prints results that others format, such as picocli's help.
  public Writer printer() {
    return new Writer() {
      @Override
      public void write(char[] chars, int offset, int length) {
        print(new String(chars, offset, length));
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  /// Prints a result as JSON, always in UTF-8.
  public void print(Json json) {
    out.write(JsonWriter.pretty(json).getBytes(StandardCharsets.UTF_8));
  }

  /// Tells the user something on stderr, above the progress bar if there is one.
  public void tell(String line) {
    status.above(line);
  }

  /// Hears how far work has come and shows it on stderr.
  public Progress progress() {
    return progress;
  }

  /// Stderr, for what is more than a line.
  public PrintStream err() {
    status.clear();
    return err;
  }

  /// Removes an unfinished progress bar.
  public void clear() {
    status.clear();
  }

  /// Hands everything printed on.
  ///
  /// @throws java.io.UncheckedIOException if stdout took it not, unless because its reader has left
  public void flush() {
    out.flush();
  }
}
