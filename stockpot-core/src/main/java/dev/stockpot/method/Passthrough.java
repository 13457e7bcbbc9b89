package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import java.util.List;

/// One model's weights, times a factor: for models put together from layers of others.
///
/// @param scale finite
public record Passthrough(double scale) implements MergeMethod, Stage.Mixing {
  static final MethodDefinition DEFINITION =
      new MethodDefinition(
          "passthrough",
          1,
          1,
          Base.MEMBER,
          Statistics.NONE,
          List.of(Parameter.each("scale", 1)),
          p -> new Passthrough(p.numbers("scale").getFirst()));

  public Passthrough {
    if (!Double.isFinite(scale)) {
      throw new IllegalArgumentException("scale " + scale + " is not a finite number");
    }
  }

  @Override
  public String name() {
    return DEFINITION.name();
  }

  @Override
  public Stage begin(Layer layer) {
    DEFINITION.checkInputs(layer, 1);
    return this;
  }

  @Override
  public void mix(Stretch stretch, Tile out) {
    out.product(scale, stretch.input(0));
  }
}
