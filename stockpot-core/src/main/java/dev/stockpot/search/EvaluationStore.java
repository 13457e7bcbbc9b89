package dev.stockpot.search;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.eval.Attempt;
import dev.stockpot.eval.Bar;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.ExampleNumbers;
import dev.stockpot.eval.PredictionStore;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/// Evaluations that are done, on disk: nothing is measured twice, also not after a crash.
///
/// An evaluation is kept under a fingerprint of the candidate's content and the set. Predictions
/// lie in files beside it, so memory does not grow with candidates and examples.
public final class EvaluationStore implements AutoCloseable {
  private final Path folder;
  private final boolean sync;
  private final PredictionStore predictions;
  private final Map<String, Evaluation> known = new ConcurrentHashMap<>();
  private final Map<String, Hardness> hardness = new ConcurrentHashMap<>();

  /// @param folder is made when the first evaluation is put; one for each evaluator and its data
  /// @param durability whether an evaluation that is kept is on disk, for a later run
  public EvaluationStore(Path folder, Durability durability) {
    this.folder = folder;
    this.sync = durability == Durability.SYNCED;
    this.predictions = new PredictionStore(folder);
  }

  /// An evaluation that was put before, also by an earlier run.
  ///
  /// @param candidate fingerprint
  /// @param set name
  /// @param needsPredictions whether one without logits is of no use
  public Optional<Evaluation> find(String candidate, String set, boolean needsPredictions) {
    Path file = file(candidate, set);
    Optional<Evaluation> found =
        Optional.ofNullable(known.get(file.toString()))
            .filter(evaluation -> !needsPredictions || evaluation.predictions().isPresent())
            .or(() ->
                read(
                    file,
                    document -> {
                      Evaluation evaluation = parse(candidate, set, document);
                      return needsPredictions
                          ? evaluation.withPredictions(predictions.find(candidate, set))
                          : evaluation;
                    }))
            .filter(evaluation -> !needsPredictions || evaluation.predictions().isPresent());
    found.ifPresent(evaluation -> known.put(file.toString(), evaluation));
    return found;
  }

  /// Keeps an evaluation.
  ///
  /// @param candidate fingerprint
  /// @param keepPredictions whether its logits will be asked for
  /// @return the same, its logits on disk or gone
  public Evaluation put(String candidate, Evaluation evaluation, boolean keepPredictions) {
    Path file = file(candidate, evaluation.set());
    Path numbers = numbersFile(candidate, evaluation.set());
    Evaluation kept =
        evaluation
            .withPredictions(
                evaluation
                    .predictions()
                    .filter(_ -> keepPredictions)
                    .map(values -> predictions.put(candidate, evaluation.set(), values)))
            .withNumbers(
                evaluation.numbers().map(values -> NumberFile.write(numbers, values.read(), sync)));
    AtomicFile.writeString(file, text(evaluation), sync);
    known.put(file.toString(), kept);
    return kept;
  }

  /// What is known of a candidate whose score has to pass: an evaluation, or that it was given up
  /// with a bound that does not pass, either.
  public Optional<Attempt> findAttempt(String candidate, String set, Bar.Test passes) {
    Optional<Attempt> finished = find(candidate, set, false).map(Attempt.Finished::new);
    return finished.or(() ->
        findStopped(candidate, set)
            .filter(stopped -> !passes.passes(stopped.bound()))
            .map(stopped -> stopped));
  }

  /// Keeps an attempt.
  ///
  /// @return the same, without predictions
  public Attempt put(String candidate, String set, Attempt attempt) {
    return switch (attempt) {
      case Attempt.Finished(Evaluation evaluation) ->
          new Attempt.Finished(put(candidate, evaluation, false));
      case Attempt.Stopped stopped -> {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("bound", number(stopped.bound()));
        members.put("examples", stopped.examples());
        AtomicFile.writeString(
            stoppedFile(candidate, set), JsonWriter.write(JsonWriter.of(members)), sync);
        yield stopped;
      }
    };
  }

  /// How hard a set's examples are for candidates that may be given up; found once, since it takes
  /// every model's evaluation.
  Hardness hardness(String set, Supplier<Hardness> find) {
    return hardness.computeIfAbsent(set, _ -> find.get());
  }

  @Override
  public void close() {
    predictions.close();
  }

  /// What a file holds, if it is there and whole: what a power failure cut off or garbled is
  /// measured again.
  private static <T> Optional<T> read(Path file, Function<Json, T> parse) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse.apply(JsonReader.read(Files.readAllBytes(file))));
    } catch (JsonException
        | ClassCastException
        | NullPointerException
        | IllegalArgumentException
        | ArithmeticException
        | EvaluationException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String candidate, String set) {
    return folder
        .resolve(PredictionStore.fileName(candidate))
        .resolve(PredictionStore.fileName(set) + ".json");
  }

  private Optional<Attempt.Stopped> findStopped(String candidate, String set) {
    return read(
        stoppedFile(candidate, set),
        document -> {
          Map<String, Json> members = ((Json.Obj) document).members();
          int examples = Math.toIntExact(((Json.Num) members.get("examples")).asLong());
          return new Attempt.Stopped(number(members.get("bound")), examples);
        });
  }

  private Path stoppedFile(String candidate, String set) {
    return folder
        .resolve(PredictionStore.fileName(candidate))
        .resolve("stopped")
        .resolve(PredictionStore.fileName(set) + ".json");
  }

  /// NaN and the infinities, for which JSON has no numbers, are texts.
  private static Object number(double value) {
    return Double.isFinite(value) ? value : Double.toString(value);
  }

  private static double number(Json value) {
    return value instanceof Json.Num number
        ? number.asDouble()
        : Double.parseDouble(((Json.Str) value).value());
  }

  private Path numbersFile(String candidate, String set) {
    return folder
        .resolve(PredictionStore.fileName(candidate))
        .resolve("numbers")
        .resolve(PredictionStore.fileName(set) + ".f64");
  }

  private static String text(Evaluation evaluation) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("n", evaluation.n());
    Map<String, Object> metrics = new LinkedHashMap<>();
    evaluation.metrics().forEach((name, value) -> metrics.put(name, number(value)));
    members.put("metrics", metrics);
    evaluation
        .correct()
        .ifPresent(bits -> members.put("correct", HexFormat.of().formatHex(bits.toByteArray())));
    evaluation.numbers().ifPresent(values -> members.put("numbers", values.read().length));
    return JsonWriter.write(JsonWriter.of(members));
  }

  private Evaluation parse(String candidate, String set, Json document) {
    Map<String, Json> members = ((Json.Obj) document).members();
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    ((Json.Obj) members.get("metrics"))
        .members()
        .forEach((name, value) -> metrics.put(name, number(value)));
    Optional<BitSet> correct =
        Optional.ofNullable(members.get("correct"))
            .map(hex -> BitSet.valueOf(HexFormat.of().parseHex(((Json.Str) hex).value())));
    int n = Math.toIntExact(((Json.Num) members.get("n")).asLong());
    Optional<ExampleNumbers> numbers =
        Optional.ofNullable(members.get("numbers"))
            .map(count ->
                NumberFile.of(
                    numbersFile(candidate, set), Math.toIntExact(((Json.Num) count).asLong())));
    return new Evaluation(set, n, metrics, correct, Optional.empty(), numbers);
  }
}
