package dev.stockpot.cli.config;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.TaskSpec;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Reads an `eval.yml`, or that part of a `soup.yml`: from `evaluator` to `metric`.
public final class EvalFile {
  static final List<String> KEYS =
      Stream.concat(Stream.of("evaluator", "input", "data"), TaskFile.KEYS.stream()).toList();

  /// Under `data`; `train` is for fine-tuning, and for BatchNorm statistics.
  static final List<String> DATA_KEYS = List.of("train", "select", "report", "skip-bad");

  private static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);

  private final Path folder;

  EvalFile(Path folder) {
    this.folder = folder;
  }

  /// Reads a file.
  ///
  /// @param path an `eval.yml`, or a `soup.yml`, whose other keys are passed over
  /// @throws RecipeException naming file, line and mistake, or all of them
  public static EvalSpec read(Path path) {
    Mistakes mistakes = new Mistakes();
    YamlMapping file = mistakes.only(YamlFile.read(path), SoupFile.KEYS);
    return new EvalFile(SoupFile.folder(path)).whole(file, mistakes);
  }

  /// That part of another file.
  ///
  /// @throws RecipeException naming file, line and mistake, or all of them
  EvalSpec eval(YamlMapping file) {
    return whole(file, new Mistakes());
  }

  private EvalSpec whole(YamlMapping file, Mistakes mistakes) {
    Optional<EvalSpec> spec = eval(file, mistakes);
    mistakes.check();
    return spec.orElseThrow();
  }

  /// What the file says; empty if there is a mistake in it.
  Optional<EvalSpec> eval(YamlMapping file, Mistakes mistakes) {
    Optional<InputSpec> input =
        mistakes.read(() ->
            file.find("input")
                .map(value -> InputFile.read(value.mapping()))
                .orElse(InputSpec.AS_IS));
    Optional<YamlMapping> data =
        mistakes.read(() -> file.require("data").mapping().only(DATA_KEYS));
    Optional<EvaluatorSpec> evaluator =
        mistakes.read(() -> evaluator(file.require("evaluator").mapping()));
    if (evaluator.isEmpty()) {
      return Optional.empty();
    }
    EvaluatorSpec measuring = evaluator.get();
    Optional<TaskSpec> task = mistakes.read(() -> TaskFile.read(folder, file, measuring));
    Optional<Sets> sets = data.flatMap(it -> sets(it, measuring, mistakes));
    if (input.isEmpty() || task.isEmpty() || sets.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new EvalSpec(
            measuring,
            gradients(file.require("evaluator").mapping()),
            input.get(),
            sets.get().train(),
            sets.get().select(),
            sets.get().report(),
            task.get()));
  }

  /// What is under `data`.
  private record Sets(Optional<SetSpec> train, SetSpec select, List<SetSpec> report) {}

  private Optional<Sets> sets(YamlMapping data, EvaluatorSpec evaluator, Mistakes mistakes) {
    Optional<Boolean> skipBad =
        mistakes.read(() -> data.find("skip-bad").map(ParameterValues::flag).orElse(false));
    SetFile sets = new SetFile(folder, evaluator, skipBad.orElse(false));
    Optional<SetSpec> train =
        data.find("train").flatMap(set -> mistakes.read(() -> sets.train(set)));
    Optional<SetSpec> select = mistakes.read(() -> sets.select(data.require("select")));
    List<SetSpec> report = new ArrayList<>();
    data.find("report")
        .flatMap(value -> mistakes.read(value::mapping))
        .ifPresent(map ->
            map.entries()
                .forEach((name, set) ->
                    mistakes
                        .read(() -> sets.report(map.keys().get(name), name, set))
                        .ifPresent(report::add)));
    return select.map(it -> new Sets(train, it, report));
  }

  /// The network in libtorch: where an ONNX graph is given, too, that evaluates, and this is there
  /// for gradients.
  private Optional<EvaluatorSpec.Network> gradients(YamlMapping evaluator) {
    Stream<String> kinds = Stream.of("torchscript", "network");
    return kinds
        .filter(kind -> evaluator.find(kind).isPresent())
        .map(kind ->
            new EvaluatorSpec.Network(kind, file(evaluator.require(kind)), constants(evaluator)))
        .findFirst();
  }

  private EvaluatorSpec evaluator(YamlMapping evaluator) {
    evaluator.only(
        List.of(
            "onnx",
            "torchscript",
            "network",
            "command",
            "constants",
            "bind",
            "output",
            "timeout-seconds"));
    Optional<YamlValue> command = evaluator.find("command");
    Optional<Path> onnx = evaluator.find("onnx").map(this::file);
    Optional<EvaluatorSpec.Network> torch = gradients(evaluator);
    if (command.isPresent() == (onnx.isPresent() || torch.isPresent())) {
      throw evaluator.error(
          command.isPresent()
              ? "'evaluator' has a command and a network; keep one of them"
              : "'evaluator' needs one of onnx, torchscript, network, command");
    }
    if (evaluator.find("torchscript").isPresent() && evaluator.find("network").isPresent()) {
      throw evaluator.error("'evaluator' has a torchscript and a network; keep one of them");
    }
    if (command.isPresent() && evaluator.find("constants").isPresent()) {
      throw evaluator.keys().get("constants").error("'constants' goes with a network only");
    }
    refuseWithout(evaluator, "bind", "onnx");
    refuseWithout(evaluator, "output", "onnx");
    refuseWithout(evaluator, "timeout-seconds", "command");
    if (command.isPresent()) {
      return new EvaluatorSpec.Command(
          command.get().list(YamlValue::text),
          folder,
          evaluator.find("timeout-seconds").map(EvalFile::seconds).orElse(DEFAULT_TIMEOUT));
    }
    if (onnx.isEmpty()) {
      return torch.orElseThrow();
    }
    return new EvaluatorSpec.Network(
        "onnx",
        onnx.get(),
        constants(evaluator),
        evaluator.find("bind").map(this::checkpoint),
        evaluator.find("output").map(YamlValue::text));
  }

  private static List<String> constants(YamlMapping evaluator) {
    return evaluator.find("constants").map(value -> value.list(YamlValue::text)).orElse(List.of());
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
