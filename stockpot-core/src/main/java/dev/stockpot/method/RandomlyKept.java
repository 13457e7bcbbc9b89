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
    return next.apply(new Dropping(layer.tensorSeed()));
  }

  private final class Dropping implements Mask {
    private final long seed;

    Dropping(long seed) {
      this.seed = seed;
    }

    @Override
    public void apply(Stretch stretch, int k, Tile delta) {
      apply(stretch, k, delta, 1, 1);
    }

    @Override
    public void apply(Stretch stretch, int k, Tile delta, double a, double b) {
      double density = densities.get(k);
      if (density >= 1) {
        delta.scale(a, b);
      } else if (divide && density > 0) {
        delta.drop(RandomBits.stream(seed, k), stretch.from(), density);
        delta.divide(density);
        delta.scale(a, b);
      } else {
        delta.drop(RandomBits.stream(seed, k), stretch.from(), density, a, b);
      }
    }
  }
}
