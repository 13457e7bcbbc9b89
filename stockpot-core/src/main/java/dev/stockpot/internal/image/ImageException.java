package dev.stockpot.internal.image;

/// An image that cannot be decoded. The message says what is wrong and what to do, and does not
/// name the file.
public final class ImageException extends Exception {
  private static final long serialVersionUID = 1L;

  public ImageException(String message) {
    super(message);
  }

  public ImageException(String message, Throwable cause) {
    super(message, cause);
  }
}
