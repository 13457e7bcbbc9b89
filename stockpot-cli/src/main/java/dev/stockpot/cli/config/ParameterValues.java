package dev.stockpot.cli.config;

import dev.stockpot.cli.config.YamlValue.Scalar;
import dev.stockpot.internal.text.Nearest;
import dev.stockpot.method.MethodDefinition;
import dev.stockpot.method.Parameter;
import dev.stockpot.method.Parameter.Scope;
import dev.stockpot.recipe.Setting;
import dev.stockpot.recipe.Setting.Branch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads `parameters` of a merge config.
///
/// A key that no method has is a mistake; one that this method has not, or not in this place, is
/// worth a warning, since mergekit takes such keys without a word.
///
/// @param method absent if the config names none that is known
/// @param warnings gets what has no effect
record ParameterValues(
    Optional<MethodDefinition> method, Mistakes mistakes, List<String> warnings) {

  private static final Set<String> TRUE = Set.of("true", "yes", "on", "1", "1.0");
  private static final Set<String> FALSE = Set.of("false", "no", "off", "0", "0.0");

  /// Those for the whole merge.
  Map<String, Setting> global(YamlMapping mapping) {
    return read(mapping, true, true);
  }

  /// Those of a slice or module.
  Map<String, Setting> inner(YamlMapping mapping) {
    return read(mapping, true, false);
  }

  /// Those of one model.
  Map<String, Setting> source(YamlMapping mapping) {
    return read(mapping, false, false);
  }

  private Map<String, Setting> read(YamlMapping mapping, boolean global, boolean top) {
    Map<String, Setting> settings = new LinkedHashMap<>();
    mapping
        .entries()
        .forEach((name, value) -> {
          Location at = mapping.keys().get(name);
          Optional<Parameter> parameter = parameter(method, name);
          if (parameter.isEmpty()) {
            mistakes.tell(() -> checkUnused(at, name, top));
          } else if (!global && parameter.get().scope() == Scope.GLOBAL) {
            warnings.add(
                at.place()
                    + ": '"
                    + name
                    + "' has no effect here: it is one value for all models; put it under the"
                    + " merge's parameters");
          } else if (!isNull(value)) {
            mistakes
                .read(() -> setting(parameter.get(), value))
                .ifPresent(it -> settings.put(name, it));
          }
        });
    return settings;
  }

  private void checkUnused(Location at, String name, boolean top) {
    String merging = method.map(it -> "merge_method " + it.name()).orElse("");
    if (name.equals(MergeKeys.LINES)) {
      if (parameter(method, "lambda").isEmpty()) {
        throw at.error("'lines' scales lambda, which " + merging + " has not");
      }
      if (!top) {
        throw at.error("'lines' goes under the merge's parameters");
      }
    } else if (MergeKeys.WITHOUT_EFFECT.contains(name)
        || (name.equals("density") && merging.endsWith(" task_arithmetic"))) {
      return;
    } else if (parameter(Optional.empty(), name).isPresent()) {
      warnings.add(
          at.place() + ": '" + name + "' has no effect: " + merging + " has no such parameter");
    } else if (MergeKeys.place(name).isPresent()) {
      throw at.error("'" + name + "' is no parameter; it " + MergeKeys.place(name).get());
    } else {
      List<String> known = MergeKeys.parameters(method).map(Parameter::name).distinct().toList();
      throw at.error(
          "unknown parameter '"
              + name
              + "'"
              + (merging.isEmpty() ? "" : " of " + merging)
              + (known.isEmpty() ? ", which has none" : Nearest.hint(name, known)));
    }
  }

  private static Optional<Parameter> parameter(Optional<MethodDefinition> method, String name) {
    return MergeKeys.parameters(method).filter(it -> it.name().equals(name)).findFirst();
  }

  private static Setting setting(Parameter parameter, YamlValue value) {
    List<Branch> branches = new ArrayList<>();
    if (value instanceof YamlMapping mapping) {
      branches.add(branch(parameter, mapping));
    } else if (value instanceof YamlValue.Sequence(_, List<YamlValue> elements)
        && elements.stream().anyMatch(YamlMapping.class::isInstance)) {
      elements.forEach(element -> branches.add(branch(parameter, element.mapping())));
    } else {
      branches.add(new Branch(value.at().place(), Optional.empty(), points(parameter, value)));
    }
    return new Setting(value.at().place(), branches);
  }

  private static Branch branch(Parameter parameter, YamlMapping mapping) {
    mapping.only(List.of("filter", "value"));
    Optional<String> filter =
        MergeFile.present(mapping, "filter").map(YamlValue::text).filter(text -> !text.equals("*"));
    return new Branch(mapping.at().place(), filter, points(parameter, mapping.require("value")));
  }

  private static List<Object> points(Parameter parameter, YamlValue value) {
    return value instanceof YamlValue.Sequence
        ? value.list(element -> point(parameter, element))
        : List.of(point(parameter, value));
  }

  private static Object point(Parameter parameter, YamlValue value) {
    return switch (parameter.type()) {
      case NUMBER -> number(value);
      case FLAG -> flag(value);
      case WORD -> value.oneOf(parameter.name(), parameter.words());
    };
  }

  /// YAML 1.1 takes `1e-5` for text, and people write numbers in quotes.
  private static Object number(YamlValue value) {
    if (value instanceof Scalar(Location at, Scalar.Type type, String written)
        && type == Scalar.Type.TEXT
        && written.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")) {
      return new Scalar(at, Scalar.Type.NUMBER, written).number();
    }
    return value.number();
  }

  /// Yes or no, as YAML 1.1 and people write it.
  static boolean flag(YamlValue value) {
    if (value instanceof Scalar(_, _, String written)) {
      String word = written.toLowerCase(Locale.ROOT);
      if (TRUE.contains(word)) {
        return true;
      } else if (FALSE.contains(word)) {
        return false;
      }
    }
    throw value.error(
        "'" + value.at().name() + "' is " + value.kind() + " instead of true or false");
  }

  private static boolean isNull(YamlValue value) {
    return value instanceof Scalar scalar && scalar.type() == Scalar.Type.NULL;
  }
}
