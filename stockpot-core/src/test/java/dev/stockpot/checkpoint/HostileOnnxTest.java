package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.onnx.OnnxModel;
import dev.stockpot.onnx.Proto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Models whose initializers are no valid tensors are refused, with the whole message. What is
/// wrong with graphs is in [OnnxGraphTest].
class HostileOnnxTest {
  private static final int RAW = 9;

  @TempDir Path folder;

  @BeforeEach
  void writeDataBeside() throws IOException {
    Files.write(folder.resolve("x.bin"), new byte[16]);
  }

  @ParameterizedTest
  @CsvSource({
    "version https://git-lfs.github.com/spec/v1, is a Git LFS pointer instead of the file; fetch"
        + " the file with: git lfs pull",
    "<html>, 'is a web page or XML, not an ONNX file; download it again'",
    "'{}', 'is JSON, not an ONNX file'",
  })
  void filesOfOtherKindsAreNamed(String text, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("m.onnx"), text);
    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": " + message);
  }

  @ParameterizedTest
  @CsvSource({
    "0, UNDEFINED",
    "8, STRING",
    "15, COMPLEX128",
    "21, UINT4",
    "22, INT4",
    "25, UINT2",
    "26, INT2",
    "99, number 99",
    "-1, number -1",
  })
  void typesThatStockpotDoesNotHaveAreNamed(int type, String name) {
    assertRefused(
        OnnxModel.tensor("t", type, List.of(1L)),
        "has elements of ONNX type " + name + ", which are not read");
  }

  @Test
  void dataThatIsNotAsLongAsTheTensor() {
    assertRefused(tensor(3), "has no data, but [3] of F32 takes 12 bytes");
    assertRefused(
        tensor(3).bytes(RAW, new byte[11]),
        "raw_data has 11 bytes, but [3] of F32 takes 12, at byte 21");
    assertRefused(
        tensor(1L << 40).bytes(RAW, new byte[1]),
        "raw_data has 1 bytes, but [1099511627776] of F32 takes 4398046511104, at byte 26");
    assertRefused(
        tensor(3).bytes(4, new byte[16]),
        "float_data has 16 bytes, but [3] of F32 takes 12, at byte 21");
    assertRefused(
        OnnxModel.tensor("t", OnnxModel.INT64, List.of(3L)).bytes(7, new byte[] {1, 2}),
        "has 2 numbers, but [3] of I64 3, at byte 21");
    assertRefused(
        OnnxModel.tensor("t", 23, List.of(3L)).bytes(RAW, new byte[2]),
        "[3] elements of F4 do not fill whole bytes");
  }

  @Test
  void dataInAFieldThatIsNotMeantForIt() {
    assertRefused(
        tensor(1).bytes(5, new byte[] {1}),
        "has its data in int32_data, where F32 elements have no place, at byte 21");
    assertRefused(
        OnnxModel.tensor("t", 27, List.of(4L)).bytes(5, new byte[] {1, 2, 3, 4}),
        "has its data in int32_data, where F6_E2M3 elements have no place, at byte 21");
    assertRefused(
        tensor(1).bytes(6, new byte[4]),
        "has its data in string_data, where F32 elements have no place, at byte 21");
    assertRefused(
        tensor(1).bytes(RAW, new byte[4]).bytes(4, new byte[4]),
        "has its data in several pieces, which are not read, at byte 27");
  }

  @ParameterizedTest
  @CsvSource({
    "2, U8, 256",
    "2, U8, -1",
    "3, I8, 128",
    "4, U16, 65536",
    "5, I16, 32768",
    "6, I32, 2147483648",
    "9, BOOL, 2",
    "10, F16, 65536",
    "16, BF16, -1",
    "17, F8_E4M3, 256",
  })
  void numbersThatDoNotFitTheirType(int type, DType dtype, long value) {
    assertRefused(
        OnnxModel.tensor("t", type, List.of(2L))
            .bytes(5, new Proto().varint(1).varint(value).toByteArray()),
        "element 1 is " + value + ", which is no " + dtype + ", at byte 22");
  }

  @Test
  void aNumberThatIsCutOff() {
    Path file =
        model(OnnxModel.tensor("t", OnnxModel.INT64, List.of(1L)).bytes(7, new byte[] {-1}));
    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": not a valid ONNX file: the message ends inside a number, at byte 21");
  }

  @Test
  void dataBesideThatIsNotThere() {
    assertRefused(external(), "its data is said to be in another file, but not in which");
    assertRefused(
        external("location", "../x.bin"),
        "its data is in '../x.bin', outside the graph's folder, and is not read");
    assertRefused(
        external("location", "a/../../x.bin"),
        "its data is in 'a/../../x.bin', outside the graph's folder, and is not read");
    assertRefused(
        external("location", "/etc/hostname"),
        "its data is in '/etc/hostname', outside the graph's folder, and is not read");
    assertRefused(
        external("location", "y.bin"),
        "its data is in 'y.bin', which is not beside the graph; put it there");
    assertRefused(
        external("location", "."),
        "its data is in '.', which is not beside the graph; put it there");
    assertRefused(external("location", "x\0"), "its data file has an impossible name");
  }

  @Test
  void dataBesideThatLeavesItsFile() {
    assertRefused(
        external("location", "x.bin", "length", "12"),
        "its data in 'x.bin' is said to take 12 bytes, but [4] of F32 takes 16");
    assertRefused(
        external("location", "x.bin", "offset", "4"),
        "its data in 'x.bin' is said to be at bytes 4 + 16, but the file has 16; is it complete?");
    assertRefused(
        external("location", "x.bin", "offset", "999999999999999999"),
        "its data in 'x.bin' is said to be at bytes 999999999999999999 + 16, but the file has 16;"
            + " is it complete?");
    assertRefused(
        external("location", "x.bin", "offset", "-4"),
        "the offset of its data is '-4' instead of a number");
    assertRefused(
        external("location", "x.bin", "length", "99999999999999999999"),
        "the length of its data is '99999999999999999999' instead of a number");
  }

  @Test
  void sparseInitializers() {
    Proto values = OnnxModel.tensor("t", OnnxModel.FLOAT, List.of(1L)).bytes(RAW, new byte[4]);
    Path file = new OnnxModel().field(15, new Proto().message(1, values)).write(folder);
    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file + ": tensor 't': is a sparse initializer, which is not read; store it dense");
  }

  @Test
  void graphsNestedTooDeep() {
    Proto graph = new Proto();
    for (int i = 0; i < 1000; i++) {
      graph = new Proto().message(1, new Proto().message(5, new Proto().message(6, graph)));
    }
    Path file =
        new OnnxModel()
            .field(1, new Proto().message(5, new Proto().message(6, graph)))
            .write(folder);
    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageMatching(
            "\\Q"
                + file
                + "\\E: not a valid ONNX file: graphs are nested more than 32 deep, at byte"
                + " [0-9]+");
  }

  @Test
  void aFolderThatIsNamedLikeAModel() throws IOException {
    Path file = Files.createDirectory(folder.resolve("a.onnx"));
    assertThatThrownBy(() -> new Onnx().open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": is a folder instead of an ONNX file");
  }

  /// A float32 initializer `t` without data.
  private static Proto tensor(long elements) {
    return OnnxModel.tensor("t", OnnxModel.FLOAT, List.of(elements));
  }

  private static Proto external(String... entries) {
    Proto tensor = tensor(4).number(14, 1);
    for (int i = 0; i < entries.length; i += 2) {
      tensor.message(13, new Proto().text(1, entries[i]).text(2, entries[i + 1]));
    }
    return tensor;
  }

  private Path model(Proto tensor) {
    return new OnnxModel().initializer(tensor).write(folder);
  }

  private void assertRefused(Proto tensor, String message) {
    Path file = model(tensor);
    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": tensor 't': " + message);
  }
}
