package dev.stockpot.internal.pickle;

/// A pickle that is not valid or not allowed; [#offset()] is the byte of the file where it fails.
public final class PickleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long offset;

  PickleException(String message, long offset) {
    super(message);
    this.offset = offset;
  }

  /// Byte offset into the file, from 0.
  public long offset() {
    return offset;
  }
}
