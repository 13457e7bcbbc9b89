package dev.stockpot.eval;

import dev.stockpot.internal.work.Leash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One call of a program: its output is read while it runs and kept only in part, and it ends with
/// its time limit or with this JVM, together with all it started.
///
/// @param words program and arguments; no shell reads them
/// @param folder working directory
/// @param timeout for the whole call
record CommandRun(List<String> words, Path folder, Duration timeout) {
  /// Longest last line: room for `correct` of some millions of examples.
  static final int MAX_LINE_BYTES = 64 << 20;

  private static final int STDERR_BYTES = 8 << 10;
  private static final int STDERR_LINES = 20;

  /// How long output may stay open after the program has ended, by something it left running.
  private static final Duration STRAGGLERS = Duration.ofSeconds(1);

  /// Runs the program to its end.
  ///
  /// @return the last line of its stdout that is not blank
  /// @throws EvaluationException if it cannot be started, fails, takes too long or prints nothing
  String lastLine() {
    Leash leash = new Leash();
    try {
      return lastLine(leash.hold(this::start));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new InterruptedIOException("interrupted"));
    } finally {
      leash.release();
    }
  }

  private String lastLine(Process process) throws IOException, InterruptedException {
    LastLine stdout = new LastLine();
    Tail stderr = new Tail(STDERR_BYTES);
    process.getOutputStream().close();
    Thread out = reader(process.getInputStream(), stdout);
    Thread err = reader(process.getErrorStream(), stderr);
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new EvaluationException(
          "did not end within "
              + seconds(timeout)
              + " and was stopped; if it needs longer, raise 'timeout-seconds' under 'evaluator'"
              + shown(stderr));
    }
    out.join(STRAGGLERS);
    err.join(STRAGGLERS);
    if (process.exitValue() != 0) {
      throw new EvaluationException(
          "ended with exit code "
              + process.exitValue()
              + " instead of 0; run it by itself to see why"
              + shown(stderr));
    }
    if (stdout.tooLong()) {
      throw new EvaluationException(
          "the last line it printed is longer than "
              + (MAX_LINE_BYTES >> 20)
              + " MiB; print metrics and 'n', and 'correct' as 0 and 1");
    }
    String line = stdout.text();
    if (line.isEmpty()) {
      throw new EvaluationException(
          "printed nothing on stdout; print a last line such as {\"accuracy\": 0.81, \"n\": 2000}"
              + shown(stderr));
    }
    return line;
  }

  private Process start() {
    if (!Files.isDirectory(folder)) {
      throw new EvaluationException(
          "its working directory is not there; make it, or move the file");
    }
    try {
      // Absolute: an empty path, the folder of a file named without one, starts nothing.
      return new ProcessBuilder(words).directory(folder.toAbsolutePath().toFile()).start();
    } catch (IOException e) {
      throw new EvaluationException(
          "'"
              + words.getFirst()
              + "' cannot be started: it is not installed, not on the PATH, or not executable;"
              + " install it, or give its full path",
          e);
    }
  }

  private static Thread reader(InputStream from, Sink to) {
    return Thread.ofPlatform()
        .daemon()
        .start(() -> {
          byte[] chunk = new byte[8192];
          try (from) {
            for (int count = from.read(chunk); count >= 0; count = from.read(chunk)) {
              to.accept(chunk, count);
            }
          } catch (IOException _) {
            // The pipe was closed when the process was killed; what came before counts.
          }
        });
  }

  private static String seconds(Duration duration) {
    long millis = duration.toMillis();
    return (millis % 1000 == 0 ? String.valueOf(millis / 1000) : String.valueOf(millis / 1000.0))
        + " s";
  }

  private static String shown(Tail stderr) {
    List<String> lines =
        stderr.text().lines().map(String::stripTrailing).filter(line -> !line.isEmpty()).toList();
    if (lines.isEmpty()) {
      return "\n  stderr: empty";
    }
    List<String> last = lines.subList(Math.max(0, lines.size() - STDERR_LINES), lines.size());
    return "\n  stderr:\n    " + String.join("\n    ", last);
  }

  /// Takes what a program writes.
  private interface Sink {
    void accept(byte[] chunk, int count);
  }

  /// Keeps the end of a text.
  private static final class Tail implements Sink {
    private final byte[] ring;
    private long total;

    Tail(int bytes) {
      ring = new byte[bytes];
    }

    @Override
    public synchronized void accept(byte[] chunk, int count) {
      for (int i = 0; i < count; i++) {
        ring[(int) (total++ % ring.length)] = chunk[i];
      }
    }

    synchronized String text() {
      int kept = (int) Math.min(total, ring.length);
      byte[] text = new byte[kept];
      for (int i = 0; i < kept; i++) {
        text[i] = ring[(int) ((total - kept + i) % ring.length)];
      }
      return new String(text, StandardCharsets.UTF_8);
    }
  }

  /// Keeps the last line that is not blank.
  private static final class LastLine implements Sink {
    private ByteArrayOutputStream current = new ByteArrayOutputStream();
    private ByteArrayOutputStream last = new ByteArrayOutputStream();
    private boolean blank = true;

    @Override
    public synchronized void accept(byte[] chunk, int count) {
      for (int i = 0; i < count; i++) {
        byte b = chunk[i];
        if (b == '\n' || b == '\r') {
          endLine();
        } else if (current.size() <= MAX_LINE_BYTES) {
          current.write(b);
          blank &= b == ' ' || b == '\t';
        }
      }
    }

    /// One byte more than is allowed is kept, to know by.
    synchronized boolean tooLong() {
      return (blank ? last : current).size() > MAX_LINE_BYTES;
    }

    synchronized String text() {
      return (blank ? last : current).toString(StandardCharsets.UTF_8).strip();
    }

    private void endLine() {
      if (!blank) {
        ByteArrayOutputStream free = last;
        last = current;
        current = free;
        blank = true;
      }
      current.reset();
    }
  }
}
