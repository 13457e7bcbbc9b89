package dev.stockpot.statistics;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// p-values of several comparisons made at once, adjusted so that the chance of even one false
/// alarm among them stays at the level they are compared with.
///
/// @see <a href="https://www.jstor.org/stable/4615733">Holm 1979</a>
public final class Holm {
  private Holm() {}

  /// The adjusted p-values, in the order of those given.
  public static List<Double> adjust(List<Double> pValues) {
    List<Integer> order =
        IntStream.range(0, pValues.size())
            .boxed()
            .sorted(Comparator.comparingDouble(pValues::get))
            .toList();
    Double[] adjusted = new Double[pValues.size()];
    double largest = 0;
    for (int rank = 0; rank < order.size(); rank++) {
      int i = order.get(rank);
      largest = Math.max(largest, Math.min(1, (order.size() - rank) * pValues.get(i)));
      adjusted[i] = largest;
    }
    return List.of(adjusted);
  }
}
