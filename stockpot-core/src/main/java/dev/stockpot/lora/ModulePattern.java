package dev.stockpot.lora;

import java.util.regex.Pattern;

/// Patterns of module names, as PEFT matches them: a regular expression that fits the whole name,
/// or its end after a dot.
///
/// A pattern comes from a file that may be anybody's, so the steps it may take are counted.
final class ModulePattern {
  private static final int MOST_CHARACTERS = 1000;
  private static final int MOST_STEPS = 10_000;

  private ModulePattern() {}

  /// Whether a module is meant.
  ///
  /// @throws IllegalArgumentException if it is no regular expression, or takes too long
  static boolean matches(String pattern, String module) {
    // Most are plain names.
    if (module.equals(pattern) || module.endsWith("." + pattern)) {
      return true;
    }
    if (pattern.length() > MOST_CHARACTERS) {
      throw new IllegalArgumentException("has more than " + MOST_CHARACTERS + " characters");
    }
    try {
      // PatternSyntaxException is an IllegalArgumentException.
      return Pattern.compile("(.*\\.)?(" + pattern + ")$")
          .matcher(new Counted(module, new int[1]))
          .lookingAt();
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException("is too complex", e);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Counted(String text, int[] steps) implements CharSequence {

    @Override
    public char charAt(int index) {
      if (++steps[0] > MOST_STEPS) {
        throw new IllegalArgumentException("takes more than " + MOST_STEPS + " steps");
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.substring(start, end), steps);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
