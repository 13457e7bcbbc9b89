package dev.stockpot.cli.miniature;

import java.util.List;
import java.util.stream.IntStream;

/// How models lie around the base they were fine-tuned from.
///
/// @param norms how far each moved
/// @param cosines of the angles between moves: the upper triangle, row by row
public record Moves(List<Double> norms, List<Double> cosines) {

  /// @throws IllegalArgumentException unless there is a cosine for every pair
  public Moves {
    norms = List.copyOf(norms);
    cosines = List.copyOf(cosines);
    if (cosines.size() != norms.size() * (norms.size() - 1) / 2) {
      throw new IllegalArgumentException(
          cosines.size() + " cosines for " + norms.size() + " models");
    }
  }

  /// How far each is from the mean of all: with dᵢ for the moves,
  ///
  ///     ‖dᵢ − d̄‖² = ⟨dᵢ,dᵢ⟩ − 2/K Σⱼ⟨dᵢ,dⱼ⟩ + 1/K² Σⱼ Σₗ⟨dⱼ,dₗ⟩
  public List<Double> distances() {
    int k = norms.size();
    double[] rows =
        IntStream.range(0, k)
            .mapToDouble(i -> IntStream.range(0, k).mapToDouble(j -> product(i, j)).sum() / k)
            .toArray();
    double mean = IntStream.range(0, k).mapToDouble(i -> rows[i]).sum() / k;
    return IntStream.range(0, k)
        .mapToObj(i -> Math.sqrt(Math.max(0, product(i, i) - 2 * rows[i] + mean)))
        .toList();
  }

  private double product(int i, int j) {
    return norms.get(i) * norms.get(j) * (i == j ? 1 : cosines.get(place(i, j)));
  }

  private int place(int i, int j) {
    int row = Math.min(i, j);
    return row * (2 * norms.size() - row - 1) / 2 + Math.max(i, j) - row - 1;
  }
}
