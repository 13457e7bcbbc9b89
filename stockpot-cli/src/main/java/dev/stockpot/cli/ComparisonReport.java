package dev.stockpot.cli;

import dev.stockpot.checkpoint.Comparison;
import dev.stockpot.checkpoint.TensorComparison;
import dev.stockpot.checkpoint.TensorComparison.Pair;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Table.Column;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.text.Counted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// What `stockpot compare` found, as text or JSON.
///
/// @param a as the user named it
/// @param b likewise
/// @param base likewise
record ComparisonReport(Path a, Path b, Optional<Path> base, Comparison comparison) {

  Json json() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("a", a.toString());
    document.put("b", b.toString());
    base.ifPresent(path -> document.put("base", path.toString()));
    document.put("same", comparison.isSame());
    document.put("headers", comparison.headers());
    document.put("total", members(total()));
    List<Map<String, Object>> tensors = new ArrayList<>();
    for (String name : comparison.mostDifferent()) {
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("name", name);
      tensor.putAll(members(comparison.tensors().get(name)));
      tensors.add(tensor);
    }
    document.put("tensors", tensors);
    return JsonWriter.of(document);
  }

  String text() {
    String verdict = comparison.isSame() ? "\n" + a + " and " + b + " hold the same\n" : "";
    return table() + notFinite() + headers() + verdict;
  }

  private Map<String, Object> members(TensorComparison found) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("elements", found.elements());
    members.put("differing", found.differing());
    members.put("not_finite", found.notFinite());
    members.put("norm_a", found.pair().normA());
    members.put("norm_b", found.pair().normB());
    members.put("norm_difference", found.norm());
    members.put("relative", found.relative());
    members.put("cosine", orNull(found.pair().cosine()));
    members.put("largest", found.largest());
    if (base.isPresent()) {
      Optional<Pair> moves = found.moves();
      members.put("norm_a_minus_base", moves.map(Pair::normA).orElse(null));
      members.put("norm_b_minus_base", moves.map(Pair::normB).orElse(null));
      members.put("cosine_of_moves", moves.map(pair -> orNull(pair.cosine())).orElse(null));
      members.put("angle_degrees", moves.map(pair -> orNull(pair.angleDegrees())).orElse(null));
    }
    return members;
  }

  private String table() {
    List<Column> columns = new ArrayList<>();
    columns.add(Table.text("tensor"));
    List.of("|A-B|", "relative", "cosine", "largest", "differ")
        .forEach(header -> columns.add(Table.number(header)));
    if (base.isPresent()) {
      List.of("|A-C|", "|B-C|", "degrees").forEach(header -> columns.add(Table.number(header)));
    }
    Table table = new Table(columns.toArray(Column[]::new));
    for (String name : comparison.mostDifferent()) {
      row(table, name, comparison.tensors().get(name));
    }
    row(table, "all", total());
    return table.format();
  }

  private void row(Table table, String name, TensorComparison found) {
    List<String> cells = new ArrayList<>();
    cells.add(name);
    cells.add(Quantities.number(found.norm()));
    cells.add(Quantities.number(found.relative()));
    cells.add(fixed("%.6f", found.pair().cosine()));
    cells.add(Quantities.number(found.largest()));
    cells.add(Quantities.count(found.differing()));
    if (base.isPresent()) {
      Optional<Pair> moves = found.moves();
      cells.add(moves.map(pair -> Quantities.number(pair.normA())).orElse("-"));
      cells.add(moves.map(pair -> Quantities.number(pair.normB())).orElse("-"));
      cells.add(moves.map(pair -> fixed("%.2f", pair.angleDegrees())).orElse("-"));
    }
    table.row(cells.toArray(String[]::new));
  }

  private String notFinite() {
    long count = total().notFinite();
    return count == 0
        ? ""
        : "\nNaN or infinite in one of them, and left out of all but \"differ\": "
            + Counted.of(count, "element")
            + "\n";
  }

  private String headers() {
    if (comparison.headers().isEmpty()) {
      return "";
    }
    Table table = new Table(Table.text("differs"), Table.text(""));
    comparison.headers().forEach(table::row);
    return "\n" + table.format();
  }

  private TensorComparison total() {
    return comparison.total(base.isPresent());
  }

  private static String fixed(String format, OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "-";
  }

  private static Double orNull(OptionalDouble value) {
    return value.isPresent() ? (Double) value.getAsDouble() : null;
  }
}
