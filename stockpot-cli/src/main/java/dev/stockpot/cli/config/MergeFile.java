package dev.stockpot.cli.config;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.internal.text.Nearest;
import dev.stockpot.method.MethodDefinition;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.Methods;
import dev.stockpot.plan.ChatTemplate;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.MergeConfig.Lines;
import dev.stockpot.recipe.MergeConfig.Module;
import dev.stockpot.recipe.MergeConfig.Range;
import dev.stockpot.recipe.MergeConfig.Slice;
import dev.stockpot.recipe.MergeConfig.Source;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.recipe.Place;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.recipe.Setting;
import dev.stockpot.recipe.TokenizerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// Reads a merge config: mergekit's format, one merge or several in one file.
///
/// @see <a href="https://github.com/arcee-ai/mergekit">mergekit</a>
public final class MergeFile {
  private static final Map<String, DType> DTYPES =
      Map.of(
          "bfloat16", DType.BF16,
          "float16", DType.F16,
          "float32", DType.F32,
          "float64", DType.F64);

  private final YamlMapping file;
  private final Optional<MethodDefinition> method;
  private final ParameterValues parameters;
  private final Mistakes mistakes;
  private final List<String> warnings;

  private MergeFile(YamlMapping file, Mistakes mistakes, List<String> warnings) {
    this.mistakes = mistakes;
    this.file = only(file, MergeKeys.TOP);
    this.method =
        mistakes
            .read(() -> this.file.require("merge_method").oneOf("merge_method", names()))
            .flatMap(Methods::named);
    this.parameters = new ParameterValues(method, mistakes, warnings);
    this.warnings = warnings;
  }

  /// What a file says.
  ///
  /// @param configs in the file's order
  /// @param warnings for the user: keys that have no effect
  public record Merges(List<MergeConfig> configs, List<String> warnings) {
    public Merges {
      configs = List.copyOf(configs);
      warnings = List.copyOf(warnings);
    }
  }

  /// Reads a file.
  ///
  /// @throws RecipeException naming file, line and mistake, or all of them
  public static Merges read(Path path) {
    Mistakes mistakes = new Mistakes();
    List<String> warnings = new ArrayList<>();
    List<MergeConfig> configs = new ArrayList<>();
    for (YamlMapping document : YamlFile.readAll(path)) {
      new MergeFile(document, mistakes, warnings).config().ifPresent(configs::add);
    }
    mistakes.check();
    return new Merges(configs, warnings);
  }

  private static List<String> names() {
    return Methods.ALL.stream().map(MethodDefinition::name).toList();
  }

  /// What the document says; absent if there is a mistake in it.
  private Optional<MergeConfig> config() {
    Optional<String> name = optional(file, "name", YamlValue::text);
    Optional<ModelReference> base = optional(file, "base_model", MergeFile::reference);
    List<Module> modules = modules();
    Map<String, Setting> all = settings(file, parameters::global);
    Optional<Lines> lines =
        optional(file, "parameters", YamlValue::mapping)
            .flatMap(it -> optional(it, MergeKeys.LINES, this::lines));
    Optional<DType> dtype = optional(file, "dtype", MergeFile::dtype);
    Optional<DType> outDType = optional(file, "out_dtype", MergeFile::dtype);
    Optional<TokenizerConfig> tokenizer = mistakes.read(this::tokenizer).flatMap(it -> it);
    Optional<String> chatTemplate = optional(file, "chat_template", MergeFile::chatTemplate);
    method
        .filter(it -> it.base() == Base.REQUIRED || it.base() == Base.ONE_OF_TWO)
        .filter(_ -> present(file, "base_model").isEmpty())
        .filter(_ -> present(file, "models").isPresent())
        .ifPresent(it ->
            mistakes.tell(() -> {
              throw file.error("missing key 'base_model': " + it.name() + " needs one");
            }));
    Map<String, Place> places = new LinkedHashMap<>();
    file.keys().forEach((key, at) -> places.put(key, at.place()));
    return method.map(it ->
        new MergeConfig(
            file.at().place(),
            places,
            name,
            it.name(),
            base,
            modules,
            all,
            lines,
            dtype,
            outDType,
            tokenizer,
            chatTemplate));
  }

  private List<Module> modules() {
    List<String> given =
        Stream.of("models", "slices", "modules")
            .filter(key -> present(file, key).isPresent())
            .toList();
    mistakes.tell(() -> {
      if (given.isEmpty()) {
        throw file.error("needs one of models, slices, modules");
      } else if (given.size() > 1) {
        throw file.keys()
            .get(given.get(1))
            .error("'" + given.get(0) + "' and '" + given.get(1) + "' exclude each other");
      }
    });
    List<Module> all = new ArrayList<>();
    if (!given.equals(List.of("modules"))) {
      module(Optional.empty(), file).ifPresent(all::add);
      return all;
    }
    optional(file, "modules", MergeFile::notEmpty)
        .ifPresent(modules ->
            modules
                .entries()
                .forEach((name, value) ->
                    mistakes
                        .read(() -> named(modules.keys().get(name), name, value.mapping()))
                        .flatMap(it -> it)
                        .ifPresent(all::add)));
    return all;
  }

  private static YamlMapping notEmpty(YamlValue value) {
    YamlMapping mapping = value.mapping();
    if (mapping.entries().isEmpty()) {
      throw value.error("'" + value.at().name() + "' is empty");
    }
    return mapping;
  }

  private Optional<Module> named(Location at, String name, YamlMapping mapping) {
    YamlMapping module = only(mapping, List.of("models", "slices", "parameters"));
    if (present(module, "models").isPresent() == present(module, "slices").isPresent()) {
      throw at.error("module '" + name + "' needs one of models, slices");
    }
    return module(Optional.of(name), module);
  }

  /// @param inside the mapping that has models or slices
  private Optional<Module> module(Optional<String> name, YamlMapping inside) {
    List<Source> models =
        present(inside, "models")
            .map(value -> mistakes.each(value, it -> source(it, false)))
            .orElse(List.of());
    List<Slice> slices =
        present(inside, "slices").map(value -> mistakes.each(value, this::slice)).orElse(List.of());
    Map<String, Setting> own = name.isEmpty() ? Map.of() : settings(inside, parameters::inner);
    if (models.isEmpty() == slices.isEmpty()) {
      return Optional.empty();
    }
    String key = models.isEmpty() ? "slices" : "models";
    return Optional.of(new Module(inside.keys().get(key).place(), name, models, slices, own));
  }

  private Optional<Slice> slice(YamlValue value) {
    YamlMapping slice =
        only(value.mapping(), List.of("sources", "base_model", "parameters", "residual_weight"));
    if (slice.find("residual_weight").isPresent()) {
      warnings.add(
          slice.keys().get("residual_weight").place() + ": 'residual_weight' has no effect");
    }
    Optional<List<Source>> sources =
        mistakes
            .read(() -> slice.require("sources"))
            .map(list -> mistakes.each(list, it -> source(it, true)))
            .filter(it -> !it.isEmpty());
    Optional<ModelReference> base = optional(slice, "base_model", MergeFile::reference);
    Map<String, Setting> own = settings(slice, parameters::inner);
    return sources.map(it -> new Slice(slice.at().place(), it, base, own));
  }

  private Optional<Source> source(YamlValue value, boolean ranged) {
    if (value instanceof YamlValue.Scalar scalar && scalar.type() == YamlValue.Scalar.Type.TEXT) {
      throw value.error(
          "'"
              + value.at().name()
              + "' is text instead of a mapping; write - model: "
              + value.text());
    }
    List<String> keys = new ArrayList<>(List.of("model", "parameters"));
    Optional<String> statistics = method.flatMap(MergeFile::statistics);
    if (ranged) {
      keys.add("layer_range");
    }
    statistics.ifPresent(keys::add);
    YamlMapping source = mistakes.only(value.mapping(), keys, key -> elsewhere(key, ranged));
    Optional<ModelReference> model = mistakes.read(() -> reference(source.require("model")));
    Optional<Range> range =
        ranged ? mistakes.read(() -> range(source.require("layer_range"))) : Optional.empty();
    Map<String, Setting> own = settings(source, parameters::source);
    Optional<ModelReference> measured =
        statistics.flatMap(key -> optional(source, key, MergeFile::reference));
    return model.map(it -> new Source(source.at().place(), it, range, own, measured));
  }

  private static Optional<String> statistics(MethodDefinition method) {
    return switch (method.statistics()) {
      case NONE -> Optional.empty();
      case FISHER -> Optional.of("fisher");
      case GRAM -> Optional.of("gram");
    };
  }

  private Optional<String> elsewhere(String key, boolean ranged) {
    if (key.equals("fisher") || key.equals("gram")) {
      return method.map(it -> "means nothing to merge_method " + it.name());
    }
    return key.equals("layer_range") && !ranged
        ? Optional.of("goes with slices; models are merged whole")
        : MergeKeys.place(key);
  }

  private YamlMapping only(YamlMapping mapping, List<String> known) {
    return mistakes.only(mapping, known, MergeKeys::place);
  }

  private Map<String, Setting> settings(
      YamlMapping mapping, Function<YamlMapping, Map<String, Setting>> read) {
    return optional(mapping, "parameters", value -> read.apply(value.mapping())).orElse(Map.of());
  }

  /// What need not be there; absent, too, if there is a mistake in it.
  private <T> Optional<T> optional(YamlMapping mapping, String key, Function<YamlValue, T> read) {
    return present(mapping, key).flatMap(value -> mistakes.read(() -> read.apply(value)));
  }

  private static Range range(YamlValue value) {
    List<Double> ends = value.list(YamlValue::number);
    if (ends.size() == 2
        && ends.stream().allMatch(end -> end == Math.rint(end) && end >= 0 && end < 100_000)
        && ends.get(0) < ends.get(1)) {
      return new Range((int) (double) ends.get(0), (int) (double) ends.get(1));
    }
    throw value.error(
        "'" + value.at().name() + "' must be [a, b]: the layers from a up to, not including, b");
  }

  private Lines lines(YamlValue value) {
    YamlMapping lines = mistakes.only(value.mapping(), List.of("alpha", "beta"));
    return new Lines(
        lines.at().place(), lines.require("alpha").number(), lines.require("beta").number());
  }

  private static DType dtype(YamlValue value) {
    String name = value.text().replaceFirst("^torch\\.", "");
    DType known = DTYPES.get(name);
    if (known != null) {
      return known;
    }
    throw value.error(
        "unknown dtype '"
            + name
            + "'"
            + DTYPES.entrySet().stream()
                .filter(it -> it.getValue().name().equalsIgnoreCase(name))
                .map(it -> "; did you mean '" + it.getKey() + "'?")
                .findFirst()
                .orElseGet(() -> Nearest.hint(name, DTYPES.keySet().stream().sorted().toList())));
  }

  private static String chatTemplate(YamlValue value) {
    ChatTemplate.fault(value.text())
        .ifPresent(fault -> {
          throw value.error(fault);
        });
    return value.text();
  }

  private Optional<TokenizerConfig> tokenizer() {
    Optional<YamlValue> source = present(file, "tokenizer_source");
    Optional<YamlValue> tokenizer = present(file, "tokenizer");
    if (source.isPresent() && tokenizer.isPresent()) {
      throw file.keys()
          .get("tokenizer")
          .error("'tokenizer_source' and 'tokenizer' exclude each other");
    }
    return source
        .map(TokenizerValues::ofSource)
        .or(() -> tokenizer.map(value -> TokenizerValues.of(value.mapping())));
  }

  /// Reads a model: `path[@revision][+adapter]`, or the mapping that stands for it.
  static ModelReference reference(YamlValue value) {
    try {
      if (value instanceof YamlMapping mapping) {
        mapping.only(List.of("model", "lora"));
        String model = path(mapping.require("model"));
        return ModelReference.of(
            present(mapping, "lora").map(lora -> model + "+" + path(lora)).orElse(model));
      }
      return ModelReference.of(value.text());
    } catch (IllegalArgumentException e) {
      throw value.error("'" + value.at().name() + "': " + e.getMessage());
    }
  }

  private static String path(YamlValue value) {
    if (value instanceof YamlMapping mapping) {
      mapping.only(List.of("path", "revision"));
      String path = mapping.require("path").text();
      return present(mapping, "revision").map(it -> path + "@" + it.text()).orElse(path);
    }
    return value.text();
  }

  /// A value that is there and not empty (`key:`, `key: null`).
  static Optional<YamlValue> present(YamlMapping mapping, String key) {
    return mapping
        .find(key)
        .filter(value ->
            !(value instanceof YamlValue.Scalar scalar
                && scalar.type() == YamlValue.Scalar.Type.NULL));
  }
}
