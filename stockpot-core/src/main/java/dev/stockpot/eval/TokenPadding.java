package dev.stockpot.eval;

/// What rows of tokens are filled up with.
///
/// @param id the token
/// @param type its type
/// @param left whether before the text instead of after it
public record TokenPadding(long id, long type, boolean left) {
  /// Zeros after the text.
  public static final TokenPadding ZEROS = new TokenPadding(0, 0, false);
}
