package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.Precision;
import dev.stockpot.merge.RandomBits;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// Keeps an entry with a probability that rises linearly with the rank of its magnitude in its row,
/// from δ − ε to δ + ε: DELLA's MagPrune. Of equal magnitudes the one of lower index ranks lower.
///
/// A row is the last dimension; a tensor of one dimension is one row. In a row of one entry the
/// probability is δ.
///
/// @param densities δ, one per ingredient; from 1 on a task vector is untouched, at 0 it is erased
/// @param epsilons ε, one per ingredient
record RankKept(List<Double> densities, List<Double> epsilons) implements Sparsity {

  RankKept {
    densities = List.copyOf(densities);
    epsilons = List.copyOf(epsilons);
    check(densities, epsilons);
  }

  /// Checks that probabilities are some.
  ///
  /// @throws IllegalArgumentException if a probability would not lie between 0 and 1
  static void check(List<Double> densities, List<Double> epsilons) {
    for (int k = 0; k < densities.size(); k++) {
      double density = densities.get(k);
      double epsilon = epsilons.get(k);
      if (density < 1 && density > 0 && (density - epsilon <= 0 || density + epsilon >= 1)) {
        throw new IllegalArgumentException(
            "density %s with epsilon %s: density − epsilon and density + epsilon must be between 0 and 1"
                .formatted(density, epsilon));
      }
    }
  }

  @Override
  public boolean keepsAll() {
    return densities.stream().allMatch(density -> density >= 1);
  }

  @Override
  public int passes() {
    return 0;
  }

  @Override
  public long unit(Layer layer) {
    return keepsAll() ? 1 : Math.max(1, layer.row());
  }

  @Override
  public long bytes(Layer layer) {
    return keepsAll() ? 0 : 4L * layer.row() * Long.BYTES;
  }

  @Override
  public Stage begin(Layer layer, Function<Mask, Stage> next) {
    return keepsAll() ? new Everything().begin(layer, next) : next.apply(new Rows(layer));
  }

  private final class Rows implements Mask {
    private final Layer layer;
    private final long seed;

    Rows(Layer layer) {
      this.layer = layer;
      seed = layer.tensorSeed();
    }

    @Override
    public long unit() {
      return RankKept.this.unit(layer);
    }

    @Override
    public void apply(Stretch stretch, int k, Tile delta) {
      double density = densities.get(k);
      if (density >= 1) {
        return;
      }
      long stream = RandomBits.stream(seed, k);
      int row = Math.toIntExact(unit());
      long[] ranked = new long[row];
      for (int at = 0; at < delta.length(); at += row) {
        rank(delta, at, ranked);
        for (int rank = 0; rank < row; rank++) {
          int i = at + (int) ranked[rank];
          double kept = density <= 0 ? 0 : probability(k, rank, row);
          if (RandomBits.uniform(stream, stretch.from() + i) >= kept) {
            delta.erase(i);
          }
        }
      }
    }

    /// Puts the places of a row's elements in the order of their magnitudes, in the lower halves.
    private void rank(Tile delta, int at, long[] ranked) {
      if (layer.precision() == Precision.FLOAT32) {
        for (int i = 0; i < ranked.length; i++) {
          ranked[i] = delta.key(at + i) << 32 | i;
        }
        Arrays.sort(ranked);
      } else {
        long[] keys = new long[ranked.length];
        for (int i = 0; i < ranked.length; i++) {
          keys[i] = delta.key(at + i);
        }
        long[] sorted = keys.clone();
        Arrays.sort(sorted);
        int[] taken = new int[ranked.length];
        for (int i = 0; i < ranked.length; i++) {
          int first = firstOf(sorted, keys[i]);
          ranked[first + taken[first]++] = i;
        }
      }
    }

    private double probability(int k, int rank, int row) {
      double position = row == 1 ? 0.5 : (double) rank / (row - 1);
      return densities.get(k) - epsilons.get(k) + position * 2 * epsilons.get(k);
    }
  }

  /// Index of the first of the equal values.
  private static int firstOf(long[] sorted, long value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
