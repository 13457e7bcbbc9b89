package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TablesTest {
  @TempDir Path folder;

  @Test
  void readsCellsInQuotesAsTheyAreWritten() throws IOException {
    Path file =
        write(
            "t.csv",
            "\ufefftext,n,rest\r\n\"a, \"\"b\"\"\nc\",007,\n\n plain ,1e-3,\"\"\nlast,NaN,é😀");
    assertThat(Tables.open(file).columns()).containsExactly("text", "n", "rest");
    assertThat(cells(file, "rest", "text"))
        .containsExactly(
            List.of("", "a, \"b\"\nc"), List.of("", " plain "), List.of("é😀", "last"));
    try (Table.Rows rows = Tables.open(file).rows(List.of("n"))) {
      rows.next();
      assertThat(rows.text(0)).isEqualTo("007");
      assertThat(rows.number(0)).isEqualTo(7);
      assertThat(rows.where()).isEqualTo(file + ":2");
      rows.next();
      assertThat(rows.number(0)).isEqualTo(0.001);
      assertThat(rows.where()).isEqualTo(file + ":5");
      rows.next();
      assertThat(rows.number(0)).isNaN();
      assertThat(rows.next()).isFalse();
    }
  }

  @Test
  void tabsSeparateInTsv() throws IOException {
    assertThat(cells(write("t.tsv", "a\tb\n1,5\t2\n"), "a", "b"))
        .containsExactly(List.of("1,5", "2"));
  }

  @Test
  void readsAJsonObjectPerLine() throws IOException {
    Path file =
        write(
            "t.jsonl",
            "{\"s\": \"a\\nb\", \"n\": 1.50, \"b\": true}\n\n"
                + "{\"b\": false, \"n\": 2, \"s\": \"\"}");
    assertThat(cells(file, "s", "n", "b"))
        .containsExactly(List.of("a\nb", "1.50", "true"), List.of("", "2", "false"));
    try (Table.Rows rows = Tables.open(file).rows(List.of("n"))) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.number(0)).isEqualTo(1.5);
      assertThat(rows.next()).isTrue();
      assertThat(rows.where()).isEqualTo(file + ":3");
    }
  }

  @Test
  void whatIsNotThereIsSaid() throws IOException {
    Path none = folder.resolve("none.csv");
    assertFault(none, none + ": there is no such file; put it there, or correct the path");
    Path other = write("t.xlsx", "");
    assertFault(
        other, other + ": tables are read from files that end in .csv, .tsv, .jsonl, .ndjson");
    Path csv = write("t.csv", "a,b\n1,2\n");
    assertFault(csv, csv + ": has no column 'label'; it has a, b", "label");
    Path twice = write("twice.csv", "a,a\n1,2\n");
    assertFault(twice, twice + ": has several columns 'a'; give each a name of its own", "a");
  }

  @Test
  void brokenCsvIsNamedByItsLine() throws IOException {
    Path empty = write("empty.csv", "\n\n");
    assertFault(empty, empty + ": is empty; the first line must name the columns");
    Path short_ = write("short.csv", "a,b\n1,2\n1\n");
    assertFault(
        short_,
        short_ + ":3: has 1 cells under 2 names; a cell with a separator in it needs quotes",
        "a");
    Path open = write("open.csv", "a,b\n1,\"2\n3,4\n");
    assertFault(open, open + ":2: the quotes that open here are not closed; add a \"", "a");
    Path latin = folder.resolve("latin.csv");
    Files.write(latin, "a\né\n".getBytes(StandardCharsets.ISO_8859_1));
    assertFault(latin, latin + ": is not text in UTF-8; save it as UTF-8", "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "1d", "0x10", "1,5", "Infinity", "--1", "1e"})
  void whatIsNoNumberIsNamedByItsLine(String cell) throws IOException {
    Path file = write("t.csv", "a,b\n1,2\n\"" + cell + "\",3\n");
    try (Table.Rows rows = Tables.open(file).rows(List.of("a"))) {
      rows.next();
      rows.next();
      assertThatThrownBy(() -> rows.number(0))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "%s:3: column 'a' holds '%s' instead of a number; correct it, or leave the column out"
                  .formatted(file, cell));
    }
  }

  @Test
  void brokenJsonIsNamedByItsLine() throws IOException {
    Path empty = write("empty.jsonl", "\n");
    assertFault(empty, empty + ": is empty; each line must be a JSON object");
    Path list = write("list.jsonl", "{\"a\": 1}\n[1]\n");
    assertFault(
        list,
        list + ":2: is not a JSON object; each line must be one, such as {\"label\": 1}",
        "a");
    Path broken = write("broken.jsonl", "{\"a\": 1}\n{\"a\": }\n");
    assertThatThrownBy(() -> cells(broken, "a"))
        .isInstanceOf(EvaluationException.class)
        .hasMessageStartingWith(broken + ":2: is not a JSON object: ")
        .hasMessageEndingWith("; correct the line");
    Path missing = write("missing.jsonl", "{\"a\": 1}\n{\"b\": 1}\n");
    assertFault(missing, missing + ":2: has no 'a', which the first line has; add it", "a");
    Path nothing = write("nothing.jsonl", "{\"a\": null}\n");
    assertFault(nothing, nothing + ":1: 'a' is null instead of text; correct the line", "a");
    Path text = write("text.jsonl", "{\"a\": \"1\"}\n");
    try (Table.Rows rows = Tables.open(text).rows(List.of("a"))) {
      rows.next();
      assertThatThrownBy(() -> rows.number(0))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(text + ":1: 'a' is a string instead of a number; correct the line");
    }
  }

  @Test
  void aRowWithoutEndIsRefused() throws IOException {
    Path csv = write("long.csv", "a,b\n\"" + "x".repeat(TextInput.MAX_ROW));
    assertFault(
        csv,
        csv + ":2: the row is longer than 16777216 characters; is a quote missing or too much?",
        "a");
    Path json = write("long.jsonl", "{\"a\": 1}\n" + " ".repeat(TextInput.MAX_ROW + 1));
    assertFault(json, json + ":2: is longer than 16777216 characters; shorten it", "a");
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static List<List<String>> cells(Path file, String... columns) {
    List<List<String>> cells = new ArrayList<>();
    try (Table.Rows rows = Tables.open(file).rows(List.of(columns))) {
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 0; i < columns.length; i++) {
          row.add(rows.text(i));
        }
        cells.add(row);
      }
    }
    return cells;
  }

  private static void assertFault(Path file, String message, String... columns) {
    assertThatThrownBy(() -> cells(file, columns))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(message);
  }
}
