package dev.stockpot.duckdb;

import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.Table;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A Parquet file; rows come in the order of the file.
final class ParquetTable implements Table {
  private final Path path;
  private final List<String> columns = new ArrayList<>();

  ParquetTable(Path path) {
    this.path = path;
    try (Connection connection = Sandbox.open(path);
        PreparedStatement describe =
            connection.prepareStatement(
                "DESCRIBE SELECT * FROM read_parquet(" + Sandbox.quoted(path) + ")");
        ResultSet described = describe.executeQuery()) {
      while (described.next()) {
        columns.add(described.getString(1));
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  @Override
  public List<String> columns() {
    return List.copyOf(columns);
  }

  @Override
  public Rows rows(List<String> wanted) {
    for (String column : wanted) {
      if (!columns.contains(column)) {
        throw new EvaluationException(
            path + ": has no column '" + column + "'; it has " + String.join(", ", columns));
      }
    }
    String names =
        wanted.stream()
            .map(column -> '"' + column.replace("\"", "\"\"") + '"')
            .collect(Collectors.joining(", "));
    try {
      return new ParquetRows(
          wanted, "SELECT " + names + " FROM read_parquet(" + Sandbox.quoted(path) + ")");
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private EvaluationException failed(SQLException e) {
    String reason = e.getMessage().lines().findFirst().orElse("no reason given");
    return new EvaluationException(
        path + ": cannot be read as Parquet: " + reason + "; copy it again, or write it again", e);
  }

  private final class ParquetRows implements Rows {
    private final List<String> wanted;
    private final Connection connection;
    private final ResultSet rows;
    private long row;

    ParquetRows(List<String> wanted, String query) throws SQLException {
      this.wanted = List.copyOf(wanted);
      connection = Sandbox.open(path);
      try {
        rows = connection.prepareStatement(query).executeQuery();
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    }

    @Override
    public boolean next() {
      try {
        row++;
        return rows.next();
      } catch (SQLException e) {
        throw failed(e);
      }
    }

    @Override
    public String text(int column) {
      try {
        String text = rows.getString(column + 1);
        if (text == null) {
          throw empty(column);
        }
        return text;
      } catch (SQLException e) {
        throw failed(e);
      }
    }

    @Override
    public double number(int column) {
      try {
        Object value = rows.getObject(column + 1);
        if (value == null) {
          throw empty(column);
        }
        if (value instanceof Number number) {
          return number.doubleValue();
        }
        throw new EvaluationException(
            "%s: column '%s' holds %s instead of a number; correct it, or leave the column out"
                .formatted(
                    where(),
                    wanted.get(column),
                    value instanceof String text ? "'" + text + "'" : value));
      } catch (SQLException e) {
        throw failed(e);
      }
    }

    @Override
    public String where() {
      return path + ": row " + row;
    }

    @Override
    public void close() {
      try {
        connection.close();
      } catch (SQLException e) {
        throw failed(e);
      }
    }

    private EvaluationException empty(int column) {
      return new EvaluationException(
          "%s: column '%s' is empty (null); fill it, or leave the row out"
              .formatted(where(), wanted.get(column)));
    }
  }
}
