package dev.stockpot.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the packaged command as a process of its own.
class MainIT {

  @TempDir Path folder;

  @Test
  void theVersionGoesToStdoutAndNothingToStderr() throws Exception {
    Process process = stockpot("--version");

    assertThat(process.waitFor()).isZero();
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
        .startsWith("stockpot 0.");
    assertThat(folder.resolve("stderr")).isEmptyFile();
  }

  @Test
  void anUnknownArgumentIsTheUsersMistake() throws Exception {
    assertThat(stockpot("--no-such-option").waitFor()).isEqualTo(2);
  }

  private Process stockpot(String argument) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path lib = Path.of(System.getProperty("stockpot.distribution"), "lib");
    File stderr = folder.resolve("stderr").toFile();
    return new ProcessBuilder(
            java.toString(),
            "-p",
            lib.toString(),
            "-m",
            "dev.stockpot.cli/dev.stockpot.cli.Main",
            argument)
        .redirectError(stderr)
        .start();
  }
}
