package dev.stockpot.eval;

import dev.stockpot.internal.text.Excerpt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.regex.Pattern;

/// Opens tables, by the ending of their names.
final class Tables {
  private static final List<String> OWN = List.of("csv", "tsv", "jsonl", "ndjson");

  private static final Pattern NUMBER = Pattern.compile("[-+]?([0-9.]+([eE][-+]?[0-9]+)?|NaN)");

  private Tables() {}

  /// Opens a table.
  ///
  /// @throws EvaluationException if it is not there, or of no kind that is read
  static Table open(Path path) {
    return open(path, ServiceLoader.load(Table.Provider.class));
  }

  static Table open(Path path, Iterable<Table.Provider> installed) {
    if (!Files.isRegularFile(path)) {
      throw new EvaluationException(
          path + ": there is no such file; put it there, or correct the path");
    }
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return switch (extension) {
      case "csv" -> new CsvTable(path, ',');
      case "tsv" -> new CsvTable(path, '\t');
      case "jsonl", "ndjson" -> new JsonLinesTable(path);
      default -> open(path, extension, installed);
    };
  }

  private static Table open(Path path, String extension, Iterable<Table.Provider> installed) {
    List<String> extensions = new ArrayList<>(OWN);
    for (Table.Provider provider : installed) {
      if (provider.extension().equals(extension)) {
        return provider.open(path);
      }
      extensions.add(provider.extension());
    }
    throw new EvaluationException(
        path + ": tables are read from files that end in ." + String.join(", .", extensions));
  }

  /// Where the wanted columns are.
  ///
  /// @throws EvaluationException naming one that is not there
  static int[] find(Path path, List<String> columns, List<String> wanted) {
    return wanted.stream()
        .mapToInt(name -> {
          int index = columns.indexOf(name);
          if (index < 0) {
            throw new EvaluationException(
                path + ": has no column '" + name + "'; it has " + String.join(", ", columns));
          }
          if (columns.lastIndexOf(name) != index) {
            throw new EvaluationException(
                path + ": has several columns '" + name + "'; give each a name of its own");
          }
          return index;
        })
        .toArray();
  }

  /// A number as it is written in a cell.
  ///
  /// @throws EvaluationException if it is something else
  static double number(String text, String where, String column) {
    try {
      // Java also reads 1d and 0x1p3 as numbers.
      if (!NUMBER.matcher(text.strip()).matches()) {
        throw new NumberFormatException();
      }
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new EvaluationException(
          "%s: column '%s' holds '%s' instead of a number; correct it, or leave the column out"
              .formatted(where, column, Excerpt.of(text)),
          e);
    }
  }
}
