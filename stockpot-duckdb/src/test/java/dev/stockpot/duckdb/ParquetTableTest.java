package dev.stockpot.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.Table;
import dev.stockpot.eval.Targets;
import java.lang.foreign.Arena;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `small.parquet` and `groups.parquet` were written by pyarrow 25.0.1: `small` has a null in `gap`
/// and in `text`, `groups` 3000 rows in groups of 100.
class ParquetTableTest {
  @TempDir Path folder;

  @Test
  void readsCellsAsTheyAre() throws Exception {
    Table table = open(resource("small.parquet"));
    assertThat(table.columns()).containsExactly("a", "b \"q\"", "label", "flag", "gap", "text");
    try (Table.Rows rows = table.rows(List.of("label", "b \"q\"", "a", "flag"))) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.where()).isEqualTo(resource("small.parquet") + ": row 1");
      assertThat(rows.text(0)).isEqualTo("dog");
      assertThat(rows.text(1)).isEqualTo("1");
      assertThat(rows.number(1)).isEqualTo(1);
      assertThat(rows.number(2)).isEqualTo(1.5);
      assertThat(rows.text(3)).isEqualTo("true");
      assertThat(rows.next()).isTrue();
      assertThat(rows.text(0)).isEqualTo("cat, é😀");
      assertThat(rows.next()).isTrue();
      assertThat(rows.number(2)).isNaN();
      assertThat(rows.next()).isFalse();
    }
  }

  @Test
  void rowsComeInTheOrderOfTheFile() throws Exception {
    try (Table.Rows rows = open(resource("groups.parquet")).rows(List.of("i"))) {
      for (int i = 0; i < 3000; i++) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.number(0)).isEqualTo(i);
      }
      assertThat(rows.next()).isFalse();
    }
  }

  @Test
  void aSetIsReadThroughTheProvider() throws Exception {
    SetSpec.Source source =
        new SetSpec.Source.Columns(
            resource("small.parquet"),
            List.of("b \"q\"", "a"),
            new SetSpec.Target.Label("label", List.of("cat, é😀", "dog")));
    try (Dataset set = Datasets.open(new SetSpec("test", Role.ID, source), InputSpec.AS_IS)) {
      assertThat(((Targets.Classes) set.targets()).labels()).containsExactly(1, 0, 1);
      float[] found = new float[2];
      set.batch(new int[] {1}, Arena.ofAuto()).input("x").data().asFloatBuffer().get(found);
      assertThat(found).containsExactly(2, -2.25f);
    }
  }

  @Test
  void whatIsNotThereIsNamedByItsRow() throws Exception {
    Path file = resource("small.parquet");
    assertThatThrownBy(() -> open(file).rows(List.of("y")))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(file + ": has no column 'y'; it has a, b \"q\", label, flag, gap, text");
    try (Table.Rows rows = open(file).rows(List.of("gap", "text", "label"))) {
      rows.next();
      assertThatThrownBy(() -> rows.number(2))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              file
                  + ": row 1: column 'label' holds 'dog' instead of a number; correct it, or leave"
                  + " the column out");
      rows.next();
      assertThatThrownBy(() -> rows.number(0))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              file + ": row 2: column 'gap' is empty (null); fill it, or leave the row out");
      rows.next();
      assertThatThrownBy(() -> rows.text(1))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              file + ": row 3: column 'text' is empty (null); fill it, or leave the row out");
    }
  }

  @Test
  void whatIsNoParquetIsRefused() throws Exception {
    Path file = folder.resolve("it's.parquet");
    byte[] whole = Files.readAllBytes(resource("small.parquet"));
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            file
                + ": cannot be read as Parquet: Invalid Input Error: No magic bytes found at end of"
                + " file '"
                + file
                + "'; copy it again, or write it again");
    Files.write(file, whole);
    assertThat(open(file).columns()).contains("label");
  }

  @Test
  void nothingButTheFileCanBeRead() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret.csv"), "a\n1\n");
    try (Connection connection = Sandbox.open(resource("small.parquet"));
        Statement statement = connection.createStatement()) {
      for (String query :
          List.of(
              "SELECT * FROM read_csv(" + Sandbox.quoted(secret) + ")",
              "COPY (SELECT 1) TO '" + folder.resolve("out.csv") + "'",
              "INSTALL httpfs",
              "LOAD httpfs",
              "SET enable_external_access = true")) {
        assertThatThrownBy(() -> statement.execute(query))
            .as(query)
            .isInstanceOf(SQLException.class);
      }
    }
    assertThat(folder.resolve("out.csv")).doesNotExist();
  }

  private static Table open(Path file) {
    return new ParquetProvider().open(file);
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(ParquetTableTest.class.getResource(name).toURI());
  }
}
