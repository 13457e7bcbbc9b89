package dev.stockpot.cli.config;

import dev.stockpot.internal.text.Nearest;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// A value in a YAML file; reading it as what it should be is checked, and mistakes are told with
/// their line.
sealed interface YamlValue permits YamlMapping, YamlValue.Scalar, YamlValue.Sequence {

  /// Where it stands.
  Location at();

  /// What it is, in words for messages.
  String kind();

  /// Text, a number, true, false or nothing.
  ///
  /// @param written in the file, without quotes
  record Scalar(Location at, Type type, String written) implements YamlValue {
    enum Type {
      TEXT,
      NUMBER,
      BOOLEAN,
      NULL
    }

    @Override
    public String kind() {
      return switch (type) {
        case TEXT -> "text";
        case NUMBER -> "a number";
        case BOOLEAN -> "true or false";
        case NULL -> "empty";
      };
    }
  }

  /// A list.
  record Sequence(Location at, List<YamlValue> elements) implements YamlValue {
    public Sequence {
      elements = List.copyOf(elements);
    }

    @Override
    public String kind() {
      return "a list";
    }
  }

  /// A mistake here.
  default RecipeException error(String what) {
    return at().error(what);
  }

  /// As text that is not blank.
  default String text() {
    if (this instanceof Scalar(_, Scalar.Type type, String written)) {
      if (type == Scalar.Type.TEXT && !written.isBlank()) {
        return written;
      }
      if (type == Scalar.Type.NUMBER || type == Scalar.Type.BOOLEAN) {
        throw wrong("text; put it in quotes");
      }
      throw error("'" + at().name() + "' is empty");
    }
    throw wrong("text");
  }

  /// As a path, relative to a folder.
  default Path path(Path folder) {
    try {
      return folder.resolve(text());
    } catch (InvalidPathException e) {
      throw error("'" + at().name() + "' is not a path: " + e.getReason());
    }
  }

  /// As a finite number.
  default double number() {
    if (!(this instanceof Scalar(_, Scalar.Type type, String written))
        || type != Scalar.Type.NUMBER) {
      throw wrong("a number");
    }
    try {
      double number = Double.parseDouble(written);
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // .inf and .nan: told below
    }
    throw error("'" + at().name() + "' is " + written + ", which is not a finite number");
  }

  /// As true or false.
  default boolean flag() {
    if (this instanceof Scalar(_, Scalar.Type type, String written)
        && type == Scalar.Type.BOOLEAN) {
      return Boolean.parseBoolean(written);
    }
    throw wrong("true or false");
  }

  /// As a list that is not empty.
  default <T> List<T> list(Function<YamlValue, T> element) {
    if (!(this instanceof Sequence(_, List<YamlValue> elements))) {
      throw wrong("a list");
    }
    if (elements.isEmpty()) {
      throw error("'" + at().name() + "' is an empty list");
    }
    List<T> values = new ArrayList<>();
    elements.forEach(value -> values.add(element.apply(value)));
    return values;
  }

  /// As a mapping.
  default YamlMapping mapping() {
    if (this instanceof YamlMapping mapping) {
      return mapping;
    }
    throw wrong("a mapping");
  }

  /// As one of several words.
  ///
  /// @param what the words are, for messages
  default String oneOf(String what, List<String> words) {
    String word = text();
    if (words.contains(word)) {
      return word;
    }
    throw error("unknown " + what + " '" + word + "'" + Nearest.hint(word, words));
  }

  private RecipeException wrong(String wanted) {
    return error("'" + at().name() + "' is " + kind() + " instead of " + wanted);
  }
}
