package dev.stockpot.internal.protobuf;

/// A message that is not valid; [#offset()] is the byte of the file where it fails.
public final class ProtobufException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long offset;

  ProtobufException(String message, long offset) {
    super(message);
    this.offset = offset;
  }

  /// Byte offset into the file, from 0.
  public long offset() {
    return offset;
  }
}
