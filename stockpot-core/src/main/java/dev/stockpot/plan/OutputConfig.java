package dev.stockpot.plan;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.tokenizer.Companions;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The config.json of a merged model: the donor's, with the number of layers, the dtype and the
/// size of the vocabulary that the output has.
///
/// @param donor the base, or the first model
/// @param output tensors
record OutputConfig(Model donor, List<TensorSpec> output) {
  /// What the output has besides tensors.
  Companions of(
      MergeConfig config, List<Parts.Restacked> restacked, boolean untied, OutputTokens tokens) {
    Map<String, Json> before = donor.companions().config();
    if (before.isEmpty()) {
      return tokens.companions();
    }
    Map<String, Json> members = new LinkedHashMap<>(before);
    for (Parts.Restacked stack : restacked) {
      LayerStack own = LayerStack.of(donor.checkpoint().tensors().keySet()).get(stack.prefix());
      Optional<Map<String, Json>> changed =
          own == null ? Optional.empty() : LayerCounts.changed(members, own, stack.layers());
      changed.ifPresent(members::putAll);
    }
    Set<DType> floats = EnumSet.noneOf(DType.class);
    output.stream().map(TensorSpec::dtype).filter(DType::isFloat).forEach(floats::add);
    Optional<DType> dtype = config.outDType().or(config::dtype);
    if (floats.size() == 1) {
      dtype = Optional.of(floats.iterator().next());
    }
    dtype.ifPresent(it -> replaceDType(members, new Json.Str(DType.TORCH_NAMES.get(it))));
    tokens.rows().ifPresent(rows -> replaceVocabulary(members, rows));
    if (untied) {
      members.put("tie_word_embeddings", new Json.Bool(false));
    }
    return members.equals(before)
        ? tokens.companions()
        : tokens.companions().with(Map.of("config.json", JsonWriter.pretty(new Json.Obj(members))));
  }

  private static void replaceDType(Map<String, Json> members, Json name) {
    boolean found = false;
    for (Map.Entry<String, Json> member : members.entrySet()) {
      if (member.getKey().equals("dtype") || member.getKey().equals("torch_dtype")) {
        member.setValue(name);
        found = true;
      } else if (member.getValue() instanceof Json.Obj(Map<String, Json> inner)
          && (inner.containsKey("dtype") || inner.containsKey("torch_dtype"))) {
        Map<String, Json> changed = new LinkedHashMap<>(inner);
        replaceDType(changed, name);
        member.setValue(new Json.Obj(changed));
      }
    }
    if (!found) {
      members.put("torch_dtype", name);
    }
  }

  private static void replaceVocabulary(Map<String, Json> members, int rows) {
    Json number = new Json.Num(Integer.toString(rows));
    for (Map.Entry<String, Json> member : members.entrySet()) {
      if (member.getKey().equals("vocab_size")) {
        member.setValue(number);
      } else if (member.getValue() instanceof Json.Obj(Map<String, Json> inner)
          && inner.containsKey("vocab_size")) {
        Map<String, Json> changed = new LinkedHashMap<>(inner);
        changed.put("vocab_size", number);
        member.setValue(new Json.Obj(changed));
      }
    }
    members.putIfAbsent("vocab_size", number);
  }
}
