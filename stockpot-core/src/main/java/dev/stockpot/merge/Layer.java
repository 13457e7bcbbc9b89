package dev.stockpot.merge;

import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.io.Sha256;
import java.util.List;

/// One tensor of a merge, as a method sees it.
///
/// @param spec of the output
/// @param inputs number of inputs that are streamed, all of that shape; the base is the first where
///   a method has one
/// @param aside inputs of another shape, which the method reads itself ([MergeMethod#streamed])
/// @param precision of the tiles
/// @param seed the user's
public record Layer(
    TensorSpec spec, int inputs, List<Source> aside, Precision precision, long seed) {

  public Layer {
    aside = List.copyOf(aside);
  }

  /// A tensor whose inputs are all streamed.
  public Layer(TensorSpec spec, int inputs, Precision precision, long seed) {
    this(spec, inputs, List.of(), precision, seed);
  }

  /// Number of elements.
  public long elements() {
    return spec.elements();
  }

  /// The seed of this tensor, for random methods: the same for any order of the tensors.
  public long tensorSeed() {
    String hash = Sha256.ofText(seed + "\0" + spec.name());
    return Long.parseUnsignedLong(hash.substring(0, 16), 16);
  }

  /// Length of a row: the last dimension; 1 for a scalar.
  public long row() {
    return spec.shape().isEmpty() ? 1 : spec.shape().getLast();
  }
}
