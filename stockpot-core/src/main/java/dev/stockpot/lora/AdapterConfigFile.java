package dev.stockpot.lora;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.internal.io.IoReason;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.text.Excerpt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Reads and writes `adapter_config.json`. What is absent has PEFT's default.
///
/// @param file for messages
/// @param members of the document
record AdapterConfigFile(Path file, Map<String, Json> members) {
  private static final long MOST_BYTES = 16 << 20;
  private static final long DEFAULT_RANK = 8;
  private static final double DEFAULT_ALPHA = 8;

  /// What makes an adapted weight something else than W + s·BA, or adapts what is no weight.
  private static final List<String> REFUSED =
      List.of(
          "use_dora",
          "use_qalora",
          "lora_bias",
          "alora_invocation_tokens",
          "layer_replication",
          "trainable_token_indices",
          "target_parameters",
          "use_bdlora",
          "arrow_config",
          "kasa_config",
          "monteclora_config");

  /// Ways to begin the training that take something out of the base's weights, by what their names
  /// begin with.
  private static final List<String> CHANGES_BASE =
      List.of("pissa", "olora", "corda", "loftq", "lora_ga");

  static AdapterConfig read(Path file) {
    AdapterConfigFile config = new AdapterConfigFile(file, document(file));
    config.checkMethod();
    long rank = config.integer("r").orElse(DEFAULT_RANK);
    config.checkRank("r", rank);
    SequencedMap<String, Integer> ranks = new LinkedHashMap<>();
    config
        .object("rank_pattern")
        .forEach((pattern, value) -> {
          String name = "rank_pattern '" + Excerpt.of(pattern) + "'";
          long other = config.integer(name, value);
          config.checkRank(name, other);
          config.checkPattern(name, pattern);
          ranks.put(pattern, (int) other);
        });
    SequencedMap<String, Double> alphas = new LinkedHashMap<>();
    config
        .object("alpha_pattern")
        .forEach((pattern, value) -> {
          String name = "alpha_pattern '" + Excerpt.of(pattern) + "'";
          config.checkPattern(name, pattern);
          alphas.put(pattern, config.number(name, value));
        });
    return new AdapterConfig(
        (int) rank,
        config
            .find("lora_alpha")
            .map(value -> config.number("lora_alpha", value))
            .orElse(DEFAULT_ALPHA),
        config.flag("use_rslora"),
        config.flag("fan_in_fan_out"),
        ranks,
        alphas,
        config.targets(),
        config.text("base_model_name_or_path").filter(name -> !name.isBlank()));
  }

  static String write(AdapterConfig config) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("peft_type", "LORA");
    document.put("base_model_name_or_path", config.base().orElse(null));
    document.put("r", config.rank());
    document.put("lora_alpha", plain(config.alpha()));
    document.put("rank_pattern", config.rankPattern());
    document.put("alpha_pattern", config.alphaPattern());
    document.put("target_modules", config.targets());
    document.put("use_rslora", config.rsLora());
    document.put("fan_in_fan_out", config.fanInFanOut());
    document.put("bias", "none");
    document.put("lora_dropout", 0.0);
    document.put("inference_mode", true);
    document.put("task_type", null);
    return JsonWriter.pretty(JsonWriter.of(document));
  }

  /// PEFT's own files have whole numbers here.
  private static Number plain(double alpha) {
    return alpha == Math.rint(alpha) && Math.abs(alpha) < 1e9 ? (Number) (long) alpha : alpha;
  }

  private static Map<String, Json> document(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw CheckpointException.of(
            file, "is larger than " + MOST_BYTES + " bytes; is it an adapter's config?");
      }
      return switch (JsonReader.read(Files.readAllBytes(file))) {
        case Json.Obj(Map<String, Json> members) -> members;
        case Json other ->
            throw CheckpointException.of(file, "expected an object, found " + other.kind());
      };
    } catch (JsonException e) {
      throw CheckpointException.at(file, e.offset(), "is not valid JSON: " + e.getMessage());
    } catch (IOException e) {
      throw CheckpointException.of(file, "cannot be read: " + IoReason.of(e));
    }
  }

  private void checkMethod() {
    Optional<String> type = text("peft_type");
    if (!type.equals(Optional.of("LORA"))) {
      throw fault(
          "peft_type is "
              + type.map(name -> "'" + Excerpt.of(name) + "'").orElse("missing")
              + "; only LORA adapters can be applied");
    }
    for (String name : REFUSED) {
      if (members.containsKey(name) && !isOff(members.get(name))) {
        throw fault(
            name
                + " is set, which is more than W + s·BA; merge the adapter with PEFT"
                + " (merge_and_unload) and use the result");
      }
    }
    if (members.get("init_lora_weights") instanceof Json.Str(String init)
        && CHANGES_BASE.stream().anyMatch(init::startsWith)) {
      throw fault(
          "init_lora_weights '"
              + Excerpt.of(init)
              + "' changed the base before the training; save the adapter again with PEFT"
              + " (path_initial_model_for_weight_conversion), or merge it there");
    }
    // Biases that were trained are in the adapter whole, and take the base's place.
    String bias = text("bias").orElse("none");
    if (!List.of("none", "all", "lora_only").contains(bias)) {
      throw fault("bias is '" + Excerpt.of(bias) + "'; expected none, all or lora_only");
    }
  }

  private static boolean isOff(Json value) {
    return switch (value) {
      case Json.Null _ -> true;
      case Json.Bool(boolean on) -> !on;
      case Json.Arr(List<Json> elements) -> elements.isEmpty();
      case Json.Obj(Map<String, Json> entries) -> entries.isEmpty();
      case Json.Str _, Json.Num _ -> false;
    };
  }

  private void checkRank(String name, long rank) {
    if (rank < 1 || rank > Integer.MAX_VALUE) {
      throw fault(name + " is " + rank + "; a rank is at least 1");
    }
  }

  private void checkPattern(String name, String pattern) {
    try {
      ModulePattern.matches(pattern, "");
    } catch (IllegalArgumentException e) {
      throw fault(name + " is no pattern of module names: " + e.getMessage());
    }
  }

  /// A list, or one pattern.
  private List<String> targets() {
    return find("target_modules")
        .map(value ->
            switch (value) {
              case Json.Str(String pattern) -> List.of(pattern);
              case Json.Arr(List<Json> names) ->
                  names.stream().map(name -> string("target_modules", name)).toList();
              default -> throw expected("target_modules", "a list of names", value);
            })
        .orElse(List.of());
  }

  private Optional<Json> find(String name) {
    return Optional.ofNullable(members.get(name)).filter(value -> value != Json.Null.NULL);
  }

  private Optional<String> text(String name) {
    return find(name).map(value -> string(name, value));
  }

  private String string(String name, Json value) {
    if (value instanceof Json.Str(String text)) {
      return text;
    }
    throw expected(name, "a string", value);
  }

  private boolean flag(String name) {
    return find(name)
        .map(value -> {
          if (value instanceof Json.Bool(boolean on)) {
            return on;
          }
          throw expected(name, "true or false", value);
        })
        .orElse(false);
  }

  private Map<String, Json> object(String name) {
    return find(name)
        .map(value -> {
          if (value instanceof Json.Obj(Map<String, Json> entries)) {
            return entries;
          }
          throw expected(name, "an object", value);
        })
        .orElse(Map.of());
  }

  private Optional<Long> integer(String name) {
    return find(name).map(value -> integer(name, value));
  }

  private long integer(String name, Json value) {
    if (value instanceof Json.Num number) {
      try {
        return number.asLong();
      } catch (ArithmeticException e) {
        throw fault(name + " is " + Excerpt.of(number.text()) + "; expected a whole number");
      }
    }
    throw expected(name, "a whole number", value);
  }

  private double number(String name, Json value) {
    if (!(value instanceof Json.Num number)) {
      throw expected(name, "a number", value);
    }
    double real = number.asDouble();
    if (!Double.isFinite(real)) {
      throw fault(name + " is " + Excerpt.of(number.text()) + "; expected a finite number");
    }
    return real;
  }

  private CheckpointException expected(String name, String what, Json found) {
    return fault(name + ": expected " + what + ", found " + found.kind());
  }

  private CheckpointException fault(String what) {
    return CheckpointException.of(file, what);
  }
}
