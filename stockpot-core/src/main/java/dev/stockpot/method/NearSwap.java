package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// Moves every weight of the base towards the other model's by at most `t`:
///
///     α·w + (1 − α)·b        α = t / max(|b − w|, 1e-6), held within [0, 1]
///
/// @param t finite
/// @see <a href="https://huggingface.co/alchemonaut/QuartetAnemoi-70B-t0.0001">alchemonaut 2024</a>
public record NearSwap(double t) implements MergeMethod, Stage.Mixing {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "nearswap",
          1,
          1,
          Base.REQUIRED,
          Statistics.NONE,
          List.of(Parameter.required("t")),
          p -> new NearSwap(p.number("t")));

  private static final double LEAST_DIFFERENCE = 1e-6;

  public NearSwap {
    if (!Double.isFinite(t)) {
      throw new IllegalArgumentException("t " + t + " is not a finite number");
    }
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public Stage begin(Layer layer) {
    DEFINITION.checkInputs(layer, 2);
    return this;
  }

  @Override
  public void mix(Stretch stretch, Tile out) {
    Tile base = stretch.input(0);
    Tile other = stretch.input(1);
    out.nearness(t, LEAST_DIFFERENCE, other, base);
    out.blend(other, base);
  }
}
