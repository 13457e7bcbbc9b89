package dev.stockpot.cli.config;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.InputSpec.Layout;
import dev.stockpot.eval.Metric;
import dev.stockpot.eval.Metrics;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.SetSpec.Source;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads an `eval.yml`, or that part of a `soup.yml`: from `evaluator` to `metric`.
public final class EvalFile {
  static final List<String> KEYS = List.of("evaluator", "input", "data", "metric");

  private static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);
  private static final List<String> LAYOUTS = List.of("nchw", "nhwc", "as-is");
  private static final List<String> METRICS = Metrics.ALL.stream().map(Metric::name).toList();
  private static final List<String> ROLES = List.of("id", "shift");

  private final Path folder;

  EvalFile(Path folder) {
    this.folder = folder;
  }

  /// Reads a file.
  ///
  /// @param path an `eval.yml`, or a `soup.yml`, whose other keys are passed over
  /// @throws RecipeException naming file, line and mistake
  public static EvalSpec read(Path path) {
    YamlMapping file = YamlFile.read(path).only(SoupFile.KEYS);
    return new EvalFile(SoupFile.folder(path)).eval(file);
  }

  EvalSpec eval(YamlMapping file) {
    EvaluatorSpec evaluator = evaluator(file.require("evaluator").mapping());
    InputSpec input =
        file.find("input").map(value -> input(value.mapping())).orElse(InputSpec.AS_IS);
    YamlMapping data = file.require("data").mapping().only(List.of("select", "report"));
    SetSpec select = new SetSpec("select", Role.SELECT, select(evaluator, data.require("select")));
    List<SetSpec> report = new ArrayList<>();
    Optional<YamlMapping> sets = data.find("report").map(YamlValue::mapping);
    sets.ifPresent(map ->
        map.entries()
            .forEach((name, set) -> report.add(set(evaluator, map.keys().get(name), name, set))));
    return new EvalSpec(evaluator, input, select, report, metric(file, evaluator));
  }

  private static String metric(YamlMapping file, EvaluatorSpec evaluator) {
    return file.find("metric")
        .map(value ->
            switch (evaluator) {
              case EvaluatorSpec.Network _ -> value.oneOf("metric", METRICS);
              case EvaluatorSpec.Command _ -> value.text();
            })
        .orElse("accuracy");
  }

  private EvaluatorSpec evaluator(YamlMapping evaluator) {
    evaluator.only(
        List.of("onnx", "torchscript", "command", "constants", "bind", "timeout-seconds"));
    Optional<YamlValue> command = evaluator.find("command");
    Optional<Path> onnx = evaluator.find("onnx").map(this::file);
    Optional<Path> torchscript = evaluator.find("torchscript").map(this::file);
    if (command.isPresent() == (onnx.isPresent() || torchscript.isPresent())) {
      throw evaluator.error(
          command.isPresent()
              ? "'evaluator' has a command and a network; keep one of them"
              : "'evaluator' needs one of onnx, torchscript, command");
    }
    refuseWithout(evaluator, "constants", "onnx");
    refuseWithout(evaluator, "bind", "onnx");
    refuseWithout(evaluator, "timeout-seconds", "command");
    if (command.isPresent()) {
      return new EvaluatorSpec.Command(
          command.get().list(YamlValue::text),
          folder,
          evaluator.find("timeout-seconds").map(EvalFile::seconds).orElse(DEFAULT_TIMEOUT));
    }
    List<String> constants =
        evaluator.find("constants").map(value -> value.list(YamlValue::text)).orElse(List.of());
    // Where both are given, the first evaluates; the second is there for gradients.
    return new EvaluatorSpec.Network(
        onnx.isPresent() ? "onnx" : "torchscript",
        onnx.or(() -> torchscript).get(),
        constants,
        evaluator.find("bind").map(this::checkpoint));
  }

  private static void refuseWithout(YamlMapping evaluator, String key, String wanted) {
    if (evaluator.find(key).isPresent() && evaluator.find(wanted).isEmpty()) {
      throw evaluator.keys().get(key).error("'" + key + "' goes with '" + wanted + "' only");
    }
  }

  private static Duration seconds(YamlValue value) {
    double seconds = value.number();
    if (seconds <= 0 || seconds > Integer.MAX_VALUE) {
      throw value.error(
          "'" + value.at().name() + "' must be more than 0 and less than 2^31 seconds");
    }
    return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
  }

  private static InputSpec input(YamlMapping input) {
    input.only(List.of("layout", "scale", "mean", "std"));
    YamlValue layout = input.require("layout");
    Layout parsed =
        switch (layout.oneOf("layout", LAYOUTS)) {
          case "nchw" -> Layout.NCHW;
          case "nhwc" -> Layout.NHWC;
          default -> Layout.AS_IS;
        };
    if (parsed == Layout.AS_IS) {
      for (String key : List.of("scale", "mean", "std")) {
        if (input.find(key).isPresent()) {
          throw input
              .keys()
              .get(key)
              .error(
                  "'"
                      + key
                      + "' does nothing with layout as-is, which leaves examples untouched; "
                      + "use layout nhwc, or nchw for images that the model takes channels first");
        }
      }
      return InputSpec.AS_IS;
    }
    double scale = input.find("scale").map(EvalFile::divisor).orElse(1.0);
    List<Double> mean = input.find("mean").map(v -> numbers(v, false)).orElse(List.of(0.0));
    List<Double> std = input.find("std").map(v -> numbers(v, true)).orElse(List.of(1.0));
    if (mean.size() > 1 && std.size() > 1 && mean.size() != std.size()) {
      throw input.error(
          "'mean' has "
              + mean.size()
              + " numbers and 'std' "
              + std.size()
              + "; give one per channel, or one for all");
    }
    return new InputSpec(parsed, scale, mean, std);
  }

  private static List<Double> numbers(YamlValue value, boolean divisors) {
    return switch (value) {
      case YamlValue.Sequence sequence ->
          sequence.list(element -> divisors ? divisor(element) : element.number());
      case YamlValue single -> List.of(divisors ? divisor(single) : single.number());
    };
  }

  private static double divisor(YamlValue value) {
    double number = value.number();
    if (number == 0) {
      throw value.error("'" + value.at().name() + "' is 0, and it divides");
    }
    return number;
  }

  private Source select(EvaluatorSpec evaluator, YamlValue set) {
    return switch (evaluator) {
      case EvaluatorSpec.Network _ -> arrays(set.mapping().only(List.of("x", "y")));
      case EvaluatorSpec.Command _ ->
          set instanceof YamlMapping map
              ? text(map.only(List.of("data")))
              : new Source.Text(set.text());
    };
  }

  private SetSpec set(EvaluatorSpec evaluator, Location key, String name, YamlValue set) {
    if (name.equals("select")) {
      throw key.error(
          "'select' is the set that recipes choose on; a report set needs another name");
    }
    if (name.isBlank()) {
      throw key.error("a report set has an empty name");
    }
    Source source =
        switch (evaluator) {
          case EvaluatorSpec.Network _ -> arrays(set.mapping().only(List.of("x", "y", "role")));
          case EvaluatorSpec.Command _ ->
              set instanceof YamlMapping map
                  ? text(map.only(List.of("data", "role")))
                  : new Source.Text(set.text());
        };
    Role byName = name.startsWith("shift-") ? Role.SHIFT : Role.ID;
    Role role =
        set instanceof YamlMapping map
            ? map.find("role")
                .map(value -> value.oneOf("role", ROLES).equals("id") ? Role.ID : Role.SHIFT)
                .orElse(byName)
            : byName;
    return new SetSpec(name, role, source);
  }

  private Source arrays(YamlMapping set) {
    return new Source.Arrays(file(set.require("x")), file(set.require("y")));
  }

  private static Source text(YamlMapping set) {
    return new Source.Text(set.require("data").text());
  }

  private Path checkpoint(YamlValue value) {
    Path path = value.path(folder);
    if (!Files.exists(path)) {
      throw value.error("no such file or folder: " + path);
    }
    return path;
  }

  private Path file(YamlValue value) {
    Path path = value.path(folder);
    if (!Files.isRegularFile(path)) {
      throw value.error("no such file: " + path);
    }
    return path;
  }
}
