package dev.stockpot.cli.terminal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// An aligned table: text to the left, numbers to the right, two blanks between columns.
///
///     Table table = new Table(Table.text("recipe"), Table.number("select"));
///     table.row(Table.cell("greedy"), Table.cell("0.9713").marked("*"));
///
/// A mark stands right of its number and does not shift it. Names are made [printable][Text#printable].
public final class Table {
  private static final String GAP = "  ";
  private static final String BOLD = "\u001b[1m";
  private static final String PLAIN = "\u001b[0m";

  private final List<Column> columns;
  private final List<List<Cell>> rows = new ArrayList<>();
  private final Set<Integer> bold = new HashSet<>();

  /// How a column stands.
  public enum Align {
    LEFT,
    RIGHT
  }

  /// A column.
  public record Column(String header, Align align) {}

  /// What stands in a row's column.
  ///
  /// @param mark a sign after the text, such as `*` for the best; empty for none
  public record Cell(String text, String mark) {
    public Cell {
      text = Text.printable(text);
    }

    /// The same with a sign after it.
    public Cell marked(String sign) {
      return new Cell(text, sign);
    }
  }

  public Table(Column... columns) {
    this.columns = List.of(columns);
  }

  /// A column for words.
  public static Column text(String header) {
    return new Column(header, Align.LEFT);
  }

  /// A column for numbers.
  public static Column number(String header) {
    return new Column(header, Align.RIGHT);
  }

  /// A cell without a mark.
  public static Cell cell(String text) {
    return new Cell(text, "");
  }

  /// Adds a row.
  ///
  /// @throws IllegalArgumentException unless there is one cell per column
  public Table row(Cell... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(cells.length + " cells in " + columns.size() + " columns");
    }
    rows.add(List.of(cells));
    return this;
  }

  /// Adds a row without marks.
  public Table row(String... texts) {
    return row(List.of(texts).stream().map(Table::cell).toArray(Cell[]::new));
  }

  /// Has a row stand out, on a terminal with colours.
  ///
  /// @param row from 0, without the header
  public Table bold(int row) {
    bold.add(row);
    return this;
  }

  /// Header and rows, each line ended by a newline and without blanks at its end.
  public String format() {
    int[] widths = IntStream.range(0, columns.size()).map(this::width).toArray();
    int[] marks = IntStream.range(0, columns.size()).map(this::markWidth).toArray();
    StringBuilder out = new StringBuilder();
    line(out, widths, marks, columns.stream().map(column -> cell(column.header())).toList());
    for (int row = 0; row < rows.size(); row++) {
      out.append(bold.contains(row) ? BOLD : "");
      line(out, widths, marks, rows.get(row));
      if (bold.contains(row)) {
        out.insert(out.length() - 1, PLAIN);
      }
    }
    return out.toString();
  }

  private int width(int column) {
    int header = Text.width(columns.get(column).header());
    return rows.stream()
        .mapToInt(row -> Text.width(row.get(column).text()))
        .reduce(header, Math::max);
  }

  private int markWidth(int column) {
    return rows.stream().mapToInt(row -> Text.width(row.get(column).mark())).max().orElse(0);
  }

  private void line(StringBuilder out, int[] widths, int[] marks, List<Cell> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      Cell cell = cells.get(i);
      String blanks = " ".repeat(widths[i] - Text.width(cell.text()));
      String markBlanks = " ".repeat(marks[i] - Text.width(cell.mark()));
      line.append(i == 0 ? "" : GAP);
      switch (columns.get(i).align()) {
        case LEFT -> line.append(cell.text()).append(cell.mark()).append(blanks);
        case RIGHT -> line.append(blanks).append(cell.text()).append(cell.mark());
      }
      line.append(markBlanks);
    }
    out.append(line.toString().stripTrailing()).append('\n');
  }
}
