package dev.stockpot.cli.config;

import dev.stockpot.eval.ClassGroups;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.SetSpec.Manifest;
import dev.stockpot.eval.SetSpec.Padding;
import dev.stockpot.eval.SetSpec.Source;
import dev.stockpot.eval.SetSpec.Target;
import dev.stockpot.eval.StoredArrays;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// Reads the sets of an `eval.yml`.
///
/// @param folder that relative paths are relative to
/// @param evaluator which sources it understands depends on it
/// @param skipBad whether files that cannot be read are left out
record SetFile(Path folder, EvaluatorSpec evaluator, boolean skipBad) {
  private static final List<String> ROLES = List.of("id", "shift");
  private static final List<String> PADDINGS = List.of("batch", "max-length");
  private static final int MAX_TOKENS = 1 << 20;

  /// The set that recipes choose on.
  SetSpec select(YamlValue set) {
    return new SetSpec("select", Role.SELECT, source(set, List.of()), classes(set), 1);
  }

  /// The set that is trained on.
  SetSpec train(YamlValue set) {
    return new SetSpec("train", Role.ID, source(set, List.of()), Optional.empty(), 1);
  }

  /// A set for reporting.
  ///
  /// @param key where its name stands
  SetSpec report(Location key, String name, YamlValue set) {
    if (name.equals("select")) {
      throw key.error(
          "'select' is the set that recipes choose on; a report set needs another name");
    }
    if (name.isBlank()) {
      throw key.error("a report set has an empty name");
    }
    Source source = source(set, List.of("role", "weight"));
    Role byName = name.startsWith("shift-") ? Role.SHIFT : Role.ID;
    Role role =
        set instanceof YamlMapping map
            ? map.find("role")
                .map(value -> value.oneOf("role", ROLES).equals("id") ? Role.ID : Role.SHIFT)
                .orElse(byName)
            : byName;
    double weight =
        set instanceof YamlMapping map ? map.find("weight").map(SetFile::weight).orElse(1.0) : 1;
    return new SetSpec(name, role, source, classes(set), weight);
  }

  private static double weight(YamlValue value) {
    double weight = value.number();
    if (weight <= 0) {
      throw value.error("'" + value.at().name() + "' must be more than 0");
    }
    return weight;
  }

  private Optional<ClassGroups> classes(YamlValue set) {
    return set instanceof YamlMapping map ? ClassesFile.read(folder, map) : Optional.empty();
  }

  /// @param more keys that may be there
  private Source source(YamlValue set, List<String> more) {
    return switch (evaluator) {
      case EvaluatorSpec.Network _ ->
          files(set.mapping(), Stream.concat(more.stream(), ClassesFile.KEYS.stream()).toList());
      case EvaluatorSpec.Command _ ->
          set instanceof YamlMapping map
              ? new Source.Text(only(map, more, "data").require("data").text())
              : new Source.Text(set.text());
    };
  }

  private Source files(YamlMapping set, List<String> more) {
    if (set.find("images").isPresent()) {
      return images(only(set, more, "images", "manifest", "path", "label", "classes"));
    } else if (set.find("table").isPresent() && set.find("text").isPresent()) {
      return sentences(
          only(
              set,
              more,
              "table",
              "text",
              "label",
              "target",
              "classes",
              "tokenizer",
              "max-length",
              "padding"));
    } else if (set.find("table").isPresent()) {
      return columns(only(set, more, "table", "features", "label", "target", "classes"));
    }
    return arrays(only(set, more, "x", "y"));
  }

  private static YamlMapping only(YamlMapping set, List<String> more, String... keys) {
    List<String> known = new ArrayList<>(List.of(keys));
    known.addAll(more);
    return set.only(known);
  }

  private Source arrays(YamlMapping set) {
    if (!(set.require("x") instanceof YamlMapping x)) {
      return new Source.Arrays(array(set.require("x")), array(set.require("y")));
    }
    SequencedMap<String, Path> inputs = new LinkedHashMap<>();
    x.entries().forEach((input, value) -> inputs.put(input, array(value)));
    if (inputs.isEmpty()) {
      throw x.error("'x' names no inputs");
    }
    // Tokens may be their own targets.
    return new Source.Arrays(inputs, set.find("y").map(this::array));
  }

  private Source images(YamlMapping set) {
    Path images = set.require("images").path(folder);
    if (!Files.isDirectory(images)) {
      throw set.require("images").error("no such folder: " + images);
    }
    Optional<Manifest> manifest =
        set.find("manifest")
            .map(table ->
                new Manifest(
                    file(table),
                    set.find("path").map(YamlValue::text).orElse("path"),
                    set.find("label").map(YamlValue::text).orElse("label")));
    for (String key : List.of("path", "label")) {
      if (set.find(key).isPresent() && manifest.isEmpty()) {
        throw set.keys().get(key).error("'" + key + "' goes with 'manifest' only");
      }
    }
    return new Source.Images(images, manifest, classNames(set), skipBad);
  }

  private Source columns(YamlMapping set) {
    List<String> features = set.require("features").list(YamlValue::text);
    Target target =
        target(set)
            .orElseThrow(() ->
                set.error(
                    "'"
                        + set.at().name()
                        + "' needs a label (a column of classes) or a target (a"
                        + " column of numbers)"));
    return new Source.Columns(file(set.require("table")), features, target);
  }

  private Source sentences(YamlMapping set) {
    YamlValue text = set.require("text");
    List<String> columns =
        text instanceof YamlValue.Sequence ? text.list(YamlValue::text) : List.of(text.text());
    if (columns.size() > 2) {
      throw text.error("'text' is a column, or two for pairs");
    }
    OptionalInt maxLength = set.find("max-length").stream().mapToInt(SetFile::tokens).findFirst();
    Padding padding =
        set.find("padding")
            .map(value ->
                value.oneOf("padding", PADDINGS).equals("batch")
                    ? Padding.BATCH
                    : Padding.MAX_LENGTH)
            .orElse(Padding.BATCH);
    if (padding == Padding.MAX_LENGTH && maxLength.isEmpty()) {
      throw set.keys().get("padding").error("'padding: max-length' needs 'max-length'");
    }
    return new Source.Sentences(
        file(set.require("table")),
        columns,
        target(set).orElse(new Target.NextToken()),
        new SetSpec.Tokenization(file(set.require("tokenizer")), maxLength, padding));
  }

  private Optional<Target> target(YamlMapping set) {
    if (set.find("label").isPresent() && set.find("target").isPresent()) {
      throw set.keys()
          .get("target")
          .error("'label' is a column of classes, 'target' one of numbers; keep one of them");
    }
    if (set.find("classes").isPresent() && set.find("label").isEmpty()) {
      throw set.keys().get("classes").error("'classes' goes with 'label' only");
    }
    return set.find("label")
        .<Target>map(column -> new Target.Label(column.text(), classNames(set)))
        .or(() -> set.find("target").map(column -> new Target.Value(column.text())));
  }

  /// A list of names, or a file with a name per line.
  private List<String> classNames(YamlMapping set) {
    return set.find("classes")
        .map(value -> {
          if (value instanceof YamlValue.Sequence) {
            return value.list(YamlValue::text);
          }
          Path file = file(value);
          try {
            return Files.readAllLines(file).stream().filter(line -> !line.isBlank()).toList();
          } catch (IOException e) {
            throw value.error(file + " cannot be read as text in UTF-8: " + e.getMessage());
          }
        })
        .orElse(List.of());
  }

  private static int tokens(YamlValue value) {
    double tokens = value.number();
    if (tokens != Math.rint(tokens) || tokens < 1 || tokens > MAX_TOKENS) {
      throw value.error(
          "'%s' is a number of tokens, from 1 to %d".formatted(value.at().name(), MAX_TOKENS));
    }
    return (int) tokens;
  }

  private Path array(YamlValue value) {
    Path path = value.path(folder);
    checkFile(value, StoredArrays.file(path));
    return path;
  }

  private Path file(YamlValue value) {
    return checkFile(value, value.path(folder));
  }

  private static Path checkFile(YamlValue value, Path path) {
    if (!Files.isRegularFile(path)) {
      throw value.error("no such file: " + path);
    }
    return path;
  }
}
