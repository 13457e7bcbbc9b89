package dev.stockpot.benchmarks;

import java.util.HashMap;
import java.util.Map;

/// `--name value` pairs on a command line.
///
/// @param values by name
record Options(Map<String, String> values) {

  Options {
    values = Map.copyOf(values);
  }

  /// Reads a command line.
  ///
  /// @param defaults every known option with its default value
  /// @throws IllegalArgumentException for an unknown option, or one without a value
  static Options parse(Map<String, String> defaults, String... args) {
    Map<String, String> values = new HashMap<>(defaults);
    for (int i = 0; i < args.length; i += 2) {
      if (!defaults.containsKey(args[i]) || i + 1 == args.length) {
        throw new IllegalArgumentException(
            "'" + args[i] + "': expected an option and its value; there are " + defaults);
      }
      values.put(args[i], args[i + 1]);
    }
    return new Options(values);
  }

  String text(String name) {
    return values.get(name);
  }

  int count(String name) {
    return Integer.parseInt(values.get(name));
  }

  /// A size given in gigabytes of 10⁹ bytes.
  long gigabytes(String name) {
    return Math.round(Double.parseDouble(values.get(name)) * 1e9);
  }
}
