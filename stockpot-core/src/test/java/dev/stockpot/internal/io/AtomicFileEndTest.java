package dev.stockpot.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileEndTest {
  @TempDir private Path folder;

  /// Begins a file and a folder, says so, and waits to be ended.
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) throws IOException {
      AtomicFile file = new AtomicFile(Path.of(args[0]), false);
      file.write(0, ByteBuffer.allocate(1));
      AtomicFolder folder = new AtomicFolder(Path.of(args[0] + "-folder"));
      Files.createFile(folder.path().resolve("a"));
      System.out.println("begun");
      System.out.println(System.in.read());
    }
  }

  @Test
  void processThatIsToldToEndLeavesNothingPartial() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Path.of("target/classes") + ":" + Path.of("target/test-classes"),
                Writer.class.getName(),
                folder.resolve("out.bin").toString())
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("begun");
    assertThat(files()).hasSize(2).allMatch(name -> name.endsWith(".partial"));
    // SIGTERM; Process.destroy would close the streams too.
    process.toHandle().destroy();
    assertThat(process.waitFor()).isEqualTo(143);
    assertThat(files()).isEmpty();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(Path::toString).toList();
    }
  }
}
