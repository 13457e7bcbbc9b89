package dev.stockpot.cli.config;

import dev.stockpot.cli.config.YamlValue.Scalar;
import dev.stockpot.internal.json.JsonWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Writes the `soup.yml` that cooks what a sweep gave: the sweep's own words on data and metric,
/// with paths relative to where it is written.
///
/// @param folder that the sweep's paths are relative to
/// @param sweep the file
public record SoupText(Path folder, YamlMapping sweep) {
  /// Keys whose values are paths.
  private static final Set<String> PATHS =
      Set.of(
          "x",
          "y",
          "images",
          "manifest",
          "table",
          "tokenizer",
          "onnx",
          "torchscript",
          "network",
          "bind",
          "class-vectors",
          "metric-path");

  /// The text.
  ///
  /// @param target the folder that it is written to
  /// @param ingredients names of folders and files in it
  /// @param network a file in the target that describes the network, if Stockpot builds it
  /// @return nothing if the sweep names no evaluator and no network, or nothing to choose on
  public Optional<String> write(Path target, List<String> ingredients, Optional<String> network) {
    Optional<YamlMapping> data = sweep.find("data").map(YamlValue::mapping);
    Optional<Object> evaluator =
        sweep
            .find("evaluator")
            .map(value -> value(value, "evaluator", target))
            .or(() -> network.map(file -> Map.of("network", file)))
            .or(() ->
                sweep
                    .find("model")
                    .flatMap(model -> model.mapping().find("torchscript"))
                    .map(file -> Map.of("torchscript", relative(file.text(), target))));
    if (evaluator.isEmpty() || data.isEmpty() || data.get().find("select").isEmpty()) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder("# stockpot cook soup.yml -o cooked\n");
    sweep.find("base").ifPresent(base -> line(text, "base", relative(base.text(), target)));
    line(text, "ingredients", ingredients);
    line(text, "evaluator", evaluator.get());
    sweep.find("input").ifPresent(input -> line(text, "input", value(input, "input", target)));
    text.append("data:\n");
    data.get()
        .entries()
        .forEach((name, set) -> {
          if (name.equals("report")) {
            text.append("  report:\n");
            set.mapping()
                .entries()
                .forEach((report, value) ->
                    line(text.append("    "), quoted(report), value(value, report, target)));
          } else {
            line(text.append("  "), name, value(set, name, target));
          }
        });
    TaskFile.KEYS.forEach(
        key -> sweep.find(key).ifPresent(value -> line(text, key, value(value, key, target))));
    return Optional.of(text.toString());
  }

  /// A mapping as JSON.
  ///
  /// @param without keys that are left out
  static String json(YamlMapping mapping, List<String> without) {
    Map<String, Object> members = new LinkedHashMap<>();
    mapping
        .entries()
        .forEach((key, value) -> {
          if (!without.contains(key)) {
            members.put(key, plain(value));
          }
        });
    return JsonWriter.write(JsonWriter.of(members));
  }

  private static void line(StringBuilder text, String key, Object value) {
    text.append(key).append(": ").append(JsonWriter.write(JsonWriter.of(value))).append('\n');
  }

  private static String quoted(String name) {
    return JsonWriter.write(JsonWriter.of(name));
  }

  private Object value(YamlValue value, String key, Path target) {
    return switch (value) {
      case YamlMapping mapping -> {
        Map<String, Object> members = new LinkedHashMap<>();
        mapping
            .entries()
            .forEach((name, member) ->
                // Inputs of a network by name.
                members.put(name, value(member, key.equals("x") ? key : name, target)));
        yield members;
      }
      case YamlValue.Sequence(_, List<YamlValue> elements) ->
          elements.stream().map(each -> value(each, key, target)).toList();
      case Scalar(_, Scalar.Type type, String written) when type == Scalar.Type.TEXT ->
          isPath(key, written) ? relative(written, target) : written;
      case Scalar _ -> plain(value);
    };
  }

  /// Words of a command, and files with names of classes, are paths where there is such a file.
  private boolean isPath(String key, String written) {
    return PATHS.contains(key)
        || (Set.of("command", "data", "classes").contains(key)
            && Files.exists(folder.resolve(written)));
  }

  private String relative(String written, Path target) {
    Path from = folder.resolve(written).toAbsolutePath().normalize();
    return target.toAbsolutePath().normalize().relativize(from).toString().replace('\\', '/');
  }

  private static Object plain(YamlValue value) {
    return switch (value) {
      case YamlMapping mapping -> {
        Map<String, Object> members = new LinkedHashMap<>();
        mapping.entries().forEach((name, member) -> members.put(name, plain(member)));
        yield members;
      }
      case YamlValue.Sequence(_, List<YamlValue> elements) ->
          elements.stream().map(SoupText::plain).toList();
      case Scalar(_, Scalar.Type type, String written) ->
          switch (type) {
            case TEXT -> written;
            case BOOLEAN -> Boolean.valueOf(written);
            case NUMBER -> number(value.number());
            case NULL -> "";
          };
    };
  }

  private static Object number(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? (Object) (long) number
        : (Object) number;
  }
}
