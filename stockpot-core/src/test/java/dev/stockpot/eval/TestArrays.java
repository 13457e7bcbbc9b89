package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Arrays for tests.
final class TestArrays {
  private TestArrays() {}

  /// A file that NumPy wrote.
  static Path numpy(String name) {
    try {
      return Path.of(TestArrays.class.getResource("npy/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path bytes(Path file, int... values) {
    byte[] data = new byte[values.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) values[i];
    }
    return write(file, data);
  }

  static Path write(Path file, byte[] data) {
    try {
      return Files.write(file, data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Version 1 with this dictionary, as it is, and so many zeros of data.
  static Path header(Path file, String dictionary, int dataBytes) {
    byte[] text = dictionary.getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.writeBytes(new byte[] {(byte) text.length, (byte) (text.length >> 8)});
    out.writeBytes(text);
    out.writeBytes(new byte[dataBytes]);
    return write(file, out.toByteArray());
  }

  static Path floats(Path file, List<Long> shape, float... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    Npy.write(file, DType.F32, shape, MemorySegment.ofBuffer(data));
    return file;
  }

  static Path labels(Path file, long... values) {
    return longs(file, List.of((long) values.length), values);
  }

  static Path longs(Path file, List<Long> shape, long... values) {
    ByteBuffer data = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asLongBuffer().put(values);
    Npy.write(file, DType.I64, shape, MemorySegment.ofBuffer(data));
    return file;
  }

  static Predictions predictions(int classes, float... values) {
    return new Predictions(values.length / classes, classes, MemorySegment.ofArray(values));
  }

  static float[] values(Predictions predictions) {
    return predictions.values().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }
}
