package dev.stockpot.internal.pickle;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Writes the opcodes of a pickle, protocol 2, that describe tensors.
public final class PickleWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// Starts a pickle.
  public PickleWriter() {
    opcode(0x80);
    opcode(2);
  }

  /// Names a class or function.
  public PickleWriter global(String module, String name) {
    opcode('c');
    return line(module).line(name);
  }

  /// Starts a tuple, or the pairs of [#setItems].
  public PickleWriter mark() {
    return opcode('(');
  }

  /// Ends a tuple.
  public PickleWriter tuple() {
    return opcode('t');
  }

  /// Ends pairs of key and value: sets them in the dictionary before the mark.
  public PickleWriter setItems() {
    return opcode('u');
  }

  /// Calls the function before the tuple.
  public PickleWriter reduce() {
    return opcode('R');
  }

  /// Refers to what lies outside the pickle, by the tuple before.
  public PickleWriter persistent() {
    return opcode('Q');
  }

  /// False.
  public PickleWriter no() {
    return opcode(0x89);
  }

  /// An integer.
  public PickleWriter integer(long value) {
    if (value == (int) value) {
      opcode('J');
      return little(value, Integer.BYTES);
    }
    opcode(0x8a);
    opcode(Long.BYTES);
    return little(value, Long.BYTES);
  }

  /// A text without unpaired surrogates.
  public PickleWriter text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    opcode('X');
    little(utf8.length, Integer.BYTES);
    out.writeBytes(utf8);
    return this;
  }

  /// Ends the pickle.
  public byte[] end() {
    opcode('.');
    return out.toByteArray();
  }

  private PickleWriter opcode(int value) {
    out.write(value);
    return this;
  }

  private PickleWriter line(String text) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    return opcode('\n');
  }

  private PickleWriter little(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (Byte.SIZE * i)));
    }
    return this;
  }
}
