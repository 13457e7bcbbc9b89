package dev.stockpot.lora;

import dev.stockpot.internal.linear.Matrix;
import dev.stockpot.lora.Binding.Update;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// B and A of the modules that are being read, ready to be multiplied; the two used last are kept.
///
/// Safe for use by several threads.
final class Factors {
  private static final int KEPT = 2;

  private final Adapter adapter;
  private final Map<String, Update> updates;
  private final SequencedMap<String, Product> kept = new LinkedHashMap<>();

  /// @param updates by the base's tensor
  Factors(Adapter adapter, Map<String, Update> updates) {
    this.adapter = adapter;
    this.updates = Map.copyOf(updates);
  }

  /// Whether a tensor is adapted.
  boolean has(String tensor) {
    return updates.containsKey(tensor);
  }

  /// Adds the update to a stretch of a tensor, if it is adapted.
  ///
  /// @param weights `n` elements, in C order from element `from` on
  void addTo(String tensor, double[] weights, long from, int n) {
    if (has(tensor)) {
      product(tensor).addTo(weights, from, n);
    }
  }

  private synchronized Product product(String tensor) {
    Product product = kept.remove(tensor);
    if (product == null) {
      product = load(updates.get(tensor));
    }
    kept.putLast(tensor, product);
    if (kept.size() > KEPT) {
      kept.pollFirstEntry();
    }
    return product;
  }

  private Product load(Update update) {
    LowRank lowRank = update.lowRank();
    Matrix b = adapter.matrix(lowRank.b());
    Matrix a = adapter.matrix(lowRank.a());
    return update.transposed()
        ? new Product(a.transposed(), b.transposed(), lowRank.scale())
        : new Product(b, a, lowRank.scale());
  }

  /// `scale · (left · right)`.
  private record Product(Matrix left, Matrix right, double scale) {

    void addTo(double[] weights, long from, int n) {
      int columns = right.columns();
      double[] sums = new double[Math.min(n, columns)];
      for (int at = 0; at < n; ) {
        int row = Math.toIntExact((from + at) / columns);
        int column = (int) ((from + at) % columns);
        int count = Math.min(n - at, columns - column);
        Arrays.fill(sums, 0, count, 0);
        for (int k = 0; k < right.rows(); k++) {
          Matrix.add(left.at(row, k), right.values(), k * columns + column, sums, 0, count);
        }
        Matrix.add(scale, sums, 0, weights, at, count);
        at += count;
      }
    }
  }
}
