package dev.stockpot.tokenizer;

import dev.stockpot.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a `tokenizer.json` says of a token beside its model's vocabulary.
final class AddedToken {
  private AddedToken() {}

  /// A plain token.
  static Json of(String token, int id) {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("id", new Json.Num(Integer.toString(id)));
    members.put("content", new Json.Str(token));
    for (String flag : new String[] {"single_word", "lstrip", "rstrip"}) {
      members.put(flag, new Json.Bool(false));
    }
    members.put("normalized", new Json.Bool(true));
    members.put("special", new Json.Bool(false));
    return new Json.Obj(members);
  }

  /// The same token with another id.
  static Json withId(Json token, int id) {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("id", new Json.Num(Integer.toString(id)));
    if (token instanceof Json.Obj(Map<String, Json> before)) {
      before.forEach((name, value) -> members.putIfAbsent(name, value));
    }
    return new Json.Obj(members);
  }

  /// The same as `tokenizer_config.json` has it: without the id, which is its key there.
  static Json withoutId(Json token) {
    Map<String, Json> members = new LinkedHashMap<>();
    if (token instanceof Json.Obj(Map<String, Json> before)) {
      members.putAll(before);
    }
    members.remove("id");
    return new Json.Obj(members);
  }
}
