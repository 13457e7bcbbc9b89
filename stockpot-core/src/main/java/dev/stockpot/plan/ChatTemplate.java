package dev.stockpot.plan;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.text.Nearest;
import dev.stockpot.recipe.Place;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.tokenizer.Companions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How the output's tokenizer writes a conversation: a Jinja template.
public final class ChatTemplate {
  /// Templates that have names.
  static final List<String> NAMES = List.of("alpaca", "chatml", "llama3", "mistral", "exaone");

  private static final String AUTO = "auto";
  private static final String FILE = "chat_template.jinja";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String KEY = "chat_template";

  private ChatTemplate() {}

  /// What is wrong with what a config says, if anything.
  public static Optional<String> fault(String wanted) {
    return wanted.equals(AUTO) || NAMES.contains(wanted) || wanted.indexOf('{') >= 0
        ? Optional.empty()
        : Optional.of(
            "chat_template '"
                + wanted
                + "' is neither auto, nor one of "
                + String.join(", ", NAMES)
                + ", nor a Jinja template"
                + Nearest.to(wanted, NAMES).map(it -> "; did you mean '" + it + "'?").orElse(""));
  }

  /// The tokenizer's files with a template.
  ///
  /// @param wanted `auto`, a name, or a template
  /// @param models to choose from with `auto`
  /// @throws RecipeException for a name that is not known
  static Map<String, String> files(
      Place at, String wanted, Companions tokenizer, List<Companions> models, List<String> notes) {
    Optional<String> template = text(at, wanted, models);
    Map<String, String> files = new LinkedHashMap<>();
    if (template.isEmpty()) {
      notes.add("chat_template: no model has one");
      return files;
    }
    Optional<Map<String, Json>> config = tokenizer.json(CONFIG);
    config.ifPresent(before -> {
      Map<String, Json> members = new LinkedHashMap<>(before);
      members.put(KEY, new Json.Str(template.get()));
      files.put(CONFIG, JsonWriter.pretty(new Json.Obj(members)));
    });
    if (config.isEmpty() || tokenizer.text(FILE).isPresent()) {
      files.put(FILE, template.get());
    }
    return files;
  }

  private static Optional<String> text(Place at, String wanted, List<Companions> models) {
    if (wanted.equals(AUTO)) {
      return mostCommon(models);
    }
    if (NAMES.contains(wanted)) {
      return Optional.of(named(wanted));
    }
    fault(wanted)
        .ifPresent(fault -> {
          throw at.error(fault);
        });
    return Optional.of(wanted);
  }

  /// Of templates that equally many models have, the first model's.
  private static Optional<String> mostCommon(List<Companions> models) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    models.forEach(model -> of(model).ifPresent(it -> counts.merge(it.strip(), 1, Integer::sum)));
    int most = counts.values().stream().mapToInt(it -> it).max().orElse(0);
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() == most)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static Optional<String> of(Companions model) {
    Optional<String> file = model.text(FILE);
    if (file.isPresent()) {
      return file;
    }
    return switch (model.json(CONFIG).orElse(Map.of()).get(KEY)) {
      case Json.Str(String text) -> Optional.of(text);
      case Json.Arr(List<Json> several) ->
          several.stream()
              .filter(Json.Obj.class::isInstance)
              .map(each -> ((Json.Obj) each).members())
              .filter(each -> new Json.Str("default").equals(each.get("name")))
              .flatMap(each ->
                  each.get("template") instanceof Json.Str(String text)
                      ? java.util.stream.Stream.of(text)
                      : java.util.stream.Stream.empty())
              .findFirst();
      case null, default -> Optional.empty();
    };
  }

  private static String named(String name) {
    try (InputStream in = ChatTemplate.class.getResourceAsStream("chat/" + name + ".jinja")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
