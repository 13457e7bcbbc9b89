package dev.stockpot.eval;

import dev.stockpot.internal.io.IoReason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The characters of a file in UTF-8, with the number of their line.
final class TextInput implements AutoCloseable {
  /// What comes after the last character.
  static final int END = -1;

  /// Most characters in a row of a table.
  static final int MAX_ROW = 1 << 24;

  private static final int BYTE_ORDER_MARK = 0xfeff;

  private final Path path;
  private final BufferedReader reader;
  private int line = 1;
  private int next;

  /// @throws UncheckedIOException if the file cannot be opened
  /// @throws EvaluationException if it does not begin with characters
  TextInput(Path path) {
    this.path = path;
    try {
      // Not newBufferedReader(path): that would replace what is not UTF-8.
      reader =
          new BufferedReader(
              new InputStreamReader(
                  Files.newInputStream(path), StandardCharsets.UTF_8.newDecoder()));
    } catch (IOException e) {
      throw failed(e);
    }
    next = read();
    if (next == BYTE_ORDER_MARK) {
      next = read();
    }
  }

  /// The line of the next character, from 1.
  int line() {
    return line;
  }

  /// The next character, or [#END]; it stays the next.
  int peek() {
    return next;
  }

  /// Takes the next character, or [#END]; the end of a line is `\n`, also where it is `\r\n`.
  int take() {
    int taken = next;
    if (taken == END) {
      return END;
    }
    next = read();
    if (taken == '\r' && next == '\n') {
      taken = '\n';
      next = read();
    }
    if (taken == '\n') {
      line++;
    }
    return taken;
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private int read() {
    try {
      return reader.read();
    } catch (CharacterCodingException e) {
      // The reader is ahead of the line that it gives.
      throw new EvaluationException(path + ": is not text in UTF-8; save it as UTF-8", e);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(path + ": " + IoReason.of(e), e);
  }
}
