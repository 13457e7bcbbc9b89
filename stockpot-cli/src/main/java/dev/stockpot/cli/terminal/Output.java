package dev.stockpot.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/// Standard output that remembers how it failed. When its reader has left (`| head`), what follows
/// is dropped in silence.
final class Output {
  private final OutputStream out;
  private boolean closed;

  Output(OutputStream out) {
    this.out = new BufferedOutputStream(out, 1 << 16);
  }

  synchronized void write(byte[] bytes) {
    attempt(() -> out.write(bytes));
  }

  synchronized void flush() {
    attempt(out::flush);
  }

  private void attempt(Attempt attempt) {
    if (closed) {
      return;
    }
    try {
      attempt.run();
    } catch (IOException e) {
      closed = true;
      // EPIPE has no exception of its own.
      if (!"Broken pipe".equals(e.getMessage())) {
        throw new UncheckedIOException("standard output: " + e.getMessage(), e);
      }
    }
  }

  private interface Attempt {
    void run() throws IOException;
  }
}
