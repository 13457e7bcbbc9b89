package dev.stockpot.eval;

import java.nio.file.Path;
import java.util.Optional;

/// Where the vectors of a zero-shot head are.
///
/// @param checkpoint file or folder
/// @param tensor its name; the only one where it is left out
/// @param scale what logits are multiplied by; not 0
public record ClassVectors(Path checkpoint, Optional<String> tensor, double scale) {
  /// CLIP's.
  public static final double USUAL_SCALE = 100;

  /// @throws IllegalArgumentException for a scale that is 0 or not finite
  public ClassVectors {
    if (scale == 0 || !Double.isFinite(scale)) {
      throw new IllegalArgumentException("scale " + scale);
    }
  }
}
