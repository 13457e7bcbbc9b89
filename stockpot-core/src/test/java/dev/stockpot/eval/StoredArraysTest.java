package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoredArraysTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsMnistsFormat(boolean gzipped) throws IOException {
    Path file = folder.resolve("x-idx3-ubyte");
    byte[] idx = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, (byte) 255, 4};
    Files.write(file, gzipped ? gzip(idx) : idx);
    try (StoredArray array = StoredArrays.open(file, "x")) {
      assertThat(array.tensor().spec().dtype()).isEqualTo(DType.U8);
      assertThat(array.tensor().spec().shape()).containsExactly(2L, 1L, 2L, 1L);
      assertThat(array.tensor().data().toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(1, 2, 255, 4);
      assertThat(array.where()).isEqualTo(file.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"11, I32, 2", "12, I32, 4", "13, F32, 4", "14, F64, 8", "9, I8, 1"})
  void turnsTheBytesOfNumbersAround(int type, DType dtype, int storedBytes) throws IOException {
    int count = 40_000;
    ByteBuffer idx = ByteBuffer.allocate(8 + count * storedBytes).order(ByteOrder.BIG_ENDIAN);
    idx.putInt(type << 8 | 1).putInt(count);
    for (int i = 0; i < count; i++) {
      switch (type) {
        case 9 -> idx.put((byte) -i);
        case 11 -> idx.putShort((short) -i);
        case 12 -> idx.putInt(-i * 1000);
        case 13 -> idx.putFloat(-i);
        default -> idx.putDouble(-i);
      }
    }
    Path file = Files.write(folder.resolve("a.idx"), idx.array());
    try (StoredArray array = StoredArrays.open(file, "x")) {
      assertThat(array.tensor().spec().dtype()).isEqualTo(dtype);
      ByteBuffer data = array.tensor().data().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i += 777) {
        switch (type) {
          case 9 -> assertThat(data.get(i)).isEqualTo((byte) -i);
          case 11 -> assertThat(data.getInt(4 * i)).isEqualTo((short) -i);
          case 12 -> assertThat(data.getInt(4 * i)).isEqualTo(-i * 1000);
          case 13 -> assertThat(data.getFloat(4 * i)).isEqualTo(-i);
          default -> assertThat(data.getDouble(8 * i)).isEqualTo(-i);
        }
      }
    }
  }

  @Test
  void brokenIdxFilesAreRefused() throws IOException {
    byte[] idx = {0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3};
    Path file = folder.resolve("a.idx");
    assertFault(file, Arrays.copyOf(idx, 10), "ends too early; copy it again");
    assertFault(file, Arrays.copyOf(idx, 6), "ends too early; copy it again");
    assertFault(file, gzip(Arrays.copyOf(idx, 10)), "ends too early; copy it again");
    byte[] packed = gzip(idx);
    assertFault(file, Arrays.copyOf(packed, packed.length - 9), "ends too early; copy it again");
    assertFault(
        file,
        Arrays.copyOf(idx, 12),
        "more bytes follow the 3 elements of shape [3]; copy it again");
    assertFault(
        file,
        gzip(new byte[] {1, 2, 3, 4}),
        "begins with 01020304 instead of 00 00, a type and a number of axes; is it an IDX file?");
    byte[] huge = new byte[4 + 4 * 4];
    Arrays.fill(huge, (byte) -1);
    System.arraycopy(new byte[] {0, 0, 8, 4}, 0, huge, 0, 4);
    assertFault(
        file,
        huge,
        "shape [4294967295, 4294967295, 4294967295, 4294967295] is larger than any file; copy it"
            + " again");
  }

  @Test
  void whatTheDiskHasNoRoomForIsRefused() throws IOException {
    byte[] idx = {0, 0, 8, 2, 0x0f, -1, -1, -1, 0x0f, -1, -1, -1};
    Path file = Files.write(folder.resolve("a.idx"), idx);
    assertThatThrownBy(() -> StoredArrays.open(file, "x"))
        .isInstanceOf(EvaluationException.class)
        .hasMessageMatching(
            "\\Q%s: takes 72057593501057025 bytes in %s while it is used, which has \\E\\d+\\Q; make room,"
                    .formatted(file, System.getProperty("java.io.tmpdir"))
                + " or set STOCKPOT_JAVA_OPTS=-Djava.io.tmpdir=<folder>\\E");
  }

  @Test
  void readsArraysOfAnArchive() throws IOException {
    Path file = folder.resolve("a.npz");
    archive(file, "x", "y", "other");
    try (StoredArray x = StoredArrays.open(file, "x");
        StoredArray y = StoredArrays.open(file, "y");
        StoredArray other = StoredArrays.open(folder.resolve("a.npz:other"), "x")) {
      assertThat(x.tensor().data().get(ValueLayout.JAVA_BYTE, 0)).isZero();
      assertThat(y.tensor().data().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
      assertThat(other.tensor().data().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);
      assertThat(other.where()).isEqualTo(file + ":other");
    }
    Path single = folder.resolve("single.npz");
    archive(single, "arr_0");
    try (StoredArray only = StoredArrays.open(single, "y")) {
      assertThat(only.tensor().spec().shape()).containsExactly(1000L);
    }
    assertThat(StoredArrays.file(folder.resolve("a.npz:other"))).isEqualTo(file);
    assertThat(StoredArrays.file(file)).isEqualTo(file);
  }

  @Test
  void readsAnArchiveOfNumPys() {
    try (StoredArray array = StoredArrays.open(TestArrays.numpy("archive.npz"), "x")) {
      assertThat(array.tensor().spec().elements()).isPositive();
    }
  }

  @Test
  void anArchiveWithoutTheArrayNamesThoseItHas() throws IOException {
    Path file = folder.resolve("a.npz");
    archive(file, "a", "b");
    assertThatThrownBy(() -> StoredArrays.open(file, "x"))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(file + ": holds no array 'x'; name one of those it has, such as a.npz:a: a, b");
  }

  @Test
  void brokenArchivesAreRefused() throws IOException {
    Path file = folder.resolve("a.npz");
    archive(file, "x");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> StoredArrays.open(file, "x"))
        .isInstanceOf(EvaluationException.class)
        .hasMessageStartingWith(file + ": cannot be unpacked: ")
        .hasMessageEndingWith("; copy it again, or save it again with numpy.savez");
  }

  /// The size in the directory is what the array takes, and is believed only as a bound.
  @Test
  void anArchiveThatLiesAboutASizeIsRefused() throws IOException {
    Path file = folder.resolve("a.npz");
    archive(file, "x");
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int directory = zip.getInt(bytes.length - 6);
    zip.putInt(directory + 24, 500);
    Files.write(file, bytes);
    assertThatThrownBy(() -> StoredArrays.open(file, "x"))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            file
                + ": cannot be unpacked: not the 500 bytes that the archive's directory names; copy"
                + " it again, or save it again with numpy.savez");
    zip.putInt(directory + 24, Integer.MAX_VALUE);
    Files.write(file, bytes);
    assertThatThrownBy(() -> StoredArrays.open(file, "x"))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("2147483647 bytes");
  }

  /// Arrays of a thousand bytes: zeros in the first, ones in the second and so on.
  private void archive(Path target, String... names) throws IOException {
    Path npy = folder.resolve("member.npy");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(target))) {
      for (int i = 0; i < names.length; i++) {
        byte[] data = new byte[1000];
        Arrays.fill(data, (byte) i);
        Npy.write(npy, DType.U8, List.of(1000L), MemorySegment.ofArray(data));
        zip.putNextEntry(new ZipEntry(names[i] + ".npy"));
        zip.write(Files.readAllBytes(npy));
      }
    }
  }

  private static byte[] gzip(byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(data);
    }
    return out.toByteArray();
  }

  private static void assertFault(Path file, byte[] content, String what) throws IOException {
    Files.write(file, content);
    assertThatThrownBy(() -> StoredArrays.open(file, "x"))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(file + ": " + what);
  }
}
