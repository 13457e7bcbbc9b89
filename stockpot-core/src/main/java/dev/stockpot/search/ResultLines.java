package dev.stockpot.search;

import dev.stockpot.eval.Evaluation;
import dev.stockpot.internal.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `results.jsonl`: one line of JSON per result, the same bytes for the same results.
public final class ResultLines {
  private ResultLines() {}

  /// All lines.
  public static String write(List<Result> results) {
    StringBuilder lines = new StringBuilder();
    results.forEach(
        result -> lines.append(JsonWriter.write(JsonWriter.of(members(result)))).append('\n'));
    return lines.toString();
  }

  /// One result: `name`, `recipe`, `ingredients`, `metrics` by set, `n` by set, and `correct` by
  /// set where it is known.
  public static Map<String, Object> members(Result result) {
    Map<String, Object> metrics = new LinkedHashMap<>();
    Map<String, Object> n = new LinkedHashMap<>();
    Map<String, Object> correct = new LinkedHashMap<>();
    for (Map.Entry<String, Evaluation> entry : result.evaluations().entrySet()) {
      metrics.put(entry.getKey(), entry.getValue().metrics());
      n.put(entry.getKey(), entry.getValue().n());
      entry.getValue().correctCount().ifPresent(count -> correct.put(entry.getKey(), count));
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("name", result.name());
    line.put("recipe", result.recipe());
    line.put("ingredients", result.ingredients());
    line.put("metrics", metrics);
    line.put("n", n);
    if (!correct.isEmpty()) {
      line.put("correct", correct);
    }
    return line;
  }
}
