package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.terminal.Capabilities;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.recipe.RecipeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void usersMistakesEndWithTwo() {
    assertTold(new RecipeException("soup.yml:1: bad"), 2, "soup.yml:1: bad");
    assertTold(new EvaluationException("no \u001b[2J"), 2, "no \\u001b[2J");
    assertTold(
        new UncheckedIOException(new NoSuchFileException("x")), 2, "x: no such file or folder");
    assertTold(new UncheckedIOException(new AccessDeniedException("x")), 2, "x: permission denied");
  }

  @Test
  void faultsOfTheMachineEndWithOneAndAreNotReported() {
    assertTold(new FileSystemException("x", null, "Is a directory"), 1, "x: Is a directory");
    assertTold(new UncheckedIOException(new IOException("No space left")), 1, "No space left");
    assertTold(
        new UncheckedIOException("soup: No space left", new IOException("No space left")),
        1,
        "soup: No space left");
    assertTold(
        new OutOfMemoryError("Java heap space"),
        1,
        "out of memory (Java heap space; the limit is "
            + Quantities.memory(Runtime.getRuntime().maxMemory())
            + "); allow more: STOCKPOT_JAVA_OPTS=-Xmx4g stockpot ...");
  }

  @Test
  void faultsOfStockpotAskForAReport() {
    assertTold(
        new IllegalStateException("3 bytes were not written"),
        1,
        "unexpected: java.lang.IllegalStateException: 3 bytes were not written\n"
            + "This is a fault in Stockpot. Please report it with what --debug prints.");
  }

  @Test
  void stackTraceIsPrintedForDebugging() {
    new Failures(terminal(), () -> true).tell(new RecipeException("bad"));
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("stockpot: bad")
        .contains("at dev.stockpot.cli");
  }

  @Test
  void environmentTurnsDebuggingOn() {
    Main.run(terminal(), Map.of("STOCKPOT_DEBUG", "1"), "inspect", "/nowhere");
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("\tat dev.stockpot.cli");
    err.reset();
    Main.run(terminal(), Map.of("STOCKPOT_DEBUG", "0"), "inspect", "/nowhere");
    assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain("\tat ");
  }

  private void assertTold(Throwable failure, int code, String message) {
    err.reset();
    assertThat(new Failures(terminal(), () -> false).tell(failure)).isEqualTo(code);
    assertThat(err.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n"))
        .isEqualTo("stockpot: " + message + "\n");
  }

  private Terminal terminal() {
    return new Terminal(
        OutputStream.nullOutputStream(),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Capabilities.of(new Properties(), Map.of()));
  }
}
