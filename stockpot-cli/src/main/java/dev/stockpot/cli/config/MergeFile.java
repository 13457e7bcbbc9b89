package dev.stockpot.cli.config;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.method.MethodDefinition;
import dev.stockpot.method.MethodDefinition.Statistics;
import dev.stockpot.method.Methods;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.MergeConfig.Lines;
import dev.stockpot.recipe.MergeConfig.Module;
import dev.stockpot.recipe.MergeConfig.Range;
import dev.stockpot.recipe.MergeConfig.Slice;
import dev.stockpot.recipe.MergeConfig.Source;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.recipe.Setting;
import dev.stockpot.recipe.TokenizerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Reads a merge config: mergekit's format, one merge or several in one file.
///
/// @see <a href="https://github.com/arcee-ai/mergekit">mergekit</a>
public final class MergeFile {
  private static final List<String> KEYS =
      List.of(
          "name",
          "merge_method",
          "models",
          "slices",
          "modules",
          "base_model",
          "parameters",
          "dtype",
          "out_dtype",
          "tokenizer_source",
          "tokenizer",
          "chat_template");

  private static final Map<String, DType> DTYPES =
      Map.of(
          "bfloat16", DType.BF16,
          "float16", DType.F16,
          "float32", DType.F32,
          "float64", DType.F64);

  private final YamlMapping file;
  private final MethodDefinition method;
  private final ParameterValues parameters;
  private final List<String> notes;

  private MergeFile(YamlMapping file, List<String> notes) {
    this.file = file.only(KEYS);
    String name = file.require("merge_method").oneOf("merge_method", names());
    this.method = Methods.named(name).orElseThrow();
    this.parameters = new ParameterValues(method, notes);
    this.notes = notes;
  }

  /// What a file says.
  ///
  /// @param configs in the file's order
  /// @param notes for the user: keys that have no effect
  public record Merges(List<MergeConfig> configs, List<String> notes) {
    public Merges {
      configs = List.copyOf(configs);
      notes = List.copyOf(notes);
    }
  }

  /// Reads a file.
  ///
  /// @throws RecipeException naming file, line and mistake
  public static Merges read(Path path) {
    List<String> notes = new ArrayList<>();
    List<MergeConfig> configs = new ArrayList<>();
    for (YamlMapping document : YamlFile.readAll(path)) {
      configs.add(new MergeFile(document, notes).config());
    }
    return new Merges(configs, notes);
  }

  private static List<String> names() {
    return Methods.ALL.stream().map(MethodDefinition::name).toList();
  }

  private MergeConfig config() {
    Optional<YamlValue> all = present(file, "parameters");
    return new MergeConfig(
        file.at().place(),
        present(file, "name").map(YamlValue::text),
        method.name(),
        model(file, "base_model"),
        modules(),
        all.map(value -> parameters.global(value.mapping())).orElse(Map.of()),
        all.flatMap(value -> value.mapping().find(ParameterValues.LINES)).map(this::lines),
        dtype("dtype"),
        dtype("out_dtype"),
        tokenizer(),
        present(file, "chat_template").map(YamlValue::text));
  }

  private List<Module> modules() {
    List<String> given =
        Stream.of("models", "slices", "modules")
            .filter(key -> present(file, key).isPresent())
            .toList();
    if (given.size() != 1) {
      throw given.isEmpty()
          ? file.error("needs one of models, slices, modules")
          : file.keys()
              .get(given.get(1))
              .error("'" + given.get(0) + "' and '" + given.get(1) + "' exclude each other");
    }
    if (!given.getFirst().equals("modules")) {
      return List.of(module(Optional.empty(), file));
    }
    YamlMapping modules = file.require("modules").mapping();
    List<Module> all = new ArrayList<>();
    modules
        .entries()
        .forEach((name, value) -> {
          YamlMapping module = value.mapping().only(List.of("models", "slices", "parameters"));
          if (present(module, "models").isPresent() == present(module, "slices").isPresent()) {
            throw modules
                .keys()
                .get(name)
                .error("module '" + name + "' needs one of models, slices");
          }
          all.add(module(Optional.of(name), module));
        });
    if (all.isEmpty()) {
      throw modules.error("'modules' is empty");
    }
    return all;
  }

  /// @param inside the mapping that has models or slices
  private Module module(Optional<String> name, YamlMapping inside) {
    List<Source> models =
        present(inside, "models").map(value -> value.list(this::whole)).orElse(List.of());
    List<Slice> slices =
        present(inside, "slices").map(value -> value.list(this::slice)).orElse(List.of());
    Map<String, Setting> own =
        name.isEmpty()
            ? Map.of()
            : present(inside, "parameters")
                .map(value -> parameters.inner(value.mapping()))
                .orElse(Map.of());
    String key = models.isEmpty() ? "slices" : "models";
    return new Module(inside.keys().get(key).place(), name, models, slices, own);
  }

  private Source whole(YamlValue value) {
    return source(value, false);
  }

  private Slice slice(YamlValue value) {
    YamlMapping slice =
        value.mapping().only(List.of("sources", "base_model", "parameters", "residual_weight"));
    if (slice.find("residual_weight").isPresent()) {
      notes.add(slice.keys().get("residual_weight").place() + ": residual_weight has no effect");
    }
    return new Slice(
        slice.at().place(),
        slice.require("sources").list(source -> source(source, true)),
        model(slice, "base_model"),
        present(slice, "parameters").map(it -> parameters.inner(it.mapping())).orElse(Map.of()));
  }

  private Source source(YamlValue value, boolean ranged) {
    List<String> keys = new ArrayList<>(List.of("model", "parameters"));
    if (ranged) {
      keys.add("layer_range");
    }
    Optional<String> statistics =
        switch (method.statistics()) {
          case NONE -> Optional.empty();
          case FISHER -> Optional.of("fisher");
          case GRAM -> Optional.of("gram");
        };
    statistics.ifPresent(keys::add);
    YamlMapping source = value.mapping();
    if (method.statistics() == Statistics.NONE) {
      for (String key : List.of("fisher", "gram")) {
        if (source.find(key).isPresent()) {
          throw source
              .keys()
              .get(key)
              .error("'" + key + "' means nothing to merge_method " + method.name());
        }
      }
    }
    if (!ranged && source.find("layer_range").isPresent()) {
      throw source
          .keys()
          .get("layer_range")
          .error("'layer_range' goes with slices; models are merged whole");
    }
    source.only(keys);
    return new Source(
        source.at().place(),
        reference(source.require("model")),
        ranged ? Optional.of(range(source.require("layer_range"))) : Optional.empty(),
        present(source, "parameters").map(it -> parameters.source(it.mapping())).orElse(Map.of()),
        statistics.flatMap(key -> model(source, key)));
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
    YamlMapping lines = value.mapping().only(List.of("alpha", "beta"));
    return new Lines(
        lines.at().place(), lines.require("alpha").number(), lines.require("beta").number());
  }

  private Optional<DType> dtype(String key) {
    return present(file, key)
        .map(value -> {
          String name = value.text().replaceFirst("^torch\\.", "");
          if (!DTYPES.containsKey(name)) {
            throw value.error(
                "unknown dtype '"
                    + name
                    + "'"
                    + Nearest.hint(name, DTYPES.keySet().stream().sorted().toList()));
          }
          return DTYPES.get(name);
        });
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

  private static Optional<ModelReference> model(YamlMapping mapping, String key) {
    return present(mapping, key).map(MergeFile::reference);
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
