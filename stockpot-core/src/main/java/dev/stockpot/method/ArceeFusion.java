package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Precision;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// Arcee fusion: takes over only the entries of an ingredient that matter most.
///
///     importance = abs(w − b) · KL(softmax(w) ‖ softmax(b))         softmax over the last dimension
///     b + (w − b)      where importance ≥ median + 1.5·(Q₃ − Q₁)
///     b                elsewhere
///
/// The quantile q of n values is the one at ⌊q(n − 1)⌋ when they are sorted; all of them are ranked
/// (mergekit ranks a sample above 10⁶ elements).
///
/// @see <a href="https://github.com/arcee-ai/mergekit/blob/main/docs/merge_methods.md">mergekit's
///   documentation</a>
public record ArceeFusion() implements MergeMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "arcee_fusion", 1, 1, Base.REQUIRED, Statistics.NONE, List.of(), _ -> new ArceeFusion());

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public int passes() {
    return 3;
  }

  @Override
  public long unit(Layer layer) {
    return Math.max(1, layer.row());
  }

  @Override
  public long bytes(Layer layer) {
    return Selection.bytes(layer, 1, 3);
  }

  @Override
  public Stage begin(Layer layer) {
    Importance importance = new Importance(unit(layer));
    long n = layer.elements();
    List<Long> ranks = List.of(rank(0.25, n), rank(0.5, n), rank(0.75, n));
    return Selection.statistics(
        layer, importance, List.of(ranks), cuts -> mixing(layer, importance, cuts.get(0)));
  }

  /// How many values are at or above the quantile.
  private static long rank(double quantile, long n) {
    return n - (long) (quantile * (n - 1));
  }

  private static Stage mixing(Layer layer, Importance importance, List<Cut> cuts) {
    double lower = value(layer, cuts.get(0));
    double median = value(layer, cuts.get(1));
    double upper = value(layer, cuts.get(2));
    return new Mixture(importance, median + 1.5 * (upper - lower));
  }

  private static double value(Layer layer, Cut cut) {
    return layer.precision() == Precision.FLOAT32
        ? Float.intBitsToFloat((int) cut.key())
        : Double.longBitsToDouble(cut.key());
  }

  /// How much each entry matters: never negative.
  private record Importance(long unit) implements Ranked {
    @Override
    public int rankings() {
      return 1;
    }

    @Override
    public Tile values(Stretch stretch, int j) {
      Tile importance = stretch.scratch(0);
      Tile base = stretch.input(0);
      Tile tuned = stretch.input(1);
      int row = Math.toIntExact(unit);
      for (int at = 0; at < stretch.length(); at += row) {
        double divergence = divergence(tuned, base, at, row);
        for (int i = at; i < at + row; i++) {
          importance.put(i, Math.abs(tuned.at(i) - base.at(i)) * divergence);
        }
      }
      return importance;
    }

    /// The Kullback-Leibler divergence of two rows' softmax.
    private static double divergence(Tile p, Tile q, int at, int row) {
      double logSumP = logSum(p, at, row);
      double logSumQ = logSum(q, at, row);
      double sum = 0;
      for (int i = at; i < at + row; i++) {
        double logP = p.at(i) - logSumP;
        sum += StrictMath.exp(logP) * (logP - (q.at(i) - logSumQ));
      }
      return Math.max(0, sum);
    }

    private static double logSum(Tile x, int at, int row) {
      double largest = x.at(at);
      for (int i = at; i < at + row; i++) {
        largest = Math.max(largest, x.at(i));
      }
      double sum = 0;
      for (int i = at; i < at + row; i++) {
        sum += StrictMath.exp(x.at(i) - largest);
      }
      return largest + StrictMath.log(sum);
    }
  }

  private record Mixture(Importance importance, double threshold) implements Stage.Mixing {
    @Override
    public long unit() {
      return importance.unit();
    }

    @Override
    public void mix(Stretch stretch, Tile out) {
      Tile scores = importance.values(stretch, 0);
      out.difference(stretch.input(1), stretch.input(0));
      for (int i = 0; i < out.length(); i++) {
        if (scores.at(i) < threshold) {
          out.erase(i);
        }
      }
      out.add(stretch.input(0));
    }
  }
}
