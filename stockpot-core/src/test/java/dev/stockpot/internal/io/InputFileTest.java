package dev.stockpot.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFileTest {
  @TempDir Path folder;

  @Test
  void readsAndMaps() throws IOException {
    Path path = Files.write(folder.resolve("f"), new byte[] {1, 2, 3, 4, 5});
    try (InputFile file = new InputFile(path)) {
      ByteBuffer target = ByteBuffer.allocate(3);
      file.read(1, target);

      assertThat(file.size()).isEqualTo(5);
      assertThat(target.array()).containsExactly(2, 3, 4);
      assertThat(file.map().toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3, 4, 5);
      assertThat(file.map().isReadOnly()).isTrue();
    }
  }

  @Test
  void emptyFileIsMapped() throws IOException {
    try (InputFile file = new InputFile(Files.createFile(folder.resolve("f")))) {
      assertThat(file.map().byteSize()).isZero();
    }
  }

  @Test
  void closingReleasesTheMappingAndMayBeRepeated() throws IOException {
    InputFile file = new InputFile(Files.write(folder.resolve("f"), new byte[4]));
    MemorySegment mapped = file.map();
    file.close();
    file.close();

    assertThat(mapped.scope().isAlive()).isFalse();
    assertThatThrownBy(file::map)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(folder.resolve("f") + ": it has been closed");
  }

  @Test
  void tellsThatAFileHasBecomeShorter() throws IOException {
    Path path = Files.write(folder.resolve("f"), new byte[8]);
    try (InputFile file = new InputFile(path);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(5);

      assertThatThrownBy(() -> file.read(4, ByteBuffer.allocate(4)))
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(EOFException.class)
          .hasMessage(path + ": ends at byte 5 instead of 8");
      assertThatThrownBy(file::map)
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(EOFException.class)
          .hasMessage(path + ": ends at byte 5 instead of 8");
    }
  }

  @Test
  void tellsWhyItCannotBeOpened() {
    assertThatThrownBy(() -> new InputFile(folder.resolve("absent")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(folder.resolve("absent") + ": no such file or folder");
  }
}
