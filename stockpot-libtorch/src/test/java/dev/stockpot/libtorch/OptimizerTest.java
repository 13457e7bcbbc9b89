package dev.stockpot.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.train.Hyperparameters;
import dev.stockpot.train.Value;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/// Three steps with gradients 1, −2, 0.5 and learning rates 0.1, 0.05, 0.1 on a weight of 0.7, as
/// torch.optim of PyTorch 2.13 does them.
class OptimizerTest {
  private static final float[] GRADIENTS = {1, -2, 0.5f};
  private static final double[] RATES = {0.1, 0.05, 0.1};

  private static float weight(Map<String, Value> hyperparameters) {
    Libtorch.load();
    try (PointerScope _ = new PointerScope();
        Optimizer optimizer = Optimizer.of(new Hyperparameters(hyperparameters), 1)) {
      Tensor weight = torch.tensor(0.7f).view(1);
      for (int step = 1; step <= 3; step++) {
        optimizer.step(weight, torch.tensor(GRADIENTS[step - 1]).view(1), RATES[step - 1], step);
      }
      return weight.item_float();
    }
  }

  @Test
  void adamWIsPyTorchs() {
    assertThat(weight(Map.of("weight-decay", new Value.Real(0.1))))
        .isCloseTo(0.61592597f, within(1e-6f));
  }

  @Test
  void sgdIsPyTorchs() {
    assertThat(
            weight(
                Map.of(
                    "optimizer",
                    new Value.Word("sgd"),
                    "momentum",
                    new Value.Real(0.9),
                    "weight-decay",
                    new Value.Real(0.1))))
        .isCloseTo(0.6734591f, within(1e-6f));
  }
}
