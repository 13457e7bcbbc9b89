package dev.stockpot.libtorch;

import dev.stockpot.train.Hyperparameter;
import dev.stockpot.train.Hyperparameters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Updates flat weights by flat gradients, in the order of operations of PyTorch's own optimizers.
sealed interface Optimizer extends AutoCloseable {

  /// Of a run's hyperparameters.
  ///
  /// @param elements that are trained
  static Optimizer of(Hyperparameters hyperparameters, long elements) {
    double decay = hyperparameters.real(Hyperparameter.WEIGHT_DECAY);
    return hyperparameters.word(Hyperparameter.OPTIMIZER).equals("sgd")
        ? new Sgd(hyperparameters.real(Hyperparameter.MOMENTUM), decay, zeros(elements))
        : new AdamW(
            hyperparameters.real(Hyperparameter.BETA1),
            hyperparameters.real(Hyperparameter.BETA2),
            hyperparameters.real(Hyperparameter.EPSILON),
            decay,
            zeros(elements),
            zeros(elements));
  }

  /// One step.
  ///
  /// @param weights changed in place
  /// @param step from 1, since moments were zero
  void step(Tensor weights, Tensor gradients, double lr, long step);

  /// What a resumed run needs.
  SequencedMap<String, Tensor> moments();

  @Override
  default void close() {
    moments().values().forEach(Tensor::close);
  }

  /// Stochastic gradient descent with momentum.
  ///
  ///     g ← g + λ·w        v ← μ·v + g        w ← w − lr·v
  record Sgd(double momentum, double decay, Tensor velocity) implements Optimizer {
    @Override
    public void step(Tensor weights, Tensor gradients, double lr, long step) {
      Tensor v = velocity.narrow(0, 0, weights.numel());
      if (decay != 0) {
        gradients.add_(weights, new Scalar(decay));
      }
      v.mul_(new Scalar(momentum)).add_(gradients);
      weights.add_(v, new Scalar(-lr));
    }

    @Override
    public SequencedMap<String, Tensor> moments() {
      return new LinkedHashMap<>(Map.of("velocity", velocity));
    }
  }

  /// AdamW.
  ///
  ///     w ← w·(1 − lr·λ)        m ← m + (1 − β₁)(g − m)        v ← β₂·v + (1 − β₂)·g²
  ///     w ← w − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
  ///
  /// @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019</a>
  record AdamW(
      double beta1, double beta2, double epsilon, double decay, Tensor first, Tensor second)
      implements Optimizer {
    @Override
    public void step(Tensor weights, Tensor gradients, double lr, long step) {
      long n = weights.numel();
      Tensor m = first.narrow(0, 0, n);
      Tensor v = second.narrow(0, 0, n);
      if (decay != 0) {
        weights.mul_(new Scalar(1 - lr * decay));
      }
      m.lerp_(gradients, new Scalar(1 - beta1));
      v.mul_(new Scalar(beta2)).addcmul_(gradients, gradients, new Scalar(1 - beta2));
      double correction = Math.sqrt(1 - StrictMath.pow(beta2, (double) step));
      Tensor denominator = v.sqrt().div_(new Scalar(correction)).add_(new Scalar(epsilon));
      weights.addcdiv_(
          m, denominator, new Scalar(-lr / (1 - StrictMath.pow(beta1, (double) step))));
    }

    @Override
    public SequencedMap<String, Tensor> moments() {
      SequencedMap<String, Tensor> moments = new LinkedHashMap<>();
      moments.put("first", first);
      moments.put("second", second);
      return moments;
    }
  }

  private static Tensor zeros(long elements) {
    try (PointerScope _ = new PointerScope()) {
      return torch.zeros(elements).<Tensor>retainReference();
    }
  }
}
