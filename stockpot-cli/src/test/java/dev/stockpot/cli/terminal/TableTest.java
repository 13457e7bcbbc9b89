package dev.stockpot.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void marksDoNotShiftNumbers() {
    Table table = new Table(Table.text("recipe"), Table.number("select"), Table.number("n"));
    table.row("uniform", "0.97", "10");
    table.row(Table.cell("greedy"), Table.cell("0.981").marked("*"), Table.cell("7"));
    assertThat(table.format())
        .isEqualTo(
            """
            recipe   select    n
            uniform    0.97   10
            greedy    0.981*   7
            """);
  }

  @Test
  void wideAndCombiningCharactersKeepTheColumns() {
    Table table = new Table(Table.text("name"), Table.number("n"));
    table.row("層.重み", "1").row("e\u0301te\u0301", "22");
    assertThat(table.format()).isEqualTo("name      n\n層.重み   1\ne\u0301te\u0301      22\n");
  }

  @Test
  void namesCannotSteerTheTerminal() {
    Table table = new Table(Table.text("name"));
    table.row("a\u001b[2J\nb\u202e");
    assertThat(table.format()).isEqualTo("name\na\\u001b[2J\\u000ab\\u202e\n");
  }

  @Test
  void rowOfAnotherLengthIsRefused() {
    assertThatThrownBy(() -> new Table(Table.text("a")).row("1", "2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 cells in 1 columns");
  }

  @Test
  void barsAreDrawnInEighthsOrAscii() {
    assertThat(Text.bar(0.5, 5, true)).isEqualTo("██▌  ");
    assertThat(Text.bar(0, 3, true)).isEqualTo("   ");
    assertThat(Text.bar(7, 3, true)).isEqualTo("███");
    assertThat(Text.bar(0.5, 4, false)).isEqualTo("##--");
  }

  @Test
  void cutTextFits() {
    assertThat(Text.cut("abcdef", 6, true)).isEqualTo("abcdef");
    assertThat(Text.cut("abcdef", 5, true)).isEqualTo("abcd…");
    assertThat(Text.cut("abcdef", 5, false)).isEqualTo("ab...");
    assertThat(Text.cut("層層層", 4, true)).isEqualTo("層…");
  }

  @Test
  void aBoldRowStandsOutAndKeepsItsWidth() {
    Table table = new Table(Table.text("name"), Table.number("score"));
    table.row("a", "1").row("bb", "22").bold(1);
    assertThat(table.format())
        .isEqualTo("name  score\na         1\n\u001b[1mbb       22\u001b[0m\n");
  }
}
