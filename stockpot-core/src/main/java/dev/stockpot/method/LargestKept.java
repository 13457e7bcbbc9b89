package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Keeps the largest entries by magnitude, perhaps without the very largest: exactly int(δn) of a
/// tensor's n entries. Of equal ones those with the lowest index rank first.
///
/// @param densities δ, one per ingredient; from 1 on a task vector is untouched
/// @param gammas the int(γn) largest are dropped first; fewer if there would not be enough left
record LargestKept(List<Double> densities, List<Double> gammas) implements Sparsity {

  /// Nothing is dropped but the smallest.
  static LargestKept of(List<Double> densities) {
    return new LargestKept(densities, densities.stream().map(_ -> 0.0).toList());
  }

  @Override
  public boolean keepsAll() {
    return densities.stream().allMatch(density -> density >= 1);
  }

  /// One, and perhaps another or two where values hardly repeat, as those of float32.
  @Override
  public int passes() {
    return keepsAll() ? 0 : 1;
  }

  @Override
  public long bytes(Layer layer) {
    int cuts = 0;
    for (int k = 0; k < densities.size(); k++) {
      cuts += densities.get(k) >= 1 ? 0 : gammas.get(k) > 0 ? 2 : 1;
    }
    return Selection.bytes(layer, densities.size(), cuts);
  }

  @Override
  public Stage begin(Layer layer, Function<Mask, Stage> next) {
    if (keepsAll()) {
      return new Everything().begin(layer, next);
    }
    List<List<Long>> ranks =
        IntStream.range(0, densities.size()).mapToObj(k -> ranks(k, layer.elements())).toList();
    return Selection.begin(
        layer, new Deltas(densities.size()), ranks, cuts -> next.apply(new Band(cuts)));
  }

  /// Entries above the upper end of what is kept, and above its lower end.
  private List<Long> ranks(int k, long n) {
    if (densities.get(k) >= 1) {
      return List.of(0L, n);
    }
    long kept = Math.clamp((long) (densities.get(k) * n), 0, n);
    long dropped = Math.clamp((long) (gammas.get(k) * n), 0, n - kept);
    return List.of(dropped, dropped + kept);
  }

  /// What lies between two cuts, per ingredient.
  private record Band(List<List<Cut>> cuts) implements Mask {
    @Override
    public void apply(Stretch stretch, int k, Tile delta) {
      Cut upper = cuts.get(k).get(0);
      Cut lower = cuts.get(k).get(1);
      if (!lower.isEverything()) {
        lower.eraseBelow(stretch, delta);
      }
      if (!upper.isNothing()) {
        upper.eraseAbove(stretch, delta);
      }
    }
  }
}
