package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.stockpot.checkpoint.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
  private static final String AGAIN = "; save the array again with numpy.save";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "u1-v1;U8;[2, 3];FAFBFCFDFEFF",
        "i1-v2;I8;[2, 2];80FF007F",
        "b1-v3;BOOL;[3];010001",
        "i4-v1;I32;[4];00000080FFFFFFFF00000000FFFFFF7F",
        "i8-v2;I64;[2, 1];0000000000000080FFFFFFFFFFFFFF7F",
        "f4-v3;F32;[1, 1, 4];CDCCCC3D000000800000C07F0000807F",
        "f8-v1;F64;[];182D4454FB210940",
        "empty-v1;F32;[0, 5];''",
      })
  void readsWhatNumpyWrote(String name, DType dtype, String shape, String hex) {
    try (Npy npy = Npy.open(TestArrays.numpy(name + ".npy"))) {
      assertThat(npy.tensor().spec().dtype()).isEqualTo(dtype);
      assertThat(npy.tensor().spec().shape()).hasToString(shape);
      assertThat(npy.tensor().data().toArray(ValueLayout.JAVA_BYTE)).asHexString().isEqualTo(hex);
    }
  }

  @Test
  void readsRealLabels() {
    int[] counts = new int[10];
    try (Npy npy = Npy.open(TestArrays.numpy("select-y.npy"))) {
      assertThat(npy.tensor().spec().shape()).containsExactly(600L);
      for (long label : npy.tensor().data().toArray(ValueLayout.JAVA_LONG_UNALIGNED)) {
        counts[(int) label]++;
      }
    }
    assertThat(counts).containsExactly(63, 63, 59, 51, 59, 73, 72, 51, 48, 61);
  }

  @ParameterizedTest
  @ValueSource(strings = {"u1-v1", "i4-v1", "f8-v1", "empty-v1", "select-y", "select-x-40"})
  void writesTheBytesThatNumpyWrites(String name) throws IOException {
    Path numpy = TestArrays.numpy(name + ".npy");
    Path written = folder.resolve("deeper").resolve("x.npy");
    try (Npy npy = Npy.open(numpy)) {
      Npy.write(
          written, npy.tensor().spec().dtype(), npy.tensor().spec().shape(), npy.tensor().data());
    }
    assertThat(written).hasSameBinaryContentAs(numpy);
    assertThat(written.getParent()).isDirectoryNotContaining(file -> !file.equals(written));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 4098, 1 << 19})
  void readsBackWhatItWrote(int elements) {
    float[] values = new float[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = Float.intBitsToFloat(i * 0x9E3779B1);
    }
    Path file = folder.resolve("x.npy");
    Npy.write(file, DType.F32, List.of((long) elements), MemorySegment.ofArray(values));
    try (Npy npy = Npy.open(file)) {
      assertThat(npy.tensor().data().mismatch(MemorySegment.ofArray(values))).isEqualTo(-1);
      assertThat(npy.tensor().data().isReadOnly()).isTrue();
      assertThat(npy.tensor().data().address() % 64).isZero();
    }
  }

  @Test
  void refusesToWriteWhatItDoesNotRead() {
    MemorySegment data = MemorySegment.ofArray(new byte[4]);
    Path file = folder.resolve("x.npy");
    assertThatThrownBy(() -> Npy.write(file, DType.BF16, List.of(2L), data))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no .npy files of BF16");
    assertThatThrownBy(() -> Npy.write(file, DType.F32, List.of(2L), data))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("4 bytes for F32 [2], which takes 8");
    assertThat(file).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "{'shape': (2,), 'descr': '<f4', 'fortran_order': False}",
        "{ \"descr\" : \"<f4\" , 'fortran_order':False,'shape':(1,2,),}\n\n",
      })
  void readsTheDictionaryAsPythonDoes(String dictionary) {
    try (Npy npy = Npy.open(TestArrays.header(folder.resolve("x.npy"), dictionary, 8))) {
      assertThat(npy.tensor().spec().elements()).isEqualTo(2);
    }
  }

  @Test
  void saysWhatIsMissing() {
    Path missing = folder.resolve("no.npy");
    assertFault(missing, "there is no such file; put it there, or correct the path");
    assertFault(folder, "is a folder; name the .npy file in it");
  }

  @Test
  void saysWhatMayNotBeRead() throws IOException {
    Path file = Files.copy(TestArrays.numpy("u1-v1.npy"), folder.resolve("x.npy"));
    assertThat(file.toFile().setReadable(false)).isTrue();
    // The superuser reads everything.
    assumeThat(Files.isReadable(file)).isFalse();
    assertFault(file, "may not be read; change its permissions");
  }

  @ParameterizedTest
  @ValueSource(strings = {"u1-v1", "i1-v2", "b1-v3"})
  void anyDamagedHeaderIsReadOrRefusedByName(String name) throws IOException {
    byte[] sound = Files.readAllBytes(TestArrays.numpy(name + ".npy"));
    Path file = folder.resolve("x.npy");
    Random random = new Random(7);
    int refused = 0;
    for (int round = 0; round < 300; round++) {
      byte[] damaged = sound.clone();
      damaged[random.nextInt(128)] =
          random.nextBoolean() ? (byte) random.nextInt(256) : sound[random.nextInt(128)];
      TestArrays.write(file, damaged);
      try (Npy npy = Npy.open(file)) {
        assertThat(npy.tensor().data().byteSize()).isLessThan(sound.length);
      } catch (EvaluationException e) {
        assertThat(e).hasMessageStartingWith(file + ": ");
        refused++;
      }
    }
    assertThat(refused).isBetween(150, 290);
  }

  @Test
  void refusesOtherFiles() {
    Path file = folder.resolve("x.npy");
    assertFault(
        TestArrays.bytes(file, 0x93, 'N', 'U'),
        "has 3 bytes; a .npy file has more than 12: save the array again with numpy.save");
    assertFault(
        TestArrays.bytes(file, '0', ',', '1', ',', '2', '\n', '0', '0', '0', '0', '0', '0'),
        "begins with 30 2c 31 2c 32 0a instead of the magic 93 4e 55 4d 50 59 of a .npy file, at"
            + " byte 0; save the array with numpy.save");
    assertFault(
        TestArrays.numpy("archive.npz"),
        "begins with 50 4b 03 04 2d 00 instead of the magic 93 4e 55 4d 50 59 of a .npy file, at"
            + " byte 0; it is a zip archive, such as an .npz: save each array by itself with"
            + " numpy.save");
  }

  @ParameterizedTest
  @CsvSource({"0,0,0.0", "4,0,4.0", "1,1,1.1", "255,0,255.0"})
  void refusesOtherVersions(int major, int minor, String shown) throws IOException {
    byte[] file = Files.readAllBytes(TestArrays.numpy("u1-v1.npy"));
    file[6] = (byte) major;
    file[7] = (byte) minor;
    assertFault(
        TestArrays.write(folder.resolve("x.npy"), file),
        "has format version " + shown + " instead of 1.0, 2.0 or 3.0, at byte 6" + AGAIN);
  }

  @Test
  void refusesHeaderLengthsThatCannotBe() throws IOException {
    byte[] v2 = Files.readAllBytes(TestArrays.numpy("i1-v2.npy"));
    v2[11] = (byte) 0xff;
    Path file = folder.resolve("x.npy");
    assertFault(
        TestArrays.write(file, v2),
        "the header is said to be 4278190196 bytes long; at most 65535 are read, at byte 8"
            + AGAIN);
    byte[] v1 = Files.readAllBytes(TestArrays.numpy("u1-v1.npy"));
    assertFault(
        TestArrays.write(file, Arrays.copyOf(v1, 127)),
        "the header is said to be 118 bytes long, but only 117 bytes follow; the file is"
            + " truncated, at byte 8; copy it again, or save the array again with numpy.save");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "[1, 2];10;the header should have '{', but has '['",
        "{;11;the header should have a key in quotes, but has the end of the header",
        "{descr: 1};11;the header should have a key in quotes, but has 'd'",
        "{'descr' '<f4'};19;the header should have ':', but has '''",
        "{'descr': 4};20;the header should have a dtype in quotes, but has '4'",
        "{'descr': '<f4;24;the header should have a closing quote, but has the end of the header",
        "{'des\\x63r': 1};15;the header should have a plain character, but has '\\'",
        "{'d\u00e9': 1};13;the header should have a plain character, but has byte 0xe9",
        "{'descr': '<f4' 'shape': ()};26;the header should have '}', but has '''",
        "{'descr': '<f4', 'descr': '<f4'};27;the header has the key 'descr' twice",
        "{'color': '<f4'};11;the header has an unknown key 'color'",
        "{'fortran_order': 0};28;the header should have True or False, but has '0'",
        "{'fortran_order': Fals;28;the header should have True or False, but has 'F'",
        "{'shape': 3};20;the header should have '(', but has '3'",
        "{'shape': (3)};22;the header should have ',', but has ')'",
        "{'shape': (3 4)};23;the header should have ',', but has '4'",
        "{'shape': (3, 4 5)};26;the header should have ')', but has '5'",
        "{'shape': (-1,)};21;the header should have a size, but has '-'",
        "{'shape': (,)};21;the header should have a size, but has ','",
        "{'shape': (2L,)};22;the header should have ',', but has 'L'",
        "{'shape': (9223372036854775808,)};21;a size in the shape is larger than any file",
        "{'shape': (2,)} x;26;the header should have the end of the header, but has 'x'",
        "{'shape': (2,), 'descr': '<f4'};41;the header has no key 'fortran_order'",
        "{'shape': (2,), 'fortran_order': False};49;the header has no key 'descr'",
        "{'descr': '<f4', 'fortran_order': False};50;the header has no key 'shape'",
      })
  void refusesDictionariesThatAreNone(String dictionary, int offset, String what) {
    Path file = TestArrays.header(folder.resolve("x.npy"), dictionary, 8);
    assertFault(file, what + ", at byte " + offset + AGAIN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "object;holds Python objects (a pickle), which are never read, at byte 20;"
            + " save plain numbers: numpy.save(file, x.astype('float32'))",
        "big-endian;dtype '>f4' is big-endian, at byte 20;"
            + " save it little-endian: numpy.save(file, x.astype('<f4'))",
        "fortran;is in Fortran order, at byte 44;"
            + " save it in C order: numpy.save(file, numpy.ascontiguousarray(x))",
        "records;holds records (a structured dtype), at byte 20;"
            + " save one field as plain numbers: numpy.save(file, x['field'])",
        "half;dtype '<f2' is none of <f4, <f8, <i4, <i8, |b1, |i1, |u1, at byte 20;"
            + " convert it: numpy.save(file, x.astype('float32'))",
        "text;dtype '<U2' is none of <f4, <f8, <i4, <i8, |b1, |i1, |u1, at byte 20;"
            + " convert it: numpy.save(file, x.astype('float32'))",
      })
  void refusesOtherArraysOfNumpy(String name, String what, String remedy) {
    assertFault(TestArrays.numpy(name + ".npy"), what + "; " + remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "(3,);11;ends after 11 of the 12 bytes of F32 [3], at byte 76;"
            + " the file is truncated: copy it again, or save the array again with numpy.save",
        "(3,);13;1 bytes follow the 12 bytes of F32 [3], at byte 77;"
            + " one array per file is read: save the array again with numpy.save",
        "(0, 9223372036854775807);4;"
            + "4 bytes follow the 0 bytes of F32 [0, 9223372036854775807], at byte 85;"
            + " one array per file is read: save the array again with numpy.save",
      })
  void refusesFilesOfAnotherSize(String shape, int dataBytes, String what, String remedy) {
    String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': %s}".formatted(shape);
    Path file = TestArrays.header(folder.resolve("x.npy"), dictionary, dataBytes);
    assertFault(file, what + "; " + remedy);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(4611686018427387904,)", "(4294967296, 4294967296)"})
  void refusesShapesThatOverflow(String shape) {
    String dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': %s}".formatted(shape);
    String shown = shape.replace(",)", ")").replace('(', '[').replace(')', ']');
    assertFault(
        TestArrays.header(folder.resolve("x.npy"), dictionary, 8),
        "shape " + shown + " of F64 is larger than any file" + AGAIN);
  }

  private static void assertFault(Path file, String what) {
    assertThatThrownBy(() -> Npy.open(file))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(file + ": " + what);
  }
}
