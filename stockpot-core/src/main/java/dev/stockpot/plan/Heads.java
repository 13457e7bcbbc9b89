package dev.stockpot.plan;

import dev.stockpot.internal.json.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.regex.Pattern;

/// Tensors that some models store and others do not: heads that are tied to the embeddings, and
/// buffers that are made anew when a model is loaded.
final class Heads {
  private static final Pattern HEAD = Pattern.compile("(.*\\.)?lm_head\\.weight");
  private static final Pattern INPUT =
      Pattern.compile(".*\\b(embed_tokens|wte|word_embeddings|embed_in|tok_embeddings)\\.weight");
  private static final Pattern BUFFER =
      Pattern.compile(
          ".*(rotary_emb\\.inv_freq|attn\\.masked_bias|attention\\.masked_bias|position_ids)");
  private static final Pattern MASK = Pattern.compile(".*(attn|attention)\\.bias");

  private final List<String> notes;
  private boolean untied;

  Heads(List<String> notes) {
    this.notes = notes;
  }

  /// Whether the output has a head of its own although its model's config ties it.
  boolean untied() {
    return untied;
  }

  /// Makes the inputs of a part agree where that is safe.
  void settle(Part part) {
    SequencedSet<String> names = new LinkedHashSet<>();
    part.inputs().forEach(input -> names.addAll(input.names().keySet()));
    for (String name : names) {
      List<Part.Input> without =
          part.inputs().stream().filter(input -> !input.names().containsKey(name)).toList();
      if (without.isEmpty()) {
        continue;
      }
      if (isBuffer(part, name)) {
        leaveOut(part, name, "the models make it when they are loaded, and not all store it");
      } else if (HEAD.matcher(name).matches()) {
        settleHead(part, name, without);
      }
    }
  }

  private void settleHead(Part part, String name, List<Part.Input> without) {
    if (part.inputs().stream().allMatch(Heads::ties)) {
      leaveOut(part, name, "all models tie it to the embeddings, and not all store it");
    } else if (without.stream().allMatch(input -> embedding(input).isPresent())) {
      for (Part.Input input : without) {
        input.names().put(name, embedding(input).orElseThrow());
        notes.add(
            input.model().checkpoint().path()
                + " has no "
                + name
                + ": its embeddings, to which it is tied, stand in");
      }
      untied = true;
    }
  }

  private void leaveOut(Part part, String name, String why) {
    part.inputs().forEach(input -> input.names().remove(name));
    notes.add(name + " is left out: " + why);
  }

  /// In Hugging Face's configurations it is tied unless they say otherwise.
  private static boolean ties(Part.Input input) {
    Map<String, Json> config = input.model().companions().config();
    return !config.isEmpty()
        && !(config.get("tie_word_embeddings") instanceof Json.Bool(boolean tied) && !tied);
  }

  private static Optional<String> embedding(Part.Input input) {
    return input.model().checkpoint().tensors().keySet().stream()
        .filter(tensor -> INPUT.matcher(tensor).matches())
        .findFirst()
        .filter(_ -> ties(input));
  }

  private static boolean isBuffer(Part part, String name) {
    return BUFFER.matcher(name).matches()
        || (MASK.matcher(name).matches()
            && part.inputs().stream()
                .filter(input -> input.names().containsKey(name))
                .map(input -> input.model().checkpoint().tensors().get(input.names().get(name)))
                .allMatch(spec -> spec.shape().size() == 4));
  }
}
