package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import java.util.List;
import java.util.Optional;

/// What is done for one tensor of the output.
public sealed interface Step {

  /// The tensor that this step makes.
  TensorSpec output();

  /// What it is made from: at least one.
  List<Source> inputs();

  /// The inputs go through the method and are rounded once.
  ///
  /// @param inputs float tensors; all that are streamed have the output's shape
  /// @param method with this tensor's parameters
  /// @param precision that it computes in
  /// @param rounding a dtype that every input is rounded to first, if it is not narrower anyway
  /// @param seed the user's, for random methods
  record Mix(
      TensorSpec output,
      List<Source> inputs,
      MergeMethod method,
      Precision precision,
      Optional<DType> rounding,
      long seed)
      implements Step {
    public Mix {
      inputs = List.copyOf(inputs);
    }

    /// A step in the precision that its inputs ask for.
    public Mix(
        TensorSpec output,
        List<Source> inputs,
        MergeMethod method,
        Optional<DType> rounding,
        long seed) {
      this(output, inputs, method, precisionOf(inputs), rounding, seed);
    }

    /// A step without rounding beforehand or randomness.
    public Mix(TensorSpec output, List<Source> inputs, MergeMethod method) {
      this(output, inputs, method, Optional.empty(), 0);
    }

    /// This tensor as the method sees it.
    public Layer layer() {
      int streamed = method.streamed(inputs.size());
      List<Source> aside = inputs.subList(streamed, inputs.size());
      return new Layer(output, streamed, aside, precision, seed);
    }

    /// The inputs that go through the stages.
    List<Source> streamed() {
      return inputs.subList(0, method.streamed(inputs.size()));
    }

    private static Precision precisionOf(List<Source> inputs) {
      return Precision.of(inputs.stream().map(input -> input.spec().dtype()).toList());
    }
  }

  /// The first input's bytes. The others are compared, and a difference is reported.
  record Copy(TensorSpec output, List<Source> inputs) implements Step {
    public Copy {
      inputs = List.copyOf(inputs);
    }
  }
}
