package dev.stockpot.recipe;

/// The user's mistake in a recipe or its arguments; the message says where, what and what to do.
public final class RecipeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RecipeException(String message) {
    super(message);
  }
}
