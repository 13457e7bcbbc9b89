package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.RandomBits;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import java.util.List;
import java.util.function.Function;

/// Keeps every entry with the probability δ, by itself: DARE's dropping.
///
/// @param densities δ, one per ingredient
/// @param divide whether what is kept is divided by δ
record RandomlyKept(List<Double> densities, boolean divide) implements Sparsity {

  @Override
  public boolean keepsAll() {
    return densities.stream().allMatch(density -> density >= 1);
  }

  @Override
  public int passes() {
    return 0;
  }

  @Override
  public Stage begin(Layer layer, Function<Mask, Stage> next) {
    long seed = layer.tensorSeed();
    return next.apply((stretch, k, delta) -> drop(seed, stretch, k, delta));
  }

  private void drop(long seed, Stretch stretch, int k, Tile delta) {
    double density = densities.get(k);
    if (density >= 1) {
      return;
    }
    delta.drop(RandomBits.stream(seed, k), stretch.from(), density);
    if (divide && density > 0) {
      delta.divide(density);
    }
  }
}
