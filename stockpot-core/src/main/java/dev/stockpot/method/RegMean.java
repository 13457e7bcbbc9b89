package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Source;
import dev.stockpot.merge.SourceReader;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import dev.stockpot.merge.UndefinedResultException;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// RegMean: the linear layer whose outputs are nearest to those of every model on that model's own
/// inputs `Xᵢ`. With a weight stored as `[out, in]` and the Gram matrices `Gᵢ = XᵢᵀXᵢ`, whose
/// elements off the diagonal are multiplied by 0.9,
///
///     W = (Σ WᵢGᵢ)(Σ Gᵢ)⁻¹ = W₁ + (Σ (Wᵢ − W₁)Gᵢ)(Σ Gᵢ)⁻¹
///
/// The second form is computed, in float64: the sum of the matrices is kept in memory (half of it,
/// 4·in² bytes) and factored once; then rows of the weights go through in groups, and every group
/// reads the matrices of all models but the first. Inputs that no model has ever seen (zero on all
/// diagonals) leave the mean of the weights; tensors without matrices are averaged as well.
///
/// @param ingredients number of models; their Gram matrices are the inputs after them
/// @see <a href="https://arxiv.org/abs/2212.09849">Jin et al. 2023</a>
public record RegMean(int ingredients) implements MergeMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "regmean",
          2,
          MethodDefinition.ANY,
          Base.MEMBER,
          Statistics.GRAM,
          List.of(),
          p -> new RegMean(p.ingredients()));

  private static final double OFF_DIAGONAL = 0.9;

  /// Rows that share one reading of the matrices.
  private static final int GROUP = 64;

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public int streamed(int inputs) {
    return Math.min(inputs, ingredients);
  }

  @Override
  public long unit(Layer layer) {
    if (layer.aside().isEmpty()) {
      return 1;
    }
    long row = Math.max(1, layer.row());
    return row * Math.clamp(layer.elements() / row, 1, GROUP);
  }

  @Override
  public long bytes(Layer layer) {
    return layer.aside().isEmpty() ? 0 : Cholesky.bytes(layer.row());
  }

  @Override
  public Stage begin(Layer layer) {
    DEFINITION.checkInputs(layer, ingredients);
    if (layer.aside().isEmpty()) {
      return Linear.mean(ingredients);
    }
    if (layer.aside().size() != ingredients) {
      throw new IllegalArgumentException(
          layer.aside().size() + " Gram matrices for " + ingredients + " ingredients");
    }
    return new Summing(layer.aside(), Math.toIntExact(layer.row()), unit(layer));
  }

  /// Sums up the matrices and factors them, as soon as it is this tensor's turn: its own inputs are
  /// only touched.
  private record Summing(List<Source> grams, int n, long unit) implements Stage.Pass<Object> {
    @Override
    public Object start() {
      return this;
    }

    @Override
    public Sampling sampling() {
      return new Sampling(Long.MAX_VALUE, true);
    }

    @Override
    public void visit(Stretch stretch, Object part) {}

    @Override
    public void add(Object total, Object part) {}

    @Override
    public Stage next(Object total) {
      Cholesky sum = new Cholesky(n);
      double[] row = new double[n];
      for (Source gram : grams) {
        SourceReader reader = new SourceReader(gram);
        for (int i = 0; i < n; i++) {
          reader.read((long) i * n, i + 1, row);
          double[] target = sum.row(i);
          for (int j = 0; j < i; j++) {
            target[j] += OFF_DIAGONAL * row[j];
          }
          target[i] += row[i];
        }
      }
      boolean[] unseen = new boolean[n];
      for (int i = 0; i < n; i++) {
        unseen[i] = sum.row(i)[i] == 0;
        sum.row(i)[i] = unseen[i] ? 1 : sum.row(i)[i];
      }
      if (!sum.factor()) {
        throw new UndefinedResultException(
            "the sum of its Gram matrices is not positive definite; each must be XᵀX of the layer's"
                + " inputs, without NaN, in F32 or F64");
      }
      return new Solving(grams, unit, sum, unseen);
    }
  }

  /// Solves for groups of rows.
  private static final class Solving implements Stage.Mixing {
    private final List<Source> grams;
    private final long unit;
    private final Cholesky sum;
    private final boolean[] unseen;

    Solving(List<Source> grams, long unit, Cholesky sum, boolean... unseen) {
      this.grams = grams;
      this.unit = unit;
      this.sum = sum;
      this.unseen = unseen;
    }

    @Override
    public long unit() {
      return unit;
    }

    @Override
    public void mix(Stretch stretch, Tile out) {
      int n = unseen.length;
      double[][] right = new double[stretch.length() / n][n];
      double[][] deltas = new double[right.length][n];
      double[] gram = new double[n];
      for (int k = 1; k < grams.size(); k++) {
        SourceReader reader = new SourceReader(grams.get(k));
        subtract(stretch, k, deltas);
        for (int j = 0; j < n; j++) {
          reader.read((long) j * n, n, gram);
          double diagonal = (1 - OFF_DIAGONAL) * gram[j];
          for (int r = 0; r < right.length; r++) {
            right[r][j] +=
                unseen[j]
                    ? deltas[r][j] / grams.size()
                    : OFF_DIAGONAL * Cholesky.dot(gram, deltas[r], n) + diagonal * deltas[r][j];
          }
        }
      }
      for (int r = 0; r < right.length; r++) {
        sum.solve(right[r]);
        for (int j = 0; j < n; j++) {
          out.put(r * n + j, stretch.input(0).at(r * n + j) + right[r][j]);
        }
      }
      showNotFinite(stretch, out);
    }

    /// Differences to the first model; 0 where they are not finite.
    private void subtract(Stretch stretch, int k, double[][] deltas) {
      int n = unseen.length;
      for (int i = 0; i < stretch.length(); i++) {
        double delta = stretch.input(k).at(i) - stretch.input(0).at(i);
        deltas[i / n][i % n] = Double.isFinite(delta) ? delta : 0;
      }
    }

    /// What is not finite stays in its element.
    private void showNotFinite(Stretch stretch, Tile out) {
      for (int i = 0; i < stretch.length(); i++) {
        double sum = 0;
        for (int k = 0; k < grams.size(); k++) {
          sum += stretch.input(k).at(i);
        }
        if (!Double.isFinite(sum)) {
          out.put(i, sum);
        }
      }
    }
  }
}
