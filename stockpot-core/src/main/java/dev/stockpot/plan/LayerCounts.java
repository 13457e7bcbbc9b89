package dev.stockpot.plan;

import dev.stockpot.internal.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a config.json says about the number of layers.
final class LayerCounts {
  /// Names that configurations have for it, the usual ones first.
  private static final List<String> MAIN =
      List.of("num_hidden_layers", "n_layer", "n_layers", "num_layers");

  private static final List<String> ENCODER = List.of("encoder_layers", "num_encoder_layers");
  private static final List<String> DECODER = List.of("decoder_layers", "num_decoder_layers");

  private LayerCounts() {}

  /// The number of layers of a model's main stack.
  static Optional<Integer> main(Model model) {
    Map<String, Json> config = model.companions().config();
    return find(config, MAIN).or(() -> language(config).flatMap(it -> find(it, MAIN)));
  }

  /// What contradicts the tensors, in words.
  static Optional<String> contradiction(Model model, LayerStack stack) {
    Map<String, Json> config = model.companions().config();
    List<Integer> said = new ArrayList<>();
    for (String key : keys(stack.prefix())) {
      count(config.get(key)).ifPresent(said::add);
      config
          .values()
          .forEach(part -> {
            if (part instanceof Json.Obj(Map<String, Json> members)) {
              count(members.get(key)).ifPresent(said::add);
            }
          });
    }
    return said.isEmpty() || said.contains(stack.layers())
        ? Optional.empty()
        : Optional.of(
            model.checkpoint().path()
                + " has "
                + stack
                + ", and its config.json says "
                + said.getFirst()
                + "; mend one of them");
  }

  /// A config.json with other layers: their number, and lists that say something of each.
  ///
  /// @param stack of the model whose config.json it is
  /// @param layers that the new ones are from
  /// @return absent if it does not say the number
  static Optional<Map<String, Json>> changed(
      Map<String, Json> config, LayerStack stack, List<Integer> layers) {
    Map<String, Json> changed = new LinkedHashMap<>(config);
    boolean found = change(changed, stack, layers);
    for (Map.Entry<String, Json> part : changed.entrySet()) {
      if (part.getValue() instanceof Json.Obj(Map<String, Json> members)) {
        Map<String, Json> inner = new LinkedHashMap<>(members);
        if (change(inner, stack, layers)) {
          part.setValue(new Json.Obj(inner));
          found = true;
        }
      }
    }
    return found ? Optional.of(changed) : Optional.empty();
  }

  private static boolean change(Map<String, Json> members, LayerStack stack, List<Integer> layers) {
    List<String> keys = keys(stack.prefix());
    // An encoder's or decoder's own key goes before that of the model.
    boolean own = keys.stream().anyMatch(key -> !MAIN.contains(key) && members.containsKey(key));
    boolean found = false;
    for (String key : keys) {
      if (own == !MAIN.contains(key)
          && count(members.get(key)).equals(Optional.of(stack.layers()))) {
        members.put(key, new Json.Num(Integer.toString(layers.size())));
        found = true;
      }
    }
    if (found) {
      // Such as layer_types of models with sliding attention in some layers.
      for (Map.Entry<String, Json> member : members.entrySet()) {
        if (member.getKey().contains("layer")
            && member.getValue() instanceof Json.Arr(List<Json> elements)
            && elements.size() == stack.layers()) {
          List<Json> picked =
              layers.stream()
                  .map(layer -> elements.get(Math.min(layer, elements.size() - 1)))
                  .toList();
          member.setValue(new Json.Arr(picked));
        }
      }
    }
    return found;
  }

  private static List<String> keys(String stack) {
    List<String> keys = new ArrayList<>();
    if (stack.contains("encoder")) {
      keys.addAll(ENCODER);
    }
    if (stack.contains("decoder")) {
      keys.addAll(DECODER);
    }
    keys.addAll(MAIN);
    return keys;
  }

  private static Optional<Map<String, Json>> language(Map<String, Json> config) {
    for (String key : List.of("text_config", "llm_config", "language_config")) {
      if (config.get(key) instanceof Json.Obj(Map<String, Json> members)) {
        return Optional.of(members);
      }
    }
    return Optional.empty();
  }

  private static Optional<Integer> find(Map<String, Json> config, List<String> keys) {
    return keys.stream().flatMap(key -> count(config.get(key)).stream()).findFirst();
  }

  private static Optional<Integer> count(Json value) {
    return value instanceof Json.Num(String text) && text.matches("[0-9]{1,5}")
        ? Optional.of(Integer.parseInt(text))
        : Optional.empty();
  }
}
