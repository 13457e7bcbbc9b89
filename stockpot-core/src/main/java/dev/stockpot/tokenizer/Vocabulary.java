package dev.stockpot.tokenizer;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.internal.json.Json;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// The tokens of a model with their rows in its embeddings, read from `tokenizer.json`, else from
/// `vocab.json` and `added_tokens.json`.
///
/// @param ids by token, in the file's order
/// @param added what the tokenizer says of tokens that were added to its model, by token
public record Vocabulary(SequencedMap<String, Integer> ids, SequencedMap<String, Json> added) {
  private static final int MAX_ID = 1 << 24;

  public Vocabulary {
    ids = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(ids));
    added = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(added));
  }

  /// Reads it from a model's files; absent if it has none that tell.
  ///
  /// @throws CheckpointException if a file is not what it should be
  public static Optional<Vocabulary> of(Companions model) {
    Path folder = model.folder().orElse(Path.of(""));
    Optional<Map<String, Json>> tokenizer = model.json("tokenizer.json");
    if (tokenizer.isPresent()) {
      return Optional.of(ofTokenizer(folder.resolve("tokenizer.json"), tokenizer.get()));
    }
    SequencedMap<String, Integer> ids = new LinkedHashMap<>();
    Optional<Map<String, Json>> words = model.json("vocab.json");
    if (words.isEmpty()) {
      return Optional.empty();
    }
    words.get().forEach((token, id) -> ids.put(token, id(folder.resolve("vocab.json"), id)));
    SequencedMap<String, Json> added = new LinkedHashMap<>();
    model
        .json("added_tokens.json")
        .orElse(Map.of())
        .forEach((token, id) -> {
          ids.put(token, id(folder.resolve("added_tokens.json"), id));
          added.put(token, AddedToken.of(token, id(folder.resolve("added_tokens.json"), id)));
        });
    return Optional.of(new Vocabulary(ids, added));
  }

  /// Number of rows that the ids need.
  public int rows() {
    return ids.values().stream().mapToInt(id -> id + 1).max().orElse(0);
  }

  private static Vocabulary ofTokenizer(Path path, Map<String, Json> tokenizer) {
    SequencedMap<String, Integer> ids = new LinkedHashMap<>();
    Json words =
        tokenizer.get("model") instanceof Json.Obj(Map<String, Json> model)
            ? model.get("vocab")
            : null;
    switch (words) {
      case Json.Obj(Map<String, Json> byToken) ->
          byToken.forEach((token, id) -> ids.put(token, id(path, id)));
      case Json.Arr(List<Json> pieces) -> {
        // Unigram models list pieces with their scores; the place is the id.
        for (Json piece : pieces) {
          if (!(piece instanceof Json.Arr(List<Json> pair))
              || pair.isEmpty()
              || !(pair.getFirst() instanceof Json.Str(String token))) {
            throw CheckpointException.of(path, "model.vocab holds something that is no piece");
          }
          ids.putIfAbsent(token, ids.size());
        }
      }
      case null, default -> throw CheckpointException.of(path, "has no vocabulary (model.vocab)");
    }
    SequencedMap<String, Json> added = new LinkedHashMap<>();
    if (tokenizer.get("added_tokens") instanceof Json.Arr(List<Json> tokens)) {
      for (Json token : tokens) {
        if (!(token instanceof Json.Obj(Map<String, Json> members))
            || !(members.get("content") instanceof Json.Str(String content))) {
          throw CheckpointException.of(path, "added_tokens holds something that is no token");
        }
        ids.put(content, id(path, members.get("id")));
        added.put(content, token);
      }
    }
    return new Vocabulary(ids, added);
  }

  private static int id(Path path, Json value) {
    if (value instanceof Json.Num(String text) && text.matches("[0-9]{1,8}")) {
      int id = Integer.parseInt(text);
      if (id < MAX_ID) {
        return id;
      }
    }
    throw CheckpointException.of(path, "a token's id is not a whole number below 2^24");
  }
}
