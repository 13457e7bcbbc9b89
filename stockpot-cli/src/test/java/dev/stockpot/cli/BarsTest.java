package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.terminal.Capabilities;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class BarsTest {
  private static final List<OptionalDouble> VALUES =
      List.of(
          OptionalDouble.of(0.9),
          OptionalDouble.of(0.85),
          OptionalDouble.of(0.8),
          OptionalDouble.empty());

  @Test
  void barsGoFromTheWorstToTheBest() {
    Bars bars = new Bars(terminal(true), VALUES, true);
    assertThat(bars.column()).isPresent();
    assertThat(bars.of(0)).contains("████████████");
    assertThat(bars.of(1)).contains("██████      ");
    assertThat(bars.of(2)).contains("            ");
    assertThat(bars.of(3)).contains("");
    assertThat(new Bars(terminal(true), VALUES, false).of(2)).contains("████████████");
  }

  @Test
  void thereAreNoneOutsideATerminal() {
    Bars bars = new Bars(terminal(false), VALUES, true);
    assertThat(bars.column()).isEmpty();
    assertThat(bars.of(0)).isEqualTo(Optional.empty());
  }

  private static Capabilities terminal(boolean is) {
    return new Capabilities(is, false, false, 80, StandardCharsets.UTF_8, StandardCharsets.UTF_8);
  }
}
