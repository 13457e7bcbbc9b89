package dev.stockpot.duckdb;

import dev.stockpot.eval.Table;
import java.nio.file.Path;

/// Opens Parquet files.
public final class ParquetProvider implements Table.Provider {

  @Override
  public String extension() {
    return "parquet";
  }

  @Override
  public Table open(Path file) {
    return new ParquetTable(file);
  }
}
