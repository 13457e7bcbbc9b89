package dev.stockpot.eval;

/// A measurement that could not be made because of what the user gave: graph, data, command. The
/// message says what to do.
public final class EvaluationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EvaluationException(String message) {
    super(message);
  }

  public EvaluationException(String message, Throwable cause) {
    super(message, cause);
  }
}
