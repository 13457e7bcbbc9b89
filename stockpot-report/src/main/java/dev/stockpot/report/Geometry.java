package dev.stockpot.report;

import java.util.List;

/// How the ingredients lie around the base: lengths of the task vectors, and angles between them.
///
/// @param norms a row per ingredient: of the whole vector, then of each layer
/// @param angles in degrees, ingredients by ingredients: of the whole vectors, then by layer
public record Geometry(Heatmap norms, List<Heatmap> angles) {
  public Geometry {
    angles = List.copyOf(angles);
  }
}
