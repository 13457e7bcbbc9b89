import dev.stockpot.duckdb.ParquetProvider;
import dev.stockpot.eval.Table;

/// Reads Parquet files with DuckDB.
@SuppressWarnings("requires-automatic") // DuckDB has no module-info.
module dev.stockpot.duckdb {
  requires dev.stockpot.core;
  requires duckdb.jdbc;
  requires java.sql;

  provides Table.Provider with
      ParquetProvider;
}
