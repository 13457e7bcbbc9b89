package dev.stockpot.method;

import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeMethod;
import java.util.List;
import java.util.function.Function;

/// What can be said of a merge method before there are tensors.
///
/// @param name as in configs, such as `ties`
/// @param fewest fewest ingredients, without the base
/// @param most most ingredients, without the base
/// @param base what the base is to this method
/// @param statistics what checkpoint each ingredient must bring beside its weights
/// @param parameters in the order of its documentation
/// @param create makes the method for one tensor, from that tensor's values
public record MethodDefinition(
    String name,
    int fewest,
    int most,
    Base base,
    Statistics statistics,
    List<Parameter> parameters,
    Function<Parameters, MergeMethod> create) {

  /// No upper bound.
  static final int ANY = Integer.MAX_VALUE;

  /// What the base is.
  public enum Base {
    /// It makes no difference: a base is an ingredient like the others.
    MEMBER,
    /// If there is one, task vectors are merged and added to it; it is the first input.
    OPTIONAL,
    /// There must be one; it is the first input, and no ingredient.
    REQUIRED,
    /// The method has two inputs: the base first, and the one ingredient that is not the base.
    ONE_OF_TWO
  }

  /// What a method wants to know of each ingredient beside its weights. These tensors are inputs,
  /// too: after all ingredients, in the same order.
  public enum Statistics {
    NONE,
    /// A checkpoint of the same names and shapes: the diagonal of the Fisher matrix (`fisher:`).
    FISHER,
    /// A checkpoint with a Gram matrix `[in, in]` for every linear layer's `[out, in]` weight,
    /// under the weight's name (`gram:`). Tensors without one are averaged.
    GRAM
  }

  public MethodDefinition {
    parameters = List.copyOf(parameters);
  }

  /// @throws IllegalArgumentException if a tensor does not have so many inputs
  void checkInputs(Layer layer, int expected) {
    if (layer.inputs() != expected) {
      throw new IllegalArgumentException(
          name + " takes " + expected + " inputs; here are " + layer.inputs());
    }
  }
}
