package dev.stockpot.internal.json;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/// A JSON value (RFC 8259). Objects keep the order of their members.
public sealed interface Json {

  /// Members in document order; names are unique.
  record Obj(Map<String, Json> members) implements Json {}

  /// Elements in document order.
  record Arr(List<Json> elements) implements Json {}

  /// A string, decoded.
  record Str(String value) implements Json {}

  /// A number as it is written, so that no digit is lost.
  record Num(String text) implements Json {
    // Converting digits takes quadratic time, so a hostile document must not choose their number.
    private static final int MAX_LONG_CHARACTERS = 40;

    /// The value rounded to the nearest double.
    public double asDouble() {
      return Double.parseDouble(text);
    }

    /// The exact value.
    ///
    /// @throws ArithmeticException if it has a fraction or does not fit into a long
    public long asLong() {
      if (text.length() < 19 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return Long.parseLong(text);
      }
      if (text.length() > MAX_LONG_CHARACTERS) {
        throw new ArithmeticException("number too long");
      }
      try {
        return new BigDecimal(text).longValueExact();
      } catch (NumberFormatException e) {
        // BigDecimal's exponents end at 2^31.
        throw new ArithmeticException("exponent too large");
      }
    }
  }

  /// `true` or `false`.
  record Bool(boolean value) implements Json {}

  /// `null`.
  enum Null implements Json {
    NULL
  }

  /// What kind of value this is, in words for messages.
  default String kind() {
    return switch (this) {
      case Obj _ -> "an object";
      case Arr _ -> "an array";
      case Str _ -> "a string";
      case Num _ -> "a number";
      case Bool _ -> "a boolean";
      case Null _ -> "null";
    };
  }
}
