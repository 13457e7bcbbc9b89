package dev.stockpot.cli.config;

import dev.stockpot.method.MethodDefinition;
import dev.stockpot.method.Methods;
import dev.stockpot.method.Parameter;
import dev.stockpot.method.Parameter.Scope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Where the keys of a merge config belong, for messages about those that stand elsewhere.
final class MergeKeys {
  /// Keys of a merge.
  static final List<String> TOP =
      List.of(
          "name",
          "merge_method",
          "models",
          "slices",
          "modules",
          "base_model",
          "parameters",
          "dtype",
          "out_dtype",
          "tokenizer_source",
          "tokenizer",
          "chat_template");

  /// Our own extension, beside the methods' parameters.
  static final String LINES = "lines";

  /// Parameters that configs often have where they do nothing.
  static final Set<String> WITHOUT_EFFECT = Set.of("int8_mask", "rescale");

  private static final String UNDER_A_PARAMETER =
      "goes under a parameter, as weight: [{filter: mlp, value: 0.5}, {value: 0.2}]";

  private static final Map<String, String> OTHERS =
      Map.of(
          "layer_range",
          "goes with a model under the sources of slices",
          "sources",
          "goes under slices",
          "filter",
          UNDER_A_PARAMETER,
          "value",
          UNDER_A_PARAMETER);

  private MergeKeys() {}

  /// The parameters of a method; of all methods if it is not known.
  static Stream<Parameter> parameters(Optional<MethodDefinition> method) {
    return method.map(List::of).orElse(Methods.ALL).stream()
        .flatMap(it -> it.parameters().stream());
  }

  /// Where a key belongs, to come after its name in a message; absent if it belongs nowhere.
  static Optional<String> place(String key) {
    if (TOP.contains(key)) {
      return Optional.of("goes to the top of the merge, beside merge_method");
    }
    if (OTHERS.containsKey(key)) {
      return Optional.of(OTHERS.get(key));
    }
    if (key.equals(LINES) || WITHOUT_EFFECT.contains(key)) {
      return Optional.of(ofTheMerge());
    }
    return parameters(Optional.empty())
        .filter(parameter -> parameter.name().equals(key))
        .findFirst()
        .map(parameter ->
            parameter.scope() == Scope.GLOBAL
                ? ofTheMerge()
                : "is a parameter of a model: put it under parameters: (the model's own, or the"
                    + " merge's for all models)");
  }

  private static String ofTheMerge() {
    return "is a parameter of the merge: put it under the merge's parameters:";
  }
}
