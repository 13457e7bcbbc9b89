package dev.stockpot.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
  @TempDir private Path above;

  @Test
  void appearsWithAllThatIsInIt() throws IOException {
    Path target = above.resolve("new/model");
    try (AtomicFolder folder = new AtomicFolder(target)) {
      Files.writeString(folder.path().resolve("a"), "1");
      assertThat(target).doesNotExist();
      folder.commit(true);
    }
    assertThat(target.resolve("a")).hasContent("1");
    assertThat(above.resolve("new").toFile().list()).containsExactly("model");
  }

  @Test
  void goesUnlessItIsCommitted() throws IOException {
    try (AtomicFolder folder = new AtomicFolder(above.resolve("model"))) {
      Files.writeString(folder.path().resolve("a"), "1");
    }
    assertThat(above).isEmptyDirectory();
  }

  @Test
  void replacesAnEmptyFolderAlsoByALink() throws IOException {
    Path real = Files.createDirectory(above.resolve("real"));
    Path link = Files.createSymbolicLink(above.resolve("link"), real);
    try (AtomicFolder folder = new AtomicFolder(link)) {
      Files.writeString(folder.path().resolve("a"), "1");
      folder.commit(false);
    }
    assertThat(real.resolve("a")).hasContent("1");
    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  void whatAppearsMeanwhileStays() throws IOException {
    Path target = above.resolve("model");
    try (AtomicFolder folder = new AtomicFolder(target)) {
      Files.createDirectory(target);
      Files.writeString(target.resolve("b"), "2");
      assertThatThrownBy(() -> folder.commit(false))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage(target + ": cannot be written: Directory not empty");
    }
    assertThat(target.resolve("b")).hasContent("2");
    assertThat(above.toFile().list()).containsExactly("model");
  }

  @Test
  void aFileAboveIsNamed() throws IOException {
    Path file = Files.createFile(above.resolve("file"));
    Path target = file.resolve("model");
    assertThatThrownBy(() -> new AtomicFolder(target))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(target + ": cannot be written: " + file + " is not a folder");
  }
}
