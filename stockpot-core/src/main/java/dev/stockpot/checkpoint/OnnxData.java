package dev.stockpot.checkpoint;

import java.util.Map;

/// Where an initializer says that its elements are; nothing of it has been checked.
sealed interface OnnxData {

  /// There are none.
  record None() implements OnnxData {}

  /// In the file itself.
  ///
  /// @param field that holds them
  /// @param pieces how many fields hold elements; the rest is about the last
  /// @param begin offset in the file
  record Inline(int field, int pieces, long begin, long bytes) implements OnnxData {}

  /// In another file.
  ///
  /// @param entries such as `location`, `offset`, `length`
  record External(Map<String, String> entries) implements OnnxData {
    public External {
      entries = Map.copyOf(entries);
    }

    /// The file, as it is named; empty if it is not.
    String location() {
      return entries.getOrDefault("location", "");
    }
  }
}
