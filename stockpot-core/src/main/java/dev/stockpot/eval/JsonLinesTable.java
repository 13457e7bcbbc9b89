package dev.stockpot.eval;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A JSON object per line; its members are the cells. The first line names the columns.
///
/// @see <a href="https://jsonlines.org">the format</a>
final class JsonLinesTable implements Table {
  private final Path path;
  private final List<String> columns;

  JsonLinesTable(Path path) {
    this.path = path;
    try (Lines lines = new Lines(List.of())) {
      if (!lines.next()) {
        throw new EvaluationException(path + ": is empty; each line must be a JSON object");
      }
      this.columns = new ArrayList<>(lines.members.keySet());
    }
  }

  @Override
  public List<String> columns() {
    return List.copyOf(columns);
  }

  @Override
  public Rows rows(List<String> wanted) {
    Tables.find(path, columns, wanted);
    return new Lines(wanted);
  }

  private final class Lines implements Rows {
    private final List<String> wanted;
    private final TextInput input;
    private Map<String, Json> members = Map.of();
    private int line;

    Lines(List<String> wanted) {
      this.wanted = List.copyOf(wanted);
      this.input = new TextInput(path);
    }

    @Override
    public boolean next() {
      String text = "";
      while (text.isBlank()) {
        if (input.peek() == TextInput.END) {
          return false;
        }
        line = input.line();
        text = line();
      }
      try {
        if (!(JsonReader.read(text) instanceof Json.Obj(Map<String, Json> found))) {
          throw new EvaluationException(
              where() + ": is not a JSON object; each line must be one, such as {\"label\": 1}");
        }
        members = found;
        return true;
      } catch (JsonException e) {
        throw new EvaluationException(
            where() + ": is not a JSON object: " + e.getMessage() + "; correct the line", e);
      }
    }

    @Override
    public String text(int column) {
      return switch (cell(column)) {
        case Json.Str(String value) -> value;
        case Json.Num(String digits) -> digits;
        case Json.Bool(boolean value) -> String.valueOf(value);
        case Json.Null _ -> throw wrong(column, "null", "text");
        case Json.Arr array -> throw wrong(column, array.kind(), "text");
        case Json.Obj object -> throw wrong(column, object.kind(), "text");
      };
    }

    @Override
    public double number(int column) {
      if (cell(column) instanceof Json.Num number) {
        return number.asDouble();
      }
      throw wrong(column, cell(column).kind(), "a number");
    }

    @Override
    public String where() {
      return path + ":" + line;
    }

    @Override
    public void close() {
      input.close();
    }

    private String line() {
      StringBuilder text = new StringBuilder();
      for (int next = input.take(); next != '\n' && next != TextInput.END; next = input.take()) {
        if (text.length() == TextInput.MAX_ROW) {
          throw new EvaluationException(
              where() + ": is longer than " + TextInput.MAX_ROW + " characters; shorten it");
        }
        text.append((char) next);
      }
      return text.toString();
    }

    private Json cell(int column) {
      Json cell = members.get(wanted.get(column));
      if (cell == null) {
        throw new EvaluationException(
            where() + ": has no '" + wanted.get(column) + "', which the first line has; add it");
      }
      return cell;
    }

    private EvaluationException wrong(int column, String found, String expected) {
      return new EvaluationException(
          "%s: '%s' is %s instead of %s; correct the line"
              .formatted(where(), wanted.get(column), found, expected));
    }
  }
}
