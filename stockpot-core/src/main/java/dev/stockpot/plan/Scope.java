package dev.stockpot.plan;

import dev.stockpot.recipe.MergeConfig.Range;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Which tensors of a model go into a part of the output, and under what names.
sealed interface Scope {

  /// The output's name of a model's tensor; absent if the part does not have it.
  Optional<String> output(String input);

  /// The model's name of an output's tensor.
  String input(String output);

  /// Tensors under their own names.
  ///
  /// @param belongs whether a tensor is of this part of the model
  record Whole(Predicate<String> belongs) implements Scope {
    @Override
    public Optional<String> output(String input) {
      return Optional.of(input).filter(belongs);
    }

    @Override
    public String input(String output) {
      return output;
    }
  }

  /// Some layers under new numbers, and what comes before and after all layers.
  ///
  /// @param stack prefix of the layers
  /// @param range of the model's layers
  /// @param first number of the first layer in the output
  /// @param before whether tensors before the layers are in this part
  /// @param after whether tensors after the layers are in this part
  record Layers(
      String stack,
      Range range,
      int first,
      boolean before,
      boolean after,
      Predicate<String> belongs)
      implements Scope {
    /// Tokens and positions. The heads of some models are called embeddings, too.
    private static final Pattern BEFORE = Pattern.compile("embed(?!_out)|wte|wpe");

    @Override
    public Optional<String> output(String input) {
      if (!belongs.test(input)) {
        return Optional.empty();
      }
      Optional<LayerName> layer = layer(input);
      if (layer.isEmpty()) {
        return Optional.of(input).filter(_ -> BEFORE.matcher(input).find() ? before : after);
      }
      return layer
          .filter(it -> it.index() >= range.from() && it.index() < range.to())
          .map(it -> it.in(it.index() - range.from() + first));
    }

    @Override
    public String input(String output) {
      return layer(output).map(it -> it.in(it.index() - first + range.from())).orElse(output);
    }

    private Optional<LayerName> layer(String tensor) {
      return LayerName.of(tensor).filter(it -> it.prefix().equals(stack));
    }
  }
}
