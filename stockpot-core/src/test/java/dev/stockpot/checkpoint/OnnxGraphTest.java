package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.onnx.OnnxModel;
import dev.stockpot.onnx.Proto;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxGraphTest {
  @TempDir Path folder;

  @Test
  void stubWithNothingFilledIsTheFileByteForByte() {
    byte[] bytes =
        OnnxModel.matMul()
            .field(1000, new Proto().raw((byte) 0x0d, (byte) 1, (byte) 2, (byte) 3, (byte) 4))
            .toByteArray();
    try (OnnxGraph graph = open(bytes)) {
      assertThat(graph.stub(Set.of())).isEqualTo(bytes);
    }
  }

  @Test
  void stubKeepsEverythingOfAFilledInitializerButItsData() {
    Proto unknown = new Proto().text(1, "unknown");
    Proto tensor = OnnxModel.tensor("w", OnnxModel.FLOAT, List.of(2L));
    byte[] bytes =
        new OnnxModel()
            .initializer(
                OnnxModel.tensor("w", OnnxModel.FLOAT, List.of(2L))
                    .bytes(9, new byte[8])
                    .message(500, unknown))
            .toByteArray();
    byte[] expected =
        new OnnxModel()
            .initializer(
                tensor
                    .message(
                        13, new Proto().text(1, "location").text(2, "weights-of-the-candidate"))
                    .number(14, 1)
                    .message(500, unknown))
            .toByteArray();
    try (OnnxGraph graph = open(bytes)) {
      assertThat(graph.stub(Set.of("w"))).isEqualTo(expected);
    }
  }

  @Test
  void readsShapesPackedOrOneByOne() {
    Proto packed =
        new Proto()
            .bytes(1, new Proto().varint(300).varint(0).varint(2).toByteArray())
            .number(2, OnnxModel.FLOAT)
            .text(8, "p");
    byte[] bytes =
        new OnnxModel()
            .initializer(packed)
            .initializer(OnnxModel.tensor("o", OnnxModel.UINT8, List.of(300L, 2L)))
            .initializer(OnnxModel.tensor("scalar", OnnxModel.FLOAT, List.of()))
            .toByteArray();
    try (OnnxGraph graph = open(bytes)) {
      assertThat(graph.initializers().values())
          .extracting(initializer -> initializer.name() + " " + initializer.shape())
          .containsExactly("p [300, 0, 2]", "o [300, 2]", "scalar []");
    }
  }

  @Test
  void readsFilesBeyondTwoGibibytes() throws IOException {
    Path path = folder.resolve("big.onnx");
    long elements = 600_000_000L;
    byte[] tensor =
        OnnxModel.tensor("w", OnnxModel.FLOAT, List.of(elements))
            .varint(9 << 3 | 2)
            .varint(4 * elements)
            .toByteArray();
    byte[] input = new Proto().message(11, new Proto().text(1, "x")).toByteArray();
    byte[] initializer =
        new Proto().varint(5 << 3 | 2).varint(tensor.length + 4 * elements).toByteArray();
    long graphBytes = initializer.length + tensor.length + 4 * elements + input.length;
    byte[] start =
        new Proto()
            .varint(7 << 3 | 2)
            .varint(graphBytes)
            .raw(initializer)
            .raw(tensor)
            .toByteArray();
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(start);
      file.seek(start.length + 4 * elements); // a hole
      file.write(input);
    }
    try (OnnxGraph graph = new OnnxGraph(path)) {
      assertThat(graph.inputs()).containsExactly("x");
      assertThat(graph.initializers().get("w").shape()).containsExactly(elements);
      assertThat(graph.stub(Set.of("w"))).hasSizeLessThan(200);
      assertThatThrownBy(() -> graph.stub(Set.of()))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              path
                  + ": what no tensor fills takes more than 2 GiB, which ONNX Runtime does not"
                  + " load from memory; export the model with external data");
    }
  }

  @Test
  void saysWhatIsWrongAndWhere() {
    assertInvalid(new byte[0], "there is no graph in it");
    assertInvalid(
        new Proto().varint(0).toByteArray(), "field number 0 is not a protobuf field, at byte 0");
    assertInvalid(
        new Proto().number(1, 10).varint(2 << 3 | 3).toByteArray(),
        "field 2 has the unknown wire type 3, at byte 2");
    assertInvalid(
        new Proto().varint(7 << 3 | 2).varint(100).raw((byte) 1).toByteArray(),
        "field 7 is said to take 100 bytes, but only 1 are left, at byte 0");
    assertInvalid(
        new Proto().varint(7 << 3 | 2).varint(-1).toByteArray(),
        "field 7 is said to take 18446744073709551615 bytes, but only 0 are left, at byte 0");
    assertInvalid(new byte[] {0x08, (byte) 0x80}, "the message ends inside a number, at byte 1");
    byte[] endless = new byte[12];
    Arrays.fill(endless, (byte) 0xff);
    endless[0] = 0x08;
    assertInvalid(endless, "a number takes more than 64 bits, at byte 1");
    assertInvalid(
        new Proto().number(7, 1).toByteArray(),
        "field 7 has wire type 0 and is not a message, at byte 0");
    assertInvalid(
        new Proto().message(7, new Proto()).message(7, new Proto()).toByteArray(),
        "a second graph, at byte 2");
    assertInvalid(graph(new Proto().number(2, 1)), "an initializer without a name, at byte 2");
    assertInvalid(
        graph(new Proto().bytes(8, new byte[] {(byte) 0xff})),
        "field 8 is not valid UTF-8, at byte 4");
    assertInvalid(
        graph(new Proto().text(8, "w".repeat(40_000))),
        "field 8 holds a text of 40000 bytes, at byte 8");
    assertInvalid(
        graph(OnnxModel.tensor("w", 1, List.of(-1L))),
        "initializer 'w' has the impossible shape [-1], at byte 2");
    assertInvalid(
        graph(OnnxModel.tensor("w", 1, List.of(1L << 40, 1L << 40))),
        "initializer 'w' has the impossible shape [1099511627776, 1099511627776], at byte 2");
    assertInvalid(
        graph(OnnxModel.tensor("w", 1, Collections.nCopies(65, 1L))),
        "initializer 'w' has more than 64 dimensions, at byte 3");
    assertInvalid(
        graph(new Proto().text(8, "w").number(2, 1L << 40)),
        "initializer 'w' has element type 1099511627776, at byte 2");
    assertInvalid(
        graph(new Proto().text(8, "w").text(2, "F")),
        "field 2 has wire type 2 and is not an integer, at byte 7");
    assertInvalid(
        graph(new Proto().text(8, "w").number(9, 5)),
        "initializer 'w' has raw_data that is no row of bytes, at byte 7");
    assertInvalid(
        new Proto()
            .message(
                7,
                new Proto()
                    .message(5, new Proto().text(8, "w"))
                    .message(5, new Proto().text(8, "w")))
            .toByteArray(),
        "a second initializer 'w', at byte 7");
  }

  @Test
  void saysWhenThereIsNoFile() {
    Path path = folder.resolve("none.onnx");
    assertThatThrownBy(() -> new OnnxGraph(path))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(path + ": cannot be opened: no such file or folder");
  }

  @Test
  void damagedFilesAreReadOrRefusedWithoutOtherHarm() throws IOException {
    byte[] good = OnnxModel.matMul().toByteArray();
    Random random = new Random(1);
    int refused = 0;
    for (int round = 0; round < 500; round++) {
      byte[] bad = Arrays.copyOf(good, round % 2 == 0 ? good.length : random.nextInt(good.length));
      for (int i = 0; bad.length > 0 && i < 3; i++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      try (OnnxGraph graph = open(bad)) {
        assertThat(graph.stub(Set.of())).isEqualTo(bad);
      } catch (CheckpointException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(100, 499);
  }

  private static byte[] graph(Proto initializer) {
    return new Proto().message(7, new Proto().message(5, initializer)).toByteArray();
  }

  private void assertInvalid(byte[] bytes, String what) {
    assertThatThrownBy(() -> open(bytes))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folder.resolve("model.onnx") + ": not a valid ONNX file: " + what);
  }

  private OnnxGraph open(byte[] bytes) {
    try {
      return new OnnxGraph(Files.write(folder.resolve("model.onnx"), bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
