package dev.stockpot.plan;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The name of a tensor in a layer: `model.layers.12.mlp.up_proj.weight`.
///
/// @param prefix before the number: `model.layers`; empty if the name begins with it
/// @param index the first part of the name that is a number
/// @param rest from the dot after the number on; may be empty
record LayerName(String prefix, int index, String rest) {
  private static final Pattern NUMBER = Pattern.compile("(?<=^|\\.)(0|[1-9][0-9]{0,3})(?=\\.|$)");

  /// Absent for names without a number.
  static Optional<LayerName> of(String tensor) {
    Matcher matcher = NUMBER.matcher(tensor);
    return matcher.find()
        ? Optional.of(
            new LayerName(
                tensor.substring(0, Math.max(0, matcher.start() - 1)),
                Integer.parseInt(matcher.group(1)),
                tensor.substring(matcher.end())))
        : Optional.empty();
  }

  /// The tensor's name in another layer.
  String in(int layer) {
    return (prefix.isEmpty() ? "" : prefix + ".") + layer + rest;
  }
}
