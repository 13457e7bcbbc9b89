package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.hostile.HostileSafetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every hostile file of core's tests is told as the user's mistake, in one line.
class HostileFilesIT {
  private static final Path LIB = Path.of(System.getProperty("stockpot.distribution"), "lib");

  @TempDir private Path folder;

  static List<HostileSafetensors> cases() {
    return HostileSafetensors.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isToldAsTheUsersMistake(HostileSafetensors hostile) throws Exception {
    Files.write(folder.resolve("a.safetensors"), hostile.bytes());
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    // A small heap: nothing is allocated because a header claims to be long.
    ProcessBuilder command =
        new ProcessBuilder(
                java.toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-Dstderr.encoding=UTF-8",
                "-p",
                LIB.toString(),
                "-m",
                "dev.stockpot.cli/dev.stockpot.cli.Main",
                "inspect",
                "a.safetensors")
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    command.environment().remove("STOCKPOT_DEBUG");

    assertThat(command.start().waitFor()).isEqualTo(2);
    assertThat(out).isEmptyFile();
    assertThat(err).hasContent("stockpot: a.safetensors: " + hostile.message() + "\n");
  }
}
