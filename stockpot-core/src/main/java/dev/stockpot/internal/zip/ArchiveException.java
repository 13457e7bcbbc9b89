package dev.stockpot.internal.zip;

/// An archive that is not valid or not allowed; [#offset()] is the byte of the file where it fails.
public final class ArchiveException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long offset;

  ArchiveException(String message, long offset) {
    super(message);
    this.offset = offset;
  }

  /// Byte offset into the file, from 0.
  public long offset() {
    return offset;
  }
}
