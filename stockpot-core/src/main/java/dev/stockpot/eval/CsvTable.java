package dev.stockpot.eval;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Rows of cells between commas, or tabs, under a line of names.
///
/// A cell in double quotes may hold separators, line ends and, doubled, quotes. Blank lines are
/// passed over; nothing is guessed, and every row has as many cells as there are names.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc4180">RFC 4180</a>
final class CsvTable implements Table {
  private final Path path;
  private final char separator;
  private final List<String> columns;

  CsvTable(Path path, char separator) {
    this.path = path;
    this.separator = separator;
    try (TextInput input = new TextInput(path)) {
      this.columns =
          new Scanner(input)
              .row()
              .orElseThrow(() ->
                  new EvaluationException(
                      path + ": is empty; the first line must name the columns"));
    }
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  @Override
  public Rows rows(List<String> wanted) {
    int[] indexes = Tables.find(path, columns, wanted);
    TextInput input = new TextInput(path);
    Scanner scanner = new Scanner(input);
    scanner.row();
    return new Rows() {
      private List<String> cells = List.of();

      @Override
      public boolean next() {
        Optional<List<String>> row = scanner.row();
        row.ifPresent(found -> {
          if (found.size() != columns.size()) {
            throw new EvaluationException(
                "%s: has %d cells under %d names; a cell with a separator in it needs quotes"
                    .formatted(where(), found.size(), columns.size()));
          }
          cells = found;
        });
        return row.isPresent();
      }

      @Override
      public String text(int column) {
        return cells.get(indexes[column]);
      }

      @Override
      public double number(int column) {
        return Tables.number(text(column), where(), wanted.get(column));
      }

      @Override
      public String where() {
        return path + ":" + scanner.line;
      }

      @Override
      public void close() {
        input.close();
      }
    };
  }

  /// Takes rows from the file.
  private final class Scanner {
    private final TextInput input;
    private int line;
    private int characters;

    Scanner(TextInput input) {
      this.input = input;
    }

    /// The next row that is not blank.
    Optional<List<String>> row() {
      while (input.peek() == '\n' || input.peek() == '\r') {
        input.take();
      }
      if (input.peek() == TextInput.END) {
        return Optional.empty();
      }
      line = input.line();
      characters = 0;
      List<String> cells = new ArrayList<>();
      int end = separator;
      while (end == separator) {
        StringBuilder cell = new StringBuilder();
        if (input.peek() == '"') {
          quoted(cell);
        }
        end = take();
        while (end != separator && end != '\n' && end != TextInput.END) {
          cell.append((char) end);
          end = take();
        }
        cells.add(cell.toString());
      }
      return Optional.of(cells);
    }

    private void quoted(StringBuilder cell) {
      int began = input.line();
      input.take();
      while (true) {
        int character = take();
        if (character == TextInput.END) {
          throw new EvaluationException(
              path + ":" + began + ": the quotes that open here are not closed; add a \"");
        }
        if (character == '"') {
          if (input.peek() != '"') {
            return;
          }
          take();
        }
        cell.append((char) character);
      }
    }

    private int take() {
      if (++characters > TextInput.MAX_ROW) {
        throw new EvaluationException(
            "%s:%d: the row is longer than %d characters; is a quote missing or too much?"
                .formatted(path, line, TextInput.MAX_ROW));
      }
      return input.take();
    }
  }
}
