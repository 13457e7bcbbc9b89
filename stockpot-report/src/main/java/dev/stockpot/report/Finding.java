package dev.stockpot.report;

import java.util.List;

/// Something that is odd about the ingredients.
///
/// @param name short, such as `duplicate`
/// @param message what it is and what to do
/// @param models whom it is about
public record Finding(String name, String message, List<String> models) {
  public Finding {
    models = List.copyOf(models);
  }
}
