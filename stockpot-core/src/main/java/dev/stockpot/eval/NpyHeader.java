package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.io.InputFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The header of a `.npy` file: magic, version, length, and a Python dictionary.
///
/// @param dtype element type
/// @param shape sizes per dimension
/// @param dataOffset where the elements begin in the file
record NpyHeader(DType dtype, List<Long> shape, long dataOffset) {
  /// Longest dictionary that is read: plain arrays take less than 200 bytes.
  static final int MAX_BYTES = 65_535;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final byte[] ZIP = {'P', 'K', 3, 4};
  private static final int ALIGNMENT_BYTES = 64;
  static final String AGAIN = "save the array again with numpy.save";
  static final Map<DType, String> DESCRIPTIONS =
      new EnumMap<>(
          Map.of(
              DType.U8, "|u1",
              DType.I8, "|i1",
              DType.BOOL, "|b1",
              DType.I32, "<i4",
              DType.I64, "<i8",
              DType.F32, "<f4",
              DType.F64, "<f8"));

  /// Reads and validates the header, and the size of the file against it.
  ///
  /// @throws EvaluationException naming the file and the byte
  static NpyHeader read(Path path, InputFile file) {
    long size = file.size();
    if (size < 12) {
      throw new EvaluationException(
          path + ": has " + size + " bytes; a .npy file has more than 12: " + AGAIN);
    }
    ByteBuffer prefix = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    file.read(0, prefix);
    checkMagic(path, prefix.array());
    int major = prefix.get(6);
    int minor = prefix.get(7);
    if (major < 1 || major > 3 || minor != 0) {
      String version = Byte.toUnsignedInt(prefix.get(6)) + "." + Byte.toUnsignedInt(prefix.get(7));
      throw fault(path, 6, "has format version " + version + " instead of 1.0, 2.0 or 3.0", AGAIN);
    }
    int start = major == 1 ? 10 : 12;
    long length =
        major == 1
            ? Short.toUnsignedLong(prefix.getShort(8))
            : Integer.toUnsignedLong(prefix.getInt(8));
    if (length > MAX_BYTES) {
      throw fault(
          path,
          8,
          "the header is said to be " + length + " bytes long; at most " + MAX_BYTES + " are read",
          AGAIN);
    }
    if (length > size - start) {
      throw fault(
          path,
          8,
          "the header is said to be "
              + length
              + " bytes long, but only "
              + (size - start)
              + " bytes follow; the file is truncated",
          "copy it again, or " + AGAIN);
    }
    ByteBuffer text = ByteBuffer.allocate((int) length);
    file.read(start, text);
    NpyHeader header = new NpyDictionary(path, start, text.array()).header();
    header.checkSize(path, size);
    return header;
  }

  /// Magic, version 1.0 and dictionary, padded so that the data is aligned.
  ///
  /// @throws IllegalArgumentException for a dtype that is not read either
  static byte[] bytes(DType dtype, List<Long> shape) {
    String description = DESCRIPTIONS.get(dtype);
    if (description == null) {
      throw new IllegalArgumentException("no .npy files of " + dtype);
    }
    String sizes = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
    String dictionary =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
            .formatted(description, shape.size() == 1 ? sizes + "," : sizes);
    int start = MAGIC.length + 4;
    int total = Math.ceilDiv(start + dictionary.length() + 1, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    byte[] header = new byte[total];
    Arrays.fill(header, (byte) ' ');
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) (total - start))
        .put(dictionary.getBytes(StandardCharsets.US_ASCII));
    header[total - 1] = '\n';
    return header;
  }

  private static void checkMagic(Path path, byte[] prefix) {
    if (Arrays.equals(MAGIC, 0, 6, prefix, 0, 6)) {
      return;
    }
    boolean zip = Arrays.equals(ZIP, 0, 4, prefix, 0, 4);
    throw fault(
        path,
        0,
        "begins with "
            + HexFormat.ofDelimiter(" ").formatHex(prefix, 0, 6)
            + " instead of the magic 93 4e 55 4d 50 59 of a .npy file",
        zip
            ? "it is a zip archive, such as an .npz: save each array by itself with numpy.save"
            : "save the array with numpy.save");
  }

  private void checkSize(Path path, long size) {
    long expected;
    try {
      expected = new TensorSpec(path.toString(), dtype, shape).bytes();
    } catch (ArithmeticException e) {
      throw new EvaluationException(
          path + ": shape " + shape + " of " + dtype + " is larger than any file; " + AGAIN, e);
    }
    long found = size - dataOffset;
    if (found < expected) {
      throw fault(
          path,
          size,
          "ends after " + found + " of the " + expected + " bytes of " + dtype + " " + shape,
          "the file is truncated: copy it again, or " + AGAIN);
    }
    if (found > expected) {
      throw fault(
          path,
          dataOffset + expected,
          (found - expected) + " bytes follow the " + expected + " bytes of " + dtype + " " + shape,
          "one array per file is read: " + AGAIN);
    }
  }

  static EvaluationException fault(Path path, long offset, String what, String remedy) {
    return new EvaluationException(path + ": " + what + ", at byte " + offset + "; " + remedy);
  }
}
