package dev.stockpot.eval;

/// The tokens of a text, or of a pair.
public final class TokenRow {
  private final long[] ids;
  private final long[] types;

  /// @param ids not copied
  /// @param types 0, or 1 for the second text of a pair; not copied
  /// @throws IllegalArgumentException if there is not one type per token
  public TokenRow(long[] ids, long[] types) {
    if (ids.length != types.length) {
      throw new IllegalArgumentException(ids.length + " tokens, " + types.length + " types");
    }
    this.ids = ids;
    this.types = types;
  }

  /// Number of tokens.
  public int length() {
    return ids.length;
  }

  /// A token.
  public long id(int index) {
    return ids[index];
  }

  /// Its type.
  public long type(int index) {
    return types[index];
  }
}
