package dev.stockpot.cli;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.checkpoint.TensorStatistics;
import dev.stockpot.cli.terminal.Capabilities;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Table.Column;
import dev.stockpot.cli.terminal.Text;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What `stockpot inspect` found, as text or JSON.
///
/// @param file as the user named it
/// @param tensors in the order of the output
/// @param statistics by name; empty if they were not asked for
/// @param values the first values of the only tensor, if asked for
/// @param metadata of the checkpoint
/// @param notes on how it was read
record Inspection(
    Path file,
    List<TensorSpec> tensors,
    Map<String, TensorStatistics> statistics,
    Optional<List<Number>> values,
    Map<String, String> metadata,
    List<String> notes) {

  Json json() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("file", file.toString());
    document.put("tensors", tensors.stream().map(this::json).toList());
    document.put("parameters", parameters(tensors));
    document.put("bytes", bytes(tensors));
    document.put("metadata", new TreeMap<>(metadata));
    document.put("notes", notes);
    return JsonWriter.of(document);
  }

  String text(Capabilities can) {
    if (tensors.isEmpty()) {
      return "no tensors\n" + metadataText(can) + notesText();
    }
    String totals = values.isPresent() ? "" : "\n" + totals();
    return table() + totals + metadataText(can) + valuesText() + notesText();
  }

  private Map<String, Object> json(TensorSpec tensor) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", tensor.name());
    document.put("dtype", tensor.dtype().name());
    document.put("shape", tensor.shape());
    document.put("bytes", tensor.bytes());
    if (statistics.containsKey(tensor.name())) {
      TensorStatistics found = statistics.get(tensor.name());
      Map<String, Object> stats = new LinkedHashMap<>();
      stats.put("min", found.min().orElse(null));
      stats.put("max", found.max().orElse(null));
      stats.put("mean", found.mean().isPresent() ? found.mean().getAsDouble() : null);
      stats.put("norm", found.norm());
      stats.put("nan", found.nans());
      stats.put("inf", found.infinities());
      document.put("stats", stats);
    }
    values.ifPresent(numbers -> document.put("values", numbers));
    return document;
  }

  private String table() {
    boolean stats = !statistics.isEmpty();
    List<Column> columns = new ArrayList<>();
    columns.add(Table.text("tensor"));
    columns.add(Table.text("dtype"));
    columns.add(Table.text("shape"));
    columns.add(Table.number("size"));
    if (stats) {
      List.of("min", "max", "mean", "norm", "NaN", "Inf")
          .forEach(header -> columns.add(Table.number(header)));
    }
    Table table = new Table(columns.toArray(Column[]::new));
    for (TensorSpec tensor : tensors) {
      List<String> cells = new ArrayList<>();
      cells.add(tensor.name());
      cells.add(tensor.dtype().name());
      cells.add(tensor.shape().toString());
      cells.add(Quantities.bytes(tensor.bytes()));
      if (stats) {
        cells.addAll(cells(Optional.ofNullable(statistics.get(tensor.name()))));
      }
      table.row(cells.toArray(String[]::new));
    }
    return table.format();
  }

  private static List<String> cells(Optional<TensorStatistics> statistics) {
    return statistics
        .map(found ->
            List.of(
                found.min().map(Inspection::cell).orElse("-"),
                found.max().map(Inspection::cell).orElse("-"),
                found.mean().isPresent() ? Quantities.number(found.mean().getAsDouble()) : "-",
                Quantities.number(found.norm()),
                Quantities.count(found.nans()),
                Quantities.count(found.infinities())))
        .orElse(List.of("-", "-", "-", "-", "-", "-"));
  }

  /// Integers exactly, floats to five digits.
  private static String cell(Number number) {
    return number instanceof Double real ? Quantities.number(real) : number.toString();
  }

  private String totals() {
    Map<DType, List<TensorSpec>> byType =
        tensors.stream()
            .collect(
                Collectors.groupingBy(
                    TensorSpec::dtype, () -> new EnumMap<>(DType.class), Collectors.toList()));
    Table table =
        new Table(
            Table.text("dtype"),
            Table.number("tensors"),
            Table.number("parameters"),
            Table.number("size"));
    byType.forEach((dtype, specs) -> total(table, dtype.name(), specs));
    if (byType.size() > 1) {
      total(table, "all", tensors);
    }
    return table.format();
  }

  private static void total(Table table, String name, List<TensorSpec> tensors) {
    table.row(
        name,
        Quantities.count(tensors.size()),
        Quantities.count(parameters(tensors)),
        Quantities.bytes(bytes(tensors)));
  }

  private String metadataText(Capabilities can) {
    if (metadata.isEmpty() || values.isPresent()) {
      return "";
    }
    Table table = new Table(Table.text("metadata"), Table.text(""));
    new TreeMap<>(metadata).forEach(table::row);
    return "\n"
        + table
            .format()
            .lines()
            .map(line ->
                can.outIsTerminal() ? Text.cut(line, can.columns(), can.outUnicode()) : line)
            .collect(Collectors.joining("\n", "", "\n"));
  }

  private String notesText() {
    return notes.isEmpty()
        ? ""
        : notes.stream()
            .map(note -> "note: " + note + "\n")
            .collect(Collectors.joining("", "\n", ""));
  }

  private String valuesText() {
    if (values.isEmpty()) {
      return "";
    }
    TensorSpec tensor = tensors.getFirst();
    if (tensor.dtype().kind() == DType.Kind.RAW) {
      return "\n" + tensor.dtype() + " elements are carried as raw bytes and not shown\n";
    }
    String shown = values.get().stream().map(Number::toString).collect(Collectors.joining("\n"));
    long more = tensor.elements() - values.get().size();
    return (shown.isEmpty() ? "" : "\n" + shown + "\n")
        + (more > 0 ? "... and " + Quantities.count(more) + " more\n" : "");
  }

  private static long parameters(List<TensorSpec> tensors) {
    return tensors.stream().mapToLong(TensorSpec::elements).sum();
  }

  private static long bytes(List<TensorSpec> tensors) {
    return tensors.stream().mapToLong(TensorSpec::bytes).sum();
  }
}
