/// Tables in Parquet files.
package dev.stockpot.duckdb;
