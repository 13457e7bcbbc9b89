package dev.stockpot.tokenizer;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Changes to a tokenizer's files: tokens added after its own, or taken away.
final class TokenizerFiles {
  private TokenizerFiles() {}

  /// The files that change, by name.
  ///
  /// @param added tokens that are new, with their ids in them
  /// @param removed added tokens that go
  static Map<String, String> changed(
      Companions tokenizer, SequencedMap<String, Json> added, Set<String> removed) {
    Map<String, String> files = new LinkedHashMap<>();
    if (added.isEmpty() && removed.isEmpty()) {
      return files;
    }
    Optional<Map<String, Json>> main = tokenizer.json("tokenizer.json");
    main.ifPresent(members -> files.put("tokenizer.json", tokens(members, added, removed)));
    Optional<Map<String, Json>> map = tokenizer.json("added_tokens.json");
    if (map.isPresent() || main.isEmpty()) {
      files.put("added_tokens.json", ids(map.orElse(Map.of()), added, removed));
    }
    tokenizer
        .json("tokenizer_config.json")
        .filter(config -> config.get("added_tokens_decoder") instanceof Json.Obj)
        .ifPresent(config -> files.put("tokenizer_config.json", decoder(config, added, removed)));
    return files;
  }

  private static String tokens(
      Map<String, Json> tokenizer, SequencedMap<String, Json> added, Set<String> removed) {
    List<Json> tokens = new ArrayList<>();
    if (tokenizer.get("added_tokens") instanceof Json.Arr(List<Json> before)) {
      for (Json token : before) {
        if (!(token instanceof Json.Obj(Map<String, Json> members)
            && members.get("content") instanceof Json.Str(String content)
            && removed.contains(content))) {
          tokens.add(token);
        }
      }
    }
    tokens.addAll(added.values());
    return with(tokenizer, "added_tokens", new Json.Arr(tokens));
  }

  private static String ids(
      Map<String, Json> before, SequencedMap<String, Json> added, Set<String> removed) {
    Map<String, Json> ids = new LinkedHashMap<>(before);
    ids.keySet().removeAll(removed);
    added.forEach((token, json) -> ids.put(token, id(json)));
    return JsonWriter.pretty(new Json.Obj(ids));
  }

  private static String decoder(
      Map<String, Json> config, SequencedMap<String, Json> added, Set<String> removed) {
    Map<String, Json> decoder = new LinkedHashMap<>();
    if (config.get("added_tokens_decoder") instanceof Json.Obj(Map<String, Json> before)) {
      before.forEach((id, token) -> {
        if (!(token instanceof Json.Obj(Map<String, Json> members)
            && members.get("content") instanceof Json.Str(String content)
            && removed.contains(content))) {
          decoder.put(id, token);
        }
      });
    }
    added
        .values()
        .forEach(token -> decoder.put(((Json.Num) id(token)).text(), AddedToken.withoutId(token)));
    return with(config, "added_tokens_decoder", new Json.Obj(decoder));
  }

  private static Json id(Json token) {
    return ((Json.Obj) token).members().get("id");
  }

  private static String with(Map<String, Json> members, String name, Json value) {
    Map<String, Json> changed = new LinkedHashMap<>(members);
    changed.put(name, value);
    return JsonWriter.pretty(new Json.Obj(changed));
  }
}
