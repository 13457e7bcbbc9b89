package dev.stockpot.eval;

import dev.stockpot.checkpoint.Checkpoint;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Measures candidates by a program of the user's, one call per candidate and set.
///
/// The last line that the program prints is a JSON object; see [CommandResult] for what it holds.
public final class CommandEvaluator implements Evaluator {
  private static final Pattern PLACE = Pattern.compile("\\{(checkpoint|data)}");

  private final EvaluatorSpec.Command command;
  private final SequencedMap<String, String> data;
  private final TaskSpec task;

  private CommandEvaluator(
      EvaluatorSpec.Command command, SequencedMap<String, String> data, TaskSpec task) {
    this.command = command;
    this.data = data;
    this.task = task;
  }

  /// Takes a command; it is first called when a candidate is measured.
  ///
  /// @param spec whose evaluator is the command
  /// @throws EvaluationException for a set of arrays, or a command of no words
  public static CommandEvaluator open(EvalSpec spec, EvaluatorSpec.Command command) {
    if (command.words().isEmpty()) {
      throw new EvaluationException(
          "evaluator command: has no words; name a program, such as [python, eval.py, --weights,"
              + " \"{checkpoint}\", --data, \"{data}\"]");
    }
    SequencedMap<String, String> data = new LinkedHashMap<>();
    for (SetSpec set : spec.sets()) {
      switch (set.source()) {
        case SetSpec.Source.Text(String text) -> data.put(set.name(), text);
        case SetSpec.Source.Arrays arrays ->
            throw onlyNetwork(
                set, "a pair of arrays (x: " + arrays.inputs().firstEntry().getValue() + ")");
        case SetSpec.Source.Images images ->
            throw onlyNetwork(set, "a folder of images (" + images.folder() + ")");
        case SetSpec.Source.Columns columns ->
            throw onlyNetwork(set, "a table (" + columns.table() + ")");
        case SetSpec.Source.Sentences sentences ->
            throw onlyNetwork(set, "a table (" + sentences.table() + ")");
      }
    }
    return new CommandEvaluator(command, data, spec.task());
  }

  @Override
  public List<String> check(Checkpoint candidate) {
    return command.words().stream().anyMatch(word -> word.contains("{checkpoint}"))
        ? List.of()
        : List.of(
            "the evaluator command does not mention {checkpoint}: every candidate will measure the"
                + " same");
  }

  @Override
  public void evaluate(Checkpoint candidate, Collection<String> names, Consumer<Evaluation> done) {
    for (String set : names) {
      String text = data.get(set);
      if (text == null) {
        throw new IllegalArgumentException("no set '" + set + "' among " + data.keySet());
      }
      done.accept(evaluate(candidate, set, text));
    }
  }

  @Override
  public boolean givesPredictions() {
    return false;
  }

  @Override
  public boolean handsOnPaths() {
    return true;
  }

  @Override
  public boolean higherIsBetter() {
    return task.higherIsBetter();
  }

  @Override
  public void close() {}

  private Evaluation evaluate(Checkpoint candidate, String set, String text) {
    // Absolute, since the command runs in its own folder.
    String checkpoint = candidate.path().toAbsolutePath().toString();
    List<String> words =
        command.words().stream()
            .map(word -> fill(word, Map.of("checkpoint", checkpoint, "data", text)))
            .toList();
    try {
      String line = new CommandRun(words, command.folder(), command.timeout()).lastLine();
      return CommandResult.parse(set, line, task.metric());
    } catch (EvaluationException e) {
      throw new EvaluationException(
          "evaluator command on set '%s' for %s: %s\n  command: %s\n  folder: %s"
              .formatted(
                  set,
                  candidate.path(),
                  e.getMessage(),
                  String.join(" ", words),
                  command.folder().toAbsolutePath()),
          e);
    }
  }

  /// Both places at once, so that a path with braces in it stays as it is.
  private static String fill(String word, Map<String, String> values) {
    return PLACE
        .matcher(word)
        .replaceAll(match -> Matcher.quoteReplacement(values.get(match.group(1))));
  }

  private static EvaluationException onlyNetwork(SetSpec set, String what) {
    return new EvaluationException(
        "set '"
            + set.name()
            + "': is "
            + what
            + ", which only a network understands; a command needs a string, which it gets"
            + " as {data}");
  }
}
