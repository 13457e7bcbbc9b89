package dev.stockpot.eval;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The line of JSON that an evaluator command prints: `{"accuracy": 0.81, "n": 2000}`.
///
/// Every number is a metric, except `n`, the number of examples. `correct`, which may be left out,
/// tells for each example whether it was right: 0 and 1, or false and true. Other members are left
/// alone.
final class CommandResult {
  /// Ways in which languages print numbers that JSON does not have, Python's `json.dumps` among
  /// them.
  private static final Pattern NOT_FINITE =
      Pattern.compile(
          "\"([^\"\\\\]*+)\"\\s*+:\\s*+([-+]?(?:nan|inf(?:inity)?))\\b", Pattern.CASE_INSENSITIVE);

  private static final double CORRECT_TOLERANCE = 1e-6;
  private static final int SHOWN_CHARACTERS = 200;
  private static final String EXAMPLE =
      "print a last line such as {\"accuracy\": 0.81, \"n\": 2000}";

  private final String line;
  private final Map<String, Json> members;

  private CommandResult(String line, Map<String, Json> members) {
    this.line = line;
    this.members = members;
  }

  /// Reads the line.
  ///
  /// @param metric must be there
  /// @throws EvaluationException saying what is wrong with the line
  static Evaluation parse(String set, String line, String metric) {
    Json document;
    try {
      document = JsonReader.read(line);
    } catch (JsonException e) {
      Matcher notFinite = NOT_FINITE.matcher(line);
      if (notFinite.find()) {
        throw notFinite(notFinite.group(1), notFinite.group(2));
      }
      throw new EvaluationException(
          "the last line it printed is not JSON ("
              + e.getMessage()
              + ", at byte "
              + e.offset()
              + "); "
              + EXAMPLE
              + shown(line));
    }
    if (!(document instanceof Json.Obj(Map<String, Json> members))) {
      throw new EvaluationException(
          "the last line it printed is "
              + document.kind()
              + " instead of a JSON object; "
              + EXAMPLE
              + shown(line));
    }
    return new CommandResult(line, members).evaluation(set, metric);
  }

  private Evaluation evaluation(String set, String metric) {
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    members.forEach((name, value) -> {
      if (value instanceof Json.Num number && !name.equals("n")) {
        double finite = number.asDouble();
        if (!Double.isFinite(finite)) {
          throw notFinite(name, number.text());
        }
        metrics.put(name, finite);
      }
    });
    if (!metrics.containsKey(metric)) {
      Json found = members.get(metric);
      throw fault(
          (found == null
                  ? "it gave no metric '" + metric + "'"
                  : "its metric '" + metric + "' is " + found.kind() + " instead of a number")
              + ", by which candidates are chosen; it gave "
              + (metrics.isEmpty() ? "none" : String.join(", ", metrics.keySet()))
              + "; print it, or set 'metric' to one of those");
    }
    int n = n();
    return new Evaluation(set, n, metrics, correct(n, metrics), Optional.empty());
  }

  private int n() {
    Json found = members.get("n");
    long n = 0;
    if (found instanceof Json.Num number) {
      try {
        n = number.asLong();
      } catch (ArithmeticException _) {
        n = 0;
      }
    }
    if (n < 1 || n > Integer.MAX_VALUE) {
      String shown =
          switch (found) {
            case null -> "it gave no 'n'";
            case Json.Num(String text) -> "its 'n' is " + text;
            default -> "its 'n' is " + found.kind();
          };
      throw fault(
          shown + "; print the number of examples it measured as \"n\", a whole number from 1");
    }
    return (int) n;
  }

  private Optional<BitSet> correct(int n, Map<String, Double> metrics) {
    Json found = members.get("correct");
    if (found == null) {
      return Optional.empty();
    }
    if (!(found instanceof Json.Arr(List<Json> elements))) {
      throw fault(
          "its 'correct' is "
              + found.kind()
              + " instead of an array; print 0 or 1 per example, or leave it out");
    }
    if (elements.size() != n) {
      throw fault(
          "its 'correct' has "
              + elements.size()
              + " elements, but 'n' is "
              + n
              + "; print one per example, or leave it out");
    }
    BitSet correct = new BitSet(n);
    for (int i = 0; i < n; i++) {
      correct.set(i, isCorrect(i, elements.get(i)));
    }
    double share = (double) correct.cardinality() / n;
    Double accuracy = metrics.get("accuracy");
    if (accuracy != null && Math.abs(share - accuracy) > CORRECT_TOLERANCE) {
      throw fault(
          "its 'accuracy' is %s, but %d of %d 'correct' are %s; print them of the same examples"
              .formatted(accuracy, correct.cardinality(), n, share));
    }
    return Optional.of(correct);
  }

  private boolean isCorrect(int example, Json element) {
    if (element instanceof Json.Bool(boolean value)) {
      return value;
    }
    if (element instanceof Json.Num number && (number.asDouble() == 0 || number.asDouble() == 1)) {
      return number.asDouble() == 1;
    }
    throw fault(
        "its 'correct' has "
            + (element instanceof Json.Num(String text) ? text : element.kind())
            + " for example "
            + example
            + "; print 0 or 1");
  }

  private EvaluationException fault(String what) {
    return new EvaluationException(what + shown(line));
  }

  private static EvaluationException notFinite(String name, String value) {
    return new EvaluationException(
        "it printed '"
            + name
            + "' as "
            + value
            + ", which is no number; look for a checkpoint or a loss that overflowed, or leave '"
            + name
            + "' out");
  }

  private static String shown(String line) {
    String start =
        line.length() > SHOWN_CHARACTERS ? line.substring(0, SHOWN_CHARACTERS) + "…" : line;
    return "\n  last line: " + start;
  }
}
