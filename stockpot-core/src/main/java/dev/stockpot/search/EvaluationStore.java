package dev.stockpot.search;

import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.LogitsStore;
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

/// Evaluations that are done, on disk: nothing is measured twice, also not after a crash.
///
/// An evaluation is kept under a fingerprint of the candidate's content and the set. Logits lie in
/// files beside it, so memory does not grow with candidates and examples.
public final class EvaluationStore implements AutoCloseable {
  private final Path folder;
  private final LogitsStore logits;
  private final Map<String, Evaluation> known = new ConcurrentHashMap<>();

  /// @param folder is made when the first evaluation is put; one for each evaluator and its data
  public EvaluationStore(Path folder) {
    this.folder = folder;
    this.logits = new LogitsStore(folder);
  }

  /// An evaluation that was put before, also by an earlier run.
  ///
  /// @param candidate fingerprint
  /// @param set name
  /// @param needsLogits whether one without logits is of no use
  public Optional<Evaluation> find(String candidate, String set, boolean needsLogits) {
    Path file = file(candidate, set);
    Optional<Evaluation> found =
        Optional.ofNullable(known.get(file.toString()))
            .filter(evaluation -> !needsLogits || evaluation.logits().isPresent())
            .or(() -> read(file, candidate, set, needsLogits))
            .filter(evaluation -> !needsLogits || evaluation.logits().isPresent());
    found.ifPresent(evaluation -> known.put(file.toString(), evaluation));
    return found;
  }

  /// Keeps an evaluation.
  ///
  /// @param candidate fingerprint
  /// @param keepLogits whether its logits will be asked for
  /// @return the same, its logits on disk or gone
  public Evaluation put(String candidate, Evaluation evaluation, boolean keepLogits) {
    Evaluation kept =
        evaluation.withLogits(
            evaluation
                .logits()
                .filter(_ -> keepLogits)
                .map(values -> logits.put(candidate, evaluation.set(), values)));
    Path file = file(candidate, evaluation.set());
    AtomicFile.writeString(file, text(evaluation), false);
    known.put(file.toString(), kept);
    return kept;
  }

  @Override
  public void close() {
    logits.close();
  }

  private Optional<Evaluation> read(Path file, String candidate, String set, boolean needsLogits) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Evaluation evaluation = parse(set, JsonReader.read(Files.readAllBytes(file)));
      return Optional.of(
          needsLogits ? evaluation.withLogits(logits.find(candidate, set)) : evaluation);
    } catch (JsonException
        | ClassCastException
        | NullPointerException
        | IllegalArgumentException
        | ArithmeticException
        | EvaluationException e) {
      // Cut off or garbled by a power failure, the document or the logits: measured again.
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String candidate, String set) {
    return folder
        .resolve(LogitsStore.fileName(candidate))
        .resolve(LogitsStore.fileName(set) + ".json");
  }

  private static String text(Evaluation evaluation) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("n", evaluation.n());
    Map<String, Object> metrics = new LinkedHashMap<>();
    evaluation
        .metrics()
        .forEach(
            (name, value) -> metrics.put(name, Double.isFinite(value) ? value : value.toString()));
    members.put("metrics", metrics);
    evaluation
        .correct()
        .ifPresent(bits -> members.put("correct", HexFormat.of().formatHex(bits.toByteArray())));
    return JsonWriter.write(JsonWriter.of(members));
  }

  private static Evaluation parse(String set, Json document) {
    Map<String, Json> members = ((Json.Obj) document).members();
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    ((Json.Obj) members.get("metrics"))
        .members()
        .forEach((name, value) ->
            metrics.put(
                name,
                value instanceof Json.Num number
                    ? number.asDouble()
                    // NaN and the infinities, for which JSON has no numbers
                    : Double.parseDouble(((Json.Str) value).value())));
    Optional<BitSet> correct =
        Optional.ofNullable(members.get("correct"))
            .map(hex -> BitSet.valueOf(HexFormat.of().parseHex(((Json.Str) hex).value())));
    int n = Math.toIntExact(((Json.Num) members.get("n")).asLong());
    return new Evaluation(set, n, metrics, correct, Optional.empty());
  }
}
