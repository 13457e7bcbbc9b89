package dev.stockpot.merge;

/// The maths of a merge, element by element.
///
/// The executor widens the same stretch of every ingredient, exactly, and asks for the result in
/// the precision of the sums; it does the one rounding afterwards. Methods are pure: any thread may
/// call them on any stretch, and the same inputs give the same bits.
public interface MergeMethod {

  /// The name people use, such as `linear`.
  String name();

  /// Mixes `n` elements in float32: used when all ingredients are 16 bits or narrower.
  ///
  /// @param inputs one array per ingredient, in the ingredients' order
  /// @param out takes the result before rounding
  void mix(float[][] inputs, int n, float[] out);

  /// Mixes `n` elements in float64: used when any ingredient is F32 or F64.
  ///
  /// @param inputs one array per ingredient, in the ingredients' order
  /// @param out takes the result before rounding
  void mix(double[][] inputs, int n, double[] out);
}
