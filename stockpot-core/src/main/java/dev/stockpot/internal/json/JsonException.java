package dev.stockpot.internal.json;

/// A document that is not strict JSON; [#offset()] is the byte where it ceases to be.
public final class JsonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int offset;

  JsonException(String message, int offset) {
    super(message);
    this.offset = offset;
  }

  /// Byte offset into the document, from 0.
  public int offset() {
    return offset;
  }
}
