package dev.stockpot.cli.config;

import dev.stockpot.cli.config.YamlValue.Scalar;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.recipe.RecipeSpec;
import dev.stockpot.search.ParameterType;
import dev.stockpot.search.RecipeDefinition;
import dev.stockpot.search.RecipeParameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/// Reads `recipes` of a soup.yml: names, or mappings of one name to its parameters.
///
/// @param folder that paths are relative to
/// @param known recipes
record RecipeValues(Path folder, List<RecipeDefinition> known) {
  private static final String NAME = "name";
  private static final String RECALIBRATE = "recalibrate";

  /// All of them, under different names.
  List<RecipeSpec> read(YamlValue value, Mistakes mistakes) {
    Map<String, RecipeSpec> seen = new LinkedHashMap<>();
    for (YamlValue element :
        mistakes.read(() -> value.list(Function.identity())).orElse(List.of())) {
      mistakes.read(() -> {
        RecipeSpec spec = recipe(element);
        if (seen.putIfAbsent(spec.name(), spec) != null) {
          throw element.error(
              "recipe '%s' is named twice; tell them apart by {%s: {name: …}}"
                  .formatted(spec.name(), spec.recipe()));
        }
        return spec;
      });
    }
    return List.copyOf(seen.values());
  }

  /// Those that are cooked where a file names none.
  List<RecipeSpec> usual(Location at) {
    return known.stream()
        .filter(definition -> definition.apart().isEmpty())
        .map(definition -> new RecipeSpec(definition.name(), at.place()))
        .toList();
  }

  private RecipeSpec recipe(YamlValue element) {
    if (!(element instanceof YamlMapping mapping)) {
      return new RecipeSpec(definition(element).name(), element.at().place());
    }
    if (mapping.entries().size() != 1) {
      throw element.error(
          "a recipe with parameters is a mapping of one name, such as {greedy: {passes: 2}}");
    }
    Map.Entry<String, YamlValue> only = mapping.entries().firstEntry();
    Location at = mapping.keys().get(only.getKey());
    RecipeDefinition definition = definition(new Scalar(at, Scalar.Type.TEXT, only.getKey()));
    if (only.getValue() instanceof Scalar scalar && scalar.type() == Scalar.Type.NULL) {
      return new RecipeSpec(definition.name(), at.place());
    }
    YamlMapping given = only.getValue().mapping();
    List<String> names =
        new ArrayList<>(definition.parameters().stream().map(RecipeParameter::name).toList());
    names.add(NAME);
    if (definition.mixes()) {
      names.add(RECALIBRATE);
    }
    given.only(names);
    SequencedMap<String, Object> values = new LinkedHashMap<>();
    for (RecipeParameter parameter : definition.parameters()) {
      given
          .find(parameter.name())
          .ifPresent(value -> values.put(parameter.name(), value(parameter, value)));
    }
    String name = given.find(NAME).map(value -> name(value, definition)).orElse(definition.name());
    boolean recalibrates =
        given
            .find(RECALIBRATE)
            .map(value -> value.oneOf(RECALIBRATE, List.of("train-set")))
            .isPresent();
    return new RecipeSpec(name, definition.name(), values, recalibrates, at.place());
  }

  private RecipeDefinition definition(YamlValue word) {
    String found = word.oneOf("recipe", known.stream().map(RecipeDefinition::name).toList());
    return known.stream().filter(it -> it.name().equals(found)).findFirst().orElseThrow();
  }

  /// A name is that of a folder, too.
  private String name(YamlValue value, RecipeDefinition definition) {
    String name = value.text();
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw value.error(
          "'%s' is '%s'; a name has letters, digits, '.', '_' and '-' only, a letter or digit first"
              .formatted(value.at().name(), name));
    }
    boolean another =
        known.stream().anyMatch(it -> it.name().equals(name) && !it.equals(definition));
    if (another) {
      throw value.error("'%s' is '%s', which is another recipe".formatted(value.at().name(), name));
    }
    return name;
  }

  private Object value(RecipeParameter parameter, YamlValue value) {
    return switch (parameter.type()) {
      case ParameterType.Count(int least, int most) -> {
        double number = within(value, least, most);
        if (number != Math.rint(number)) {
          throw value.error(
              "'%s' is %s instead of a whole number".formatted(value.at().name(), number));
        }
        yield (int) number;
      }
      case ParameterType.Real(double least, double most) -> within(value, least, most);
      case ParameterType.Flag() -> ParameterValues.flag(value);
      case ParameterType.Word(List<String> words) -> value.oneOf(parameter.name(), words);
      case ParameterType.Name() -> value.text();
      case ParameterType.Names() -> value.list(YamlValue::text);
      case ParameterType.File() -> file(value);
      case ParameterType.Checkpoints() ->
          Ingredients.find(folder, value.list(word -> word), Optional.empty());
    };
  }

  private static double within(YamlValue value, double least, double most) {
    double number = value.number();
    if (number < least || number > most) {
      String range =
          most == Double.MAX_VALUE
              ? "at least %s".formatted(plain(least))
              : "from %s to %s".formatted(plain(least), plain(most));
      throw value.error(
          "'%s' is %s, but must be %s".formatted(value.at().name(), plain(number), range));
    }
    return number;
  }

  private static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? String.format(Locale.ROOT, "%.0f", number)
        : String.valueOf(number);
  }

  private Path file(YamlValue value) throws RecipeException {
    Path path = value.path(folder);
    if (!Files.isRegularFile(path)) {
      throw value.error("no such file: " + path);
    }
    return path;
  }
}
