package dev.stockpot.internal.zip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.zip.StoredArchive.Extent;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is laid out is found again, by our reader and by the JDK's.
class StoredLayoutTest {
  private static final long GIB = 1L << 30;

  @TempDir Path folder;

  @Test
  void entriesBeyond4GibAreFound() throws IOException {
    String type = Files.getFileStore(folder).type();
    Assumptions.assumeTrue(
        Set.of("ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs").contains(type));

    assertFound(5 * GIB, 8, 0xffffffffL, 0, 0xfffffffeL, 3);
  }

  @Test
  void moreEntriesThan16BitsCountAreFound() throws IOException {
    assertFound(new long[70_000]);
  }

  @Test
  void nothingIsFoundInNothing() throws IOException {
    assertFound();
  }

  private void assertFound(long... sizes) throws IOException {
    Path path = folder.resolve("a.zip");
    StoredLayout layout = new StoredLayout();
    long[] begins = new long[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      begins[i] = layout.add("a/" + i, sizes[i]);
      assertThat(begins[i] % 64).isZero();
    }
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = 0; i < sizes.length; i++) {
        channel.write(layout.header(i, 0), layout.headerBegin(i));
      }
      channel.write(layout.directory(new int[sizes.length]), layout.directoryBegin());
    }
    try (InputFile file = new InputFile(path);
        ZipFile other = new ZipFile(path.toFile())) {
      StoredArchive archive = new StoredArchive(file);
      assertThat(archive.names())
          .containsExactlyElementsOf(
              IntStream.range(0, sizes.length).mapToObj(i -> "a/" + i).toList());
      assertThat(other.size()).isEqualTo(sizes.length);
      for (int i = 0; i < sizes.length; i++) {
        assertThat(archive.find("a/" + i)).hasValue(new Extent(begins[i], sizes[i]));
        assertThat(other.getEntry("a/" + i).getSize()).isEqualTo(sizes[i]);
      }
      assertThat(archive.find("b")).isEmpty();
    }
  }
}
