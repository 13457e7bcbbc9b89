package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.protobuf.ProtobufReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.stream.LongStream;

/// Elements that an ONNX file holds as a row of numbers of varying length, checked when opened.
///
/// The place of every [#STRIDE]th is known, so that reading can begin anywhere.
final class OnnxNumbers {
  private static final int STRIDE = 1 << 12;

  private final InputFile file;
  private final long end;
  private final int width;
  private final long[] places;

  /// @param model for messages
  /// @param begin offset of the first number in the file
  /// @throws CheckpointException if there are more or fewer than the tensor has elements, or one is
  ///   none of its dtype
  OnnxNumbers(Path model, InputFile file, TensorSpec spec, long begin, long bytes) {
    this.file = file;
    this.end = begin + bytes;
    // Two F4 are one number.
    width = Math.max(1, spec.dtype().bits() / Byte.SIZE);
    long wanted = spec.bytes() / width;
    LongStream.Builder found = LongStream.builder();
    long count = 0;
    for (ProtobufReader in = numbers(begin); in.hasMore(); count++) {
      if (count % STRIDE == 0) {
        found.add(in.position());
      }
      long at = in.position();
      long value = in.varint();
      if (!isElement(spec.dtype(), value)) {
        throw CheckpointException.at(
            model,
            spec.name(),
            at,
            "element " + count + " is " + value + ", which is no " + spec.dtype());
      }
    }
    if (count != wanted) {
      throw CheckpointException.at(
          model,
          spec.name(),
          begin,
          "has " + count + " numbers, but " + spec.shape() + " of " + spec.dtype() + " " + wanted);
    }
    places = found.build().toArray();
  }

  /// Reads part of the tensor.
  ///
  /// @param offset in bytes from the start of the tensor
  /// @param target is filled
  void read(long offset, ByteBuffer target) {
    if (!target.hasRemaining()) {
      return;
    }
    long element = offset / width;
    ProtobufReader in = numbers(places[(int) (element / STRIDE)]);
    for (long skipped = element % STRIDE; skipped > 0; skipped--) {
      in.varint();
    }
    int first = (int) (offset % width);
    while (target.hasRemaining()) {
      long value = in.varint();
      for (int i = first; i < width && target.hasRemaining(); i++) {
        target.put((byte) (value >>> (i * Byte.SIZE)));
      }
      first = 0;
    }
  }

  private ProtobufReader numbers(long from) {
    return new ProtobufReader(file.map(), from, end);
  }

  private static boolean isElement(DType dtype, long value) {
    return switch (dtype) {
      case I64, U64 -> true;
      case I32 -> value == (int) value;
      case I16 -> value == (short) value;
      case I8 -> value == (byte) value;
      case BOOL -> value == 0 || value == 1;
      case U32 -> value >>> Integer.SIZE == 0;
      case U16, F16, BF16 -> value >>> Short.SIZE == 0;
      case U8, F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ, F8_E8M0, F4 -> value >>> Byte.SIZE == 0;
      case F64, F32, C64, F6_E2M3, F6_E3M2 ->
          throw new IllegalArgumentException(dtype + " elements are not held as numbers");
    };
  }
}
