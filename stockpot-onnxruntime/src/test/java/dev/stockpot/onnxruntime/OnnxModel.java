package dev.stockpot.onnxruntime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Builds small ONNX models for tests.
final class OnnxModel {
  static final int FLOAT = 1;
  static final int UINT8 = 2;
  static final int UINT16 = 4;
  static final int INT64 = 7;
  static final int STRING = 8;
  static final int FLOAT16 = 10;
  static final int DOUBLE = 11;
  static final int BFLOAT16 = 16;

  private final Proto graph = new Proto().text(2, "test");

  /// `logits = x · w` with `x: [batch, 2]` and `w: [2, 3]`.
  static OnnxModel matMul() {
    return new OnnxModel()
        .node("MatMul", List.of("x", "w"), "logits")
        .initializer("w", FLOAT, List.of(2L, 3L), floats(1, 2, 3, 4, 5, 6))
        .input("x", FLOAT, -1, 2)
        .output("logits", FLOAT, -1, 3);
  }

  static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  static byte[] longs(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    return bytes.array();
  }

  /// A tensor without data.
  static Proto tensor(String name, int type, List<Long> shape) {
    Proto tensor = new Proto();
    shape.forEach(size -> tensor.number(1, size));
    return tensor.number(2, type).text(8, name);
  }

  /// A tensor whose data is in a file.
  static Proto external(String name, int type, List<Long> shape, String location) {
    Proto entry = new Proto().text(1, "location").text(2, location);
    return tensor(name, type, shape).message(13, entry).number(14, 1);
  }

  OnnxModel node(String operator, List<String> inputs, String output) {
    Proto node = new Proto();
    inputs.forEach(input -> node.text(1, input));
    graph.message(1, node.text(2, output).text(4, operator));
    return this;
  }

  OnnxModel initializer(String name, int type, List<Long> shape, byte[] data) {
    return initializer(tensor(name, type, shape).bytes(9, data));
  }

  OnnxModel initializer(Proto tensor) {
    graph.message(5, tensor);
    return this;
  }

  /// An input; sizes below 0 are free.
  OnnxModel input(String name, int type, long... shape) {
    graph.message(11, value(name, type, shape));
    return this;
  }

  /// An output; sizes below 0 are free.
  OnnxModel output(String name, int type, long... shape) {
    graph.message(12, value(name, type, shape));
    return this;
  }

  /// Appends a field to the graph.
  OnnxModel field(int number, Proto message) {
    graph.message(number, message);
    return this;
  }

  byte[] toByteArray() {
    Proto opset = new Proto().text(1, "").number(2, 20);
    return new Proto().number(1, 10).message(7, graph).message(8, opset).toByteArray();
  }

  Path write(Path folder) {
    try {
      return Files.write(folder.resolve("model.onnx"), toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Proto value(String name, int type, long... shape) {
    Proto sizes = new Proto();
    for (long size : shape) {
      sizes.message(1, size < 0 ? new Proto().text(2, "batch") : new Proto().number(1, size));
    }
    Proto tensorType = new Proto().number(1, type).message(2, sizes);
    return new Proto().text(1, name).message(2, new Proto().message(1, tensorType));
  }
}
