package dev.stockpot.tokenizers;

import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.TokenPadding;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds out what rows are filled up with: `padding` in `tokenizer.json`, else the padding token
/// and side in the `tokenizer_config.json` beside it, else zeros on the right.
final class PaddingSettings {
  private PaddingSettings() {}

  /// @param json content of the `tokenizer.json`
  /// @throws EvaluationException if it is not JSON
  static TokenPadding read(Path file, byte[] json) {
    Map<String, Json> tokenizer = members(file, json);
    if (tokenizer.get("padding") instanceof Json.Obj(Map<String, Json> padding)) {
      return new TokenPadding(
          number(padding, "pad_id"),
          number(padding, "pad_type_id"),
          text(padding, "direction").equals("Left"));
    }
    Path config = file.resolveSibling("tokenizer_config.json");
    if (!Files.isRegularFile(config)) {
      return TokenPadding.ZEROS;
    }
    Map<String, Json> settings;
    try {
      settings = members(config, Files.readAllBytes(config));
    } catch (IOException e) {
      throw new EvaluationException(config + ": cannot be read: " + e.getMessage(), e);
    }
    long id = token(settings).map(token -> id(tokenizer, token)).orElse(0L);
    return new TokenPadding(id, 0, text(settings, "padding_side").equals("left"));
  }

  private static Map<String, Json> members(Path file, byte[] json) {
    try {
      if (JsonReader.read(json) instanceof Json.Obj(Map<String, Json> members)) {
        return members;
      }
      throw new EvaluationException(file + ": is not a JSON object; copy it again");
    } catch (JsonException e) {
      throw new EvaluationException(file + ": is not JSON: " + e.getMessage(), e);
    }
  }

  /// The padding token: text, or an object that describes it.
  private static Optional<String> token(Map<String, Json> settings) {
    return switch (settings.get("pad_token")) {
      case Json.Str(String token) -> Optional.of(token);
      case Json.Obj(Map<String, Json> token) -> Optional.of(text(token, "content"));
      case null -> Optional.empty();
      case Json.Arr _, Json.Num _, Json.Bool _, Json.Null _ -> Optional.empty();
    };
  }

  private static long id(Map<String, Json> tokenizer, String token) {
    if (tokenizer.get("added_tokens") instanceof Json.Arr(List<Json> added)) {
      for (Json each : added) {
        if (each instanceof Json.Obj(Map<String, Json> members)
            && text(members, "content").equals(token)) {
          return number(members, "id");
        }
      }
    }
    return tokenizer.get("model") instanceof Json.Obj(Map<String, Json> model)
            && model.get("vocab") instanceof Json.Obj(Map<String, Json> vocabulary)
        ? number(vocabulary, token)
        : 0;
  }

  private static long number(Map<String, Json> members, String key) {
    return members.get(key) instanceof Json.Num number ? number.asLong() : 0;
  }

  private static String text(Map<String, Json> members, String key) {
    return members.get(key) instanceof Json.Str(String text) ? text : "";
  }
}
