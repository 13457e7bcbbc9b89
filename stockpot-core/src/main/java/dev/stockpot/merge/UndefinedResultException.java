package dev.stockpot.merge;

/// A method has no result for the values of a tensor, such as the mean direction of directions that
/// cancel out. The executor adds which tensor it is.
public final class UndefinedResultException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// @param message what it is about the values, and what to do
  public UndefinedResultException(String message) {
    super(message);
  }
}
