package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.onnx.OnnxModel;
import dev.stockpot.onnx.Proto;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxTest {
  private static final int INT32 = 6;
  private static final int UINT64 = 13;
  private static final int FLOATS_FIELD = 4;
  private static final int INT32S_FIELD = 5;
  private static final int INT64S_FIELD = 7;
  private static final int DOUBLES_FIELD = 10;
  private static final int UINT64S_FIELD = 11;

  @TempDir Path folder;

  @Test
  void readsRawBytesAsTheyAre() {
    byte[] data = OnnxModel.floats(1, 2, 3, 4, 5, 6);
    Path file = OnnxModel.matMul().write(folder);
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.tensors())
          .isEqualTo(Map.of("w", new TensorSpec("w", DType.F32, List.of(2L, 3L))));
      assertThat(checkpoint.files()).containsExactly(file);
      assertThat(checkpoint.notes()).isEmpty();
      assertBytes(checkpoint, "w", data);
    }
  }

  /// Types by ONNX's number, with two elements each in the field that is meant for them.
  @ParameterizedTest
  @CsvSource({
    "2, U8, 0, 255, 00ff",
    "3, I8, -128, 127, 807f",
    "4, U16, 1, 65535, 0100ffff",
    "5, I16, -2, 32767, feffff7f",
    "6, I32, -2147483648, 2147483647, 00000080ffffff7f",
    "9, BOOL, 1, 0, 0100",
    "10, F16, 15360, 64512, 003c00fc",
    "16, BF16, 16256, 65535, 803fffff",
    "17, F8_E4M3, 56, 255, 38ff",
    "18, F8_E4M3FNUZ, 56, 255, 38ff",
    "19, F8_E5M2, 56, 255, 38ff",
    "20, F8_E5M2FNUZ, 56, 255, 38ff",
    "24, F8_E8M0, 127, 255, 7fff",
  })
  void unpacksNarrowElementsFromInt32Data(
      int type, DType dtype, long first, long second, String bytes) {
    Proto numbers = new Proto().varint(first).varint(second);
    Path file = model(tensor(type, 2).bytes(INT32S_FIELD, numbers.toByteArray()));
    assertOnly(file, dtype, HexFormat.of().parseHex(bytes));
  }

  @Test
  void unpacksTwoFloat4FromANumber() {
    Path file =
        model(OnnxModel.tensor("t", 23, List.of(4L)).bytes(INT32S_FIELD, new byte[] {0x21, 0x43}));
    assertOnly(file, DType.F4, new byte[] {0x21, 0x43});
  }

  @Test
  void readsWideElementsFromTheirFields() {
    assertOnly(
        model(tensor(OnnxModel.FLOAT, 2).bytes(FLOATS_FIELD, OnnxModel.floats(1, -2))),
        DType.F32,
        OnnxModel.floats(1, -2));
    assertOnly(
        model(tensor(14, 1).bytes(FLOATS_FIELD, OnnxModel.floats(1, -2))),
        DType.C64,
        OnnxModel.floats(1, -2));
    assertOnly(
        model(tensor(OnnxModel.DOUBLE, 1).bytes(DOUBLES_FIELD, OnnxModel.longs(77))),
        DType.F64,
        OnnxModel.longs(77));
    byte[] numbers = new Proto().varint(-1).varint(Long.MAX_VALUE).toByteArray();
    assertOnly(
        model(tensor(OnnxModel.INT64, 2).bytes(INT64S_FIELD, numbers)),
        DType.I64,
        OnnxModel.longs(-1, Long.MAX_VALUE));
    assertOnly(
        model(tensor(UINT64, 2).bytes(UINT64S_FIELD, numbers)),
        DType.U64,
        OnnxModel.longs(-1, Long.MAX_VALUE));
    assertOnly(
        model(tensor(12, 1).bytes(UINT64S_FIELD, new Proto().varint(0xffff_fffeL).toByteArray())),
        DType.U32,
        new byte[] {-2, -1, -1, -1});
  }

  @Test
  void readsFromAnywhereInALongRowOfNumbers() {
    int count = 3 * 4096 + 17;
    Random random = new Random(3);
    Proto numbers = new Proto();
    ByteBuffer expected = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      long value = random.nextLong() >>> random.nextInt(64);
      numbers.varint(value);
      expected.putLong(value);
    }
    Path file = model(tensor(OnnxModel.INT64, count).bytes(INT64S_FIELD, numbers.toByteArray()));
    assertOnly(file, DType.I64, expected.array());
  }

  @Test
  void readsEmptyTensorsAndScalarsWithAndWithoutData() {
    Path file =
        new OnnxModel()
            .initializer(OnnxModel.tensor("none", OnnxModel.FLOAT, List.of(0L, 3L)))
            .initializer(
                OnnxModel.tensor("raw", OnnxModel.FLOAT, List.of(0L)).bytes(9, new byte[0]))
            .initializer(
                OnnxModel.tensor("numbers", INT32, List.of(0L)).bytes(INT32S_FIELD, new byte[0]))
            .initializer("scalar", OnnxModel.FLOAT, List.of(), OnnxModel.floats(7))
            .write(folder);
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.tensors().sequencedKeySet())
          .containsExactly("none", "raw", "numbers", "scalar");
      assertBytes(checkpoint, "none", new byte[0]);
      assertBytes(checkpoint, "raw", new byte[0]);
      assertBytes(checkpoint, "numbers", new byte[0]);
      assertBytes(checkpoint, "scalar", OnnxModel.floats(7));
    }
  }

  @Test
  void readsDataBesideTheModel() throws IOException {
    byte[] data = OnnxModel.floats(0, 1, 2, 3);
    Path beside = Files.write(Files.createDirectory(folder.resolve("w")).resolve("x.bin"), data);
    Path file =
        new OnnxModel()
            .initializer(external("whole", 4, "location", "w/x.bin"))
            .initializer(external("part", 2, "location", "w/x.bin", "offset", "4", "length", "8"))
            .initializer(external("end", 1, "location", "w/../w/x.bin", "offset", "12"))
            .write(folder);
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.files()).containsExactly(file, beside.toAbsolutePath());
      assertBytes(checkpoint, "whole", data);
      assertBytes(checkpoint, "part", Arrays.copyOfRange(data, 4, 12));
      assertBytes(checkpoint, "end", Arrays.copyOfRange(data, 12, 16));
    }
  }

  @Test
  void readsDataBeyondFourGibibytesWithoutLoadingIt() throws IOException {
    long offset = 5L << 30;
    try (RandomAccessFile beside =
        new RandomAccessFile(folder.resolve("big.data").toFile(), "rw")) {
      beside.seek(offset); // a hole
      beside.write(OnnxModel.floats(5, 6));
    }
    Path file =
        new OnnxModel()
            .initializer(external("hole", 1L << 30, "location", "big.data"))
            .initializer(external("w", 2, "location", "big.data", "offset", "" + offset))
            .write(folder);
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertBytes(checkpoint, "w", OnnxModel.floats(5, 6));
      ByteBuffer target = ByteBuffer.allocate(4);
      checkpoint.read("hole", (4L << 30) - 4, target);
      assertThat(target.flip()).isEqualTo(ByteBuffer.allocate(4));
      assertThat(checkpoint.tensor("hole").data().byteSize()).isEqualTo(4L << 30);
    }
  }

  @Test
  void tellsTheModelsMetadata() {
    Proto pair = new Proto().text(1, "author").text(2, "me");
    Proto vocabulary = new Proto().text(1, "vocab").text(2, "x".repeat(40_000));
    byte[] metadata = new Proto().message(14, pair).message(14, vocabulary).toByteArray();
    Path file = write(new Proto().raw(OnnxModel.matMul().toByteArray()).raw(metadata));
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.metadata()).isEqualTo(Map.of("author", "me"));
    }
  }

  @Test
  void notesLargeConstantsInNodesAndSubgraphs() {
    Proto constant = OnnxModel.tensor("", OnnxModel.FLOAT, List.of(256L)).bytes(9, new byte[1024]);
    Proto small = OnnxModel.tensor("", OnnxModel.FLOAT, List.of(1L)).bytes(9, new byte[4]);
    Proto body = new Proto().message(5, constant).message(5, small);
    Proto node =
        new Proto()
            .message(5, new Proto().message(5, constant))
            .message(5, new Proto().message(6, body));
    Path file = OnnxModel.matMul().field(1, node).write(folder);
    long bytes = new Proto().message(5, constant).toByteArray().length;
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.notes())
          .containsExactly(
              "2 large constants in nodes and subgraphs ("
                  + 2 * bytes
                  + " bytes) are no initializers of the main graph: they are not read, and stay as"
                  + " they are where the graph is written");
    }
  }

  @Test
  void aDataFileCutOffWhileOpenIsTold() throws IOException {
    Path beside = Files.write(folder.resolve("x.bin"), new byte[16]);
    Path file = model(external("t", 4, "location", "x.bin"));
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      Files.write(beside, new byte[10]);
      assertThatThrownBy(() -> checkpoint.read("t", 4, ByteBuffer.allocate(12)))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              beside.toAbsolutePath()
                  + ": tensor 't': has been cut off since the file was opened, which ends at byte"
                  + " 10 instead of 16, at byte 4");
    }
  }

  @Test
  void damagedFilesAreReadOrRefusedWithoutOtherHarm() throws IOException {
    Files.write(folder.resolve("x.bin"), new byte[64]);
    byte[] good =
        OnnxModel.matMul()
            .initializer(tensor(OnnxModel.INT64, 3).bytes(INT64S_FIELD, new byte[] {1, 2, 3}))
            .initializer(external("far", 4, "location", "x.bin", "offset", "16", "length", "16"))
            .toByteArray();
    Random random = new Random(2);
    int refused = 0;
    for (int round = 0; round < 600; round++) {
      byte[] bad = Arrays.copyOf(good, round % 4 == 0 ? random.nextInt(good.length) : good.length);
      for (int i = 0; bad.length > 0 && i < 2; i++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      try (Checkpoint checkpoint = Checkpoints.open(write(new Proto().raw(bad)))) {
        for (TensorSpec spec : checkpoint.tensors().values()) {
          checkpoint.read(spec.name(), 0, ByteBuffer.allocate((int) spec.bytes()));
          assertThat(checkpoint.tensor(spec.name()).data().byteSize()).isEqualTo(spec.bytes());
        }
      } catch (CheckpointException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(200, 599);
  }

  /// An initializer `t` without data.
  private static Proto tensor(int type, long elements) {
    return OnnxModel.tensor("t", type, List.of(elements));
  }

  /// A float32 tensor beside the model.
  private static Proto external(String name, long elements, String... entries) {
    Proto tensor = OnnxModel.tensor(name, OnnxModel.FLOAT, List.of(elements)).number(14, 1);
    for (int i = 0; i < entries.length; i += 2) {
      tensor.message(13, new Proto().text(1, entries[i]).text(2, entries[i + 1]));
    }
    return tensor;
  }

  private Path model(Proto tensor) {
    return new OnnxModel().initializer(tensor).write(folder);
  }

  private Path write(Proto model) {
    try {
      return Files.write(folder.resolve("model.onnx"), model.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertOnly(Path file, DType dtype, byte[] bytes) {
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.tensors().get("t").dtype()).isEqualTo(dtype);
      assertBytes(checkpoint, "t", bytes);
    }
  }

  private static void assertBytes(Checkpoint checkpoint, String name, byte[] bytes) {
    assertThat(checkpoint.tensor(name).data().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
    // In steps that are no multiple of an element.
    for (int at = 0; at < bytes.length; at += 7) {
      ByteBuffer part = ByteBuffer.allocate(Math.min(11, bytes.length - at));
      checkpoint.read(name, at, part);
      assertThat(part.flip()).isEqualTo(ByteBuffer.wrap(bytes, at, part.capacity()));
    }
  }
}
