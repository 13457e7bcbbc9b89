package dev.stockpot.train;

/// A value of a hyperparameter.
public sealed interface Value {

  /// A finite number.
  record Real(double number) implements Value {
    /// @throws IllegalArgumentException for NaN and infinities
    public Real {
      if (!Double.isFinite(number)) {
        throw new IllegalArgumentException("not finite: " + number);
      }
    }

    @Override
    public String text() {
      return number == Math.rint(number) && Math.abs(number) < 1e15
          ? String.valueOf((long) number)
          : String.valueOf(number);
    }

    @Override
    public Object json() {
      return number == Math.rint(number) && Math.abs(number) < 1e15
          ? (Object) (long) number
          : (Object) number;
    }
  }

  /// A word.
  record Word(String text) implements Value {
    @Override
    public Object json() {
      return text;
    }
  }

  /// As people and programs read it: whole numbers without a point.
  String text();

  /// As a JSON document has it: a Long, a Double or a String.
  Object json();
}
