package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.DoubleAccumulator;
import java.util.concurrent.atomic.LongAdder;

/// Model Stock: pulls the mean of the fine-tuned weights towards the pre-trained anchor.
///
/// For `K` fine-tuned tensors at pairwise angle `θ` around the anchor `w₀`,
///
///     t = K·cos θ / (1 + (K − 1)·cos θ)        w = t · mean(wₖ) + (1 − t) · w₀
///
/// Where task vectors point away from each other (cos θ ≤ 0) `t` is 0, and the report says so.
/// Where one of them is 0 the angle is not defined, and `t` is 1.
///
/// @param ingredients number of fine-tuned tensors `K`, at least 2
/// @param angle what `cos θ` is for more than one pair
/// @param filterWise whether every run along the last dimension has its own `t`
/// @see <a href="https://arxiv.org/abs/2403.19522">Jang, Yun and Han 2024</a>
public record ModelStock(int ingredients, Angle angle, boolean filterWise) implements MergeMethod {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "model_stock",
          2,
          MethodDefinition.ANY,
          Base.REQUIRED,
          Statistics.NONE,
          List.of(
              Parameter.flag("filter_wise", false),
              Parameter.word("angle", "mean-cosine", "mean-angle", "direct")),
          p -> new ModelStock(p.ingredients(), Angle.of(p.word("angle")), p.flag("filter_wise")));

  /// What `cos θ` is for more than one pair of task vectors.
  public enum Angle {
    /// The mean of the pairwise cosines, as in mergekit.
    MEAN_COSINE,
    /// The cosine of the mean of the pairwise angles, as the authors have it.
    MEAN_ANGLE,
    /// The mean of the pairwise products over the mean of the squared norms: then `t = mean⟨dᵢ, dⱼ⟩
    /// / ‖mean d‖²`, which is the best one whatever the norms and angles are.
    DIRECT;

    /// The angle of that name, such as `mean-cosine`.
    public static Angle of(String word) {
      return valueOf(word.replace('-', '_').toUpperCase(Locale.ROOT));
    }
  }

  public ModelStock {
    if (ingredients < 2) {
      throw new IllegalArgumentException(
          "model_stock needs two ingredients beside the base; here is " + ingredients);
    }
  }

  /// Interpolation ratio of one layer.
  ///
  /// @param cosine of the angle between task vectors, in `[-1, 1]`
  /// @return the ratio `t`: 1 when all agree, 0 when they are orthogonal or point apart
  static double ratio(double cosine, int ingredients) {
    return cosine <= 0 ? 0 : Math.min(1, ingredients * cosine / (1 + (ingredients - 1) * cosine));
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public int passes() {
    return filterWise ? 0 : 1;
  }

  @Override
  public long unit(Layer layer) {
    return filterWise ? Math.max(1, layer.row()) : 1;
  }

  @Override
  public Stage begin(Layer layer) {
    DEFINITION.checkInputs(layer, ingredients + 1);
    Vectors deltas = Vectors.deltas(ingredients);
    return filterWise ? new Rows(deltas, unit(layer)) : new Gram.Pass(deltas, Whole::new);
  }

  /// What is known of the angle between task vectors.
  ///
  /// @param cosine NaN where it is not defined
  private record Pull(double cosine, double t) {}

  private Pull pull(Gram deltas) {
    double cosine = cosine(deltas);
    return new Pull(cosine, Double.isNaN(cosine) ? 1 : ratio(cosine, ingredients));
  }

  private double cosine(Gram deltas) {
    double squares = 0;
    double products = 0;
    double cosines = 0;
    double angles = 0;
    for (int i = 0; i < ingredients; i++) {
      if (deltas.dot(i, i) == 0) {
        return Double.NaN;
      }
      squares += deltas.dot(i, i);
      for (int j = i + 1; j < ingredients; j++) {
        products += deltas.dot(i, j);
        cosines += deltas.cosine(i, j);
        angles += Math.acos(deltas.cosine(i, j));
      }
    }
    double pairs = ingredients * (ingredients - 1) / 2.0;
    return switch (angle) {
      case MEAN_COSINE -> cosines / pairs;
      case MEAN_ANGLE -> Math.cos(angles / pairs);
      case DIRECT -> (products / pairs) / (squares / ingredients);
    };
  }

  private void mix(double t, Stretch stretch, Tile out, int from, int n) {
    out.product(t / ingredients, stretch.input(1), from, n);
    for (int k = 2; k <= ingredients; k++) {
      out.addProduct(t / ingredients, stretch.input(k), from, n);
    }
    out.addProduct(1 - t, stretch.input(0), from, n);
  }

  /// Mixing with one `t`.
  private final class Whole implements Stage.Mixing {
    private final Pull pull;
    private final Map<String, Double> figures = new LinkedHashMap<>();

    Whole(Gram deltas) {
      pull = pull(deltas);
      figures.put("t", pull.t());
      if (!Double.isNaN(pull.cosine())) {
        figures.put("cosine", pull.cosine());
      }
      for (int i = 0; i < ingredients; i++) {
        figures.put("norm_" + (i + 1), deltas.norm(i));
      }
    }

    @Override
    public void mix(Stretch stretch, Tile out) {
      ModelStock.this.mix(pull.t(), stretch, out, 0, stretch.length());
    }

    @Override
    public List<String> notes() {
      return pull.t() > 0
          ? List.of()
          : List.of(
              String.format(
                  Locale.ROOT,
                  "the task vectors do not point the same way (cosine %.4f), so t is 0 and the base"
                      + " is kept",
                  pull.cosine()));
    }

    @Override
    public Map<String, Double> figures() {
      return figures;
    }
  }

  /// Mixing with a `t` for every run along the last dimension. What it counts does not depend on
  /// the order in which threads come by.
  private final class Rows implements Stage.Mixing {
    /// A `t` in whole parts of this is summed up exactly.
    private static final double PARTS = 0x1p30;

    private final Vectors deltas;
    private final long row;
    private final LongAdder rows = new LongAdder();
    private final LongAdder kept = new LongAdder();
    private final LongAdder parts = new LongAdder();
    private final DoubleAccumulator least = new DoubleAccumulator(Math::min, 1);
    private final DoubleAccumulator most = new DoubleAccumulator(Math::max, 0);

    Rows(Vectors deltas, long row) {
      this.deltas = deltas;
      this.row = row;
    }

    @Override
    public long unit() {
      return row;
    }

    @Override
    public void mix(Stretch stretch, Tile out) {
      int n = (int) row;
      Tile[] tiles = deltas.of(stretch);
      for (int from = 0; from < stretch.length(); from += n) {
        Gram gram = deltas.gram(stretch, tiles, from, n);
        gram.check();
        double t = pull(gram).t();
        ModelStock.this.mix(t, stretch, out, from, n);
        rows.increment();
        kept.add(t == 0 ? 1 : 0);
        parts.add(Math.round(t * PARTS));
        least.accumulate(t);
        most.accumulate(t);
      }
    }

    @Override
    public List<String> notes() {
      List<String> notes = new ArrayList<>();
      if (kept.sum() > 0) {
        notes.add(
            ("in %d of %d rows the task vectors do not point the same way, so t is 0 and the base"
                    + " is kept")
                .formatted(kept.sum(), rows.sum()));
      }
      return notes;
    }

    @Override
    public Map<String, Double> figures() {
      Map<String, Double> figures = new LinkedHashMap<>();
      if (rows.sum() > 0) {
        figures.put("t", parts.sum() / PARTS / rows.sum());
        figures.put("t_least", least.get());
        figures.put("t_most", most.get());
        figures.put("rows", (double) rows.sum());
        figures.put("rows_at_base", (double) kept.sum());
      }
      return figures;
    }
  }
}
