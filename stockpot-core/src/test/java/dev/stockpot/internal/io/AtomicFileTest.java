package dev.stockpot.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void appearsOnCommitOnly() throws IOException {
    Path target = folder.resolve("f");
    try (AtomicFile file = new AtomicFile(target, true)) {
      file.write(3, bytes("def"));
      file.write(0, bytes("abc"));
      assertThat(target).doesNotExist();
      file.commit();
    }

    assertThat(target).hasContent("abcdef");
    assertThat(names()).containsExactly("f");
  }

  @Test
  void replacesWhatWasThere() throws IOException {
    Path target = Files.writeString(folder.resolve("f"), "before, and longer");
    AtomicFile.writeString(target, "after", false);

    assertThat(target).hasContent("after");
    assertThat(names()).containsExactly("f");
  }

  @Test
  void leavesTheTargetAloneWithoutCommit() throws IOException {
    Path target = Files.writeString(folder.resolve("f"), "before");
    try (AtomicFile file = new AtomicFile(target, false)) {
      file.write(0, bytes("after"));
    }

    assertThat(target).hasContent("before");
    assertThat(names()).containsExactly("f");
  }

  @Test
  void ofTwoWritersTheLastToCommitStays() throws IOException {
    Path target = folder.resolve("f");
    try (AtomicFile first = new AtomicFile(target, false);
        AtomicFile second = new AtomicFile(target, false)) {
      first.write(0, bytes("first"));
      second.write(0, bytes("second"));
      second.commit();
      first.commit();
    }

    assertThat(target).hasContent("first");
    assertThat(names()).containsExactly("f");
  }

  @Test
  void makesFolders() {
    Path target = folder.resolve("a/b/f");
    AtomicFile.writeString(target, "x", true);

    assertThat(target).hasContent("x");
  }

  @Test
  void commitsOnce() {
    try (AtomicFile file = new AtomicFile(folder.resolve("f"), false)) {
      file.commit();

      assertThatThrownBy(() -> file.commit())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(folder.resolve("f") + " has been committed or closed already");
    }
  }

  @Test
  void closesTwice() throws IOException {
    AtomicFile file = new AtomicFile(folder.resolve("f"), false);
    file.close();
    file.close();

    assertThatThrownBy(() -> file.commit()).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> file.write(0, bytes("x")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(folder.resolve("f") + ": cannot be written: it has been closed");
    assertThat(names()).isEmpty();
  }

  @Test
  void refusesAFolderAtOnce() {
    assertThatThrownBy(() -> new AtomicFile(folder, false))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(folder + ": cannot be written: it is a folder");
    assertThatThrownBy(() -> new AtomicFile(Path.of("/"), false))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("/: cannot be written: it is a folder");
  }

  @Test
  void refusesAFileInTheWayAtOnce() throws IOException {
    Path file = Files.createFile(folder.resolve("f"));

    assertThatThrownBy(() -> new AtomicFile(file.resolve("a/b"), false))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(file.resolve("a/b") + ": cannot be written: " + file + " is not a folder");
  }

  @Test
  void leavesNothingIfTheTargetBecomesAFolder() throws IOException {
    Path target = folder.resolve("f");
    try (AtomicFile file = new AtomicFile(target, false)) {
      Files.createDirectory(target);

      assertThatThrownBy(() -> file.commit()).isInstanceOf(UncheckedIOException.class);
    }

    assertThat(names()).containsExactly("f");
  }

  @Test
  void refusesAFolderThatTakesNoFilesAtOnce() throws IOException {
    Path locked = Files.createDirectory(folder.resolve("locked"));
    Assumptions.assumeTrue(locked.toFile().setWritable(false) && !Files.isWritable(locked));

    assertThatThrownBy(() -> new AtomicFile(locked.resolve("f"), false))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(locked.resolve("f") + ": cannot be written: permission denied");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
