package dev.stockpot.eval;

import java.nio.file.Path;
import java.util.List;

/// A file of rows with named columns.
public interface Table {

  /// Names of the columns, in the order of the file.
  List<String> columns();

  /// The rows from the first on.
  ///
  /// @param columns which cells are wanted, in the order in which [Rows] counts them
  /// @throws EvaluationException if there is no such column
  Rows rows(List<String> columns);

  /// The rows of a table, one after the other.
  interface Rows extends AutoCloseable {

    /// Goes to the next row, at first to the first.
    ///
    /// @return whether there is one
    /// @throws EvaluationException if the file is not what it should be
    boolean next();

    /// A cell as text: numbers as they are written.
    ///
    /// @param column index among those that are wanted
    /// @throws EvaluationException if nothing is there
    String text(int column);

    /// A cell as a number, which may be NaN.
    ///
    /// @throws EvaluationException if nothing is there, or something else
    double number(int column);

    /// File and line, or row, of the row; for messages.
    String where();

    @Override
    void close();
  }

  /// Reads tables of one kind; found by [java.util.ServiceLoader].
  interface Provider {

    /// How the names of its files end, such as `parquet`.
    String extension();

    /// Opens a table.
    ///
    /// @throws EvaluationException if it cannot be read
    Table open(Path file);
  }
}
