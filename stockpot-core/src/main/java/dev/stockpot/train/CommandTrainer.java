package dev.stockpot.train;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.internal.io.IoReason;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.work.Leash;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.train.RunRecord.Status;
import dev.stockpot.train.Search.Draw;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Trains by a program of the user's, a call per run.
///
/// What the program prints goes to `log.txt`. Lines of JSON on it tell of epochs: `{"epoch": 1,
/// "loss": 0.7, "accuracy": 0.8}`. A loss that is NaN, infinite or null says that the run diverged.
///
/// @param command with its words
/// @param base for `{base}`
/// @param evaluator measures what comes out, if there is one
/// @param identity of what all runs depend on
record CommandTrainer(
    TrainerSpec.Command command,
    Optional<Path> base,
    Optional<Evaluator> evaluator,
    String identity)
    implements RunTrainer {
  private static final Pattern PLACE = Pattern.compile("\\{([a-z][a-z0-9_-]*)}");
  private static final Pattern NOT_FINITE =
      Pattern.compile("(?<=:)\\s*[-+]?(?:NaN|Infinity|inf|nan)(?=\\s*[,}])");
  private static final String LOG = "log.txt";
  private static final int SHOWN_LINES = 10;

  @Override
  public long amount(Draw draw) {
    return 1;
  }

  @Override
  public Progress.Unit unit() {
    return Progress.Unit.CANDIDATES;
  }

  /// Places in the words that nothing fills.
  static List<String> places(List<String> words) {
    return words.stream()
        .flatMap(word -> PLACE.matcher(word).results().map(match -> match.group(1)))
        .distinct()
        .toList();
  }

  @Override
  public RunRecord train(Draw draw, Path folder, Path work, Progress.Task task) {
    Path output = work.resolve("output").resolve(command.output()).toAbsolutePath();
    Path state = work.resolve("state").toAbsolutePath();
    Path log = folder.resolve(LOG);
    WorkFolder.delete(output.getParent());
    try {
      Files.createDirectories(output.getParent());
      Files.createDirectories(state);
      Files.createDirectories(folder);
      int code = call(words(draw, output, state), log);
      task.advance(1);
      List<Epoch> epochs = epochs(log);
      if (epochs.stream().anyMatch(epoch -> !epoch.isFinite())) {
        return record(draw, Status.DIVERGED, Optional.of("its loss was not finite"), epochs);
      }
      if (code != 0) {
        return record(draw, Status.FAILED, Optional.of(failure(code, log)), epochs);
      }
      if (!Files.exists(output)) {
        String why = "the program ended well, but wrote nothing to {output}, which was " + output;
        return record(draw, Status.FAILED, Optional.of(why), epochs);
      }
      SequencedMap<String, Double> select = measure(output, epochs);
      Files.move(output, folder.resolve(command.output()), StandardCopyOption.REPLACE_EXISTING);
      return new RunRecord(
          draw.name(),
          new LinkedHashMap<>(draw.json()),
          Status.FINISHED,
          Optional.empty(),
          epochs,
          select,
          Sweep.hashes(folder, List.of(command.output())),
          identity);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be written: " + IoReason.of(e), e);
    }
  }

  private List<String> words(Draw draw, Path output, Path state) {
    Map<String, String> values = new HashMap<>();
    draw.values().forEach((name, value) -> values.put(name, value.text()));
    values.put("output", output.toString());
    values.put("state", state.toString());
    values.put("run", draw.name());
    base.ifPresent(path -> values.put("base", path.toAbsolutePath().toString()));
    return command.words().stream()
        .map(word ->
            PLACE
                .matcher(word)
                .replaceAll(match ->
                    Matcher.quoteReplacement(values.getOrDefault(match.group(1), match.group()))))
        .toList();
  }

  private int call(List<String> words, Path log) throws IOException {
    Leash leash = new Leash();
    try {
      Process process =
          leash.hold(() -> {
            try {
              return new ProcessBuilder(words)
                  .directory(command.folder().toAbsolutePath().toFile())
                  .redirectErrorStream(true)
                  .redirectOutput(log.toAbsolutePath().toFile())
                  .start();
            } catch (IOException e) {
              throw new RecipeException(
                  "trainer: '"
                      + words.getFirst()
                      + "' cannot be started: it is not installed, not on the PATH, or not"
                      + " executable; install it, or give its full path");
            }
          });
      process.getOutputStream().close();
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      leash.release();
    }
  }

  /// By the evaluator, or as the program said last.
  private SequencedMap<String, Double> measure(Path output, List<Epoch> epochs) {
    try (Checkpoint checkpoint = Checkpoints.open(output)) {
      if (evaluator.isEmpty()) {
        return epochs.isEmpty() ? new LinkedHashMap<>() : epochs.getLast().select();
      }
      // For one thread at a time.
      synchronized (evaluator.get()) {
        evaluator.get().check(checkpoint);
        return evaluator.get().evaluate(checkpoint, List.of("select")).get("select").metrics();
      }
    }
  }

  private RunRecord record(Draw draw, Status status, Optional<String> why, List<Epoch> epochs) {
    return new RunRecord(
        draw.name(),
        new LinkedHashMap<>(draw.json()),
        status,
        why,
        epochs,
        new LinkedHashMap<>(),
        new LinkedHashMap<>(),
        identity);
  }

  private static List<Epoch> epochs(Path log) throws IOException {
    List<Epoch> epochs = new ArrayList<>();
    for (String line : lines(log)) {
      if (line.startsWith("{")) {
        try {
          String finite = NOT_FINITE.matcher(line).replaceAll("null");
          if (JsonReader.read(finite) instanceof Json.Obj(Map<String, Json> members)
              && members.get("epoch") instanceof Json.Num number) {
            SequencedMap<String, Json> metrics = new LinkedHashMap<>(members);
            metrics.values().removeIf(value -> !(value instanceof Json.Num));
            metrics.keySet().removeAll(List.of("epoch", "loss"));
            epochs.add(
                new Epoch(
                    (int) number.asDouble(),
                    members.get("loss") instanceof Json.Num loss ? loss.asDouble() : Double.NaN,
                    Epoch.numbers(metrics)));
          }
        } catch (JsonException _) {
          // A line of its own kind.
        }
      }
    }
    return epochs;
  }

  private static String failure(int code, Path log) throws IOException {
    List<String> lines = lines(log);
    List<String> last = lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size());
    return "the program ended with exit code %d; %s ends:%s"
        .formatted(code, log, last.isEmpty() ? " empty" : "\n    " + String.join("\n    ", last));
  }

  /// Programs may print what is no UTF-8.
  private static List<String> lines(Path log) throws IOException {
    return new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }
}
