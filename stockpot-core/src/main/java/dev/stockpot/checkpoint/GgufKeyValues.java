package dev.stockpot.checkpoint;

import dev.stockpot.internal.text.Excerpt;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/// The key-values of a GGUF file.
///
/// @param texts the values as text, long ones cut, and arrays only by what they are made of
/// @param end the byte of the file after the last
/// @param alignment of tensors' data in bytes: a power of two
/// @param fileType where the file has the value of `general.file_type`, four bytes
record GgufKeyValues(Map<String, String> texts, long end, int alignment, OptionalLong fileType) {
  private static final String FILE_TYPE = "general.file_type";
  private static final String ALIGNMENT = "general.alignment";
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MOST_ALIGNMENT = 1 << 16;
  private static final int LONGEST_TEXT = 1 << 16;

  GgufKeyValues {
    texts = Collections.unmodifiableMap(texts);
  }

  /// Reads a number of key-values.
  ///
  /// @throws CheckpointException if anything is wrong
  static GgufKeyValues read(Path path, GgufInput in, long count) {
    return new Reader(path, in).read(count);
  }

  private static final class Reader {
    private final Path path;
    private final GgufInput in;
    private final Map<String, String> texts = new LinkedHashMap<>();
    private int alignment = DEFAULT_ALIGNMENT;
    private OptionalLong fileType = OptionalLong.empty();

    Reader(Path path, GgufInput in) {
      this.path = path;
      this.in = in;
    }

    GgufKeyValues read(long count) {
      for (long i = 0; i < count; i++) {
        keyValue();
      }
      return new GgufKeyValues(texts, in.position(), alignment, fileType);
    }

    private void keyValue() {
      long at = in.position();
      String key = in.name("a key");
      if (texts.containsKey(key)) {
        throw fault(at, key, "is there twice");
      }
      GgufValueType type = type(key);
      long valueAt = in.position();
      texts.put(key, value(key, type));
      if (key.equals(FILE_TYPE) && type == GgufValueType.UINT32) {
        fileType = OptionalLong.of(valueAt);
      }
      if (key.equals(ALIGNMENT)) {
        alignment = alignment(type, valueAt);
      }
    }

    private int alignment(GgufValueType type, long at) {
      if (type != GgufValueType.UINT32) {
        throw fault(at, ALIGNMENT, "is of type " + type + " instead of UINT32");
      }
      long bytes = Long.parseLong(texts.get(ALIGNMENT));
      if (Long.bitCount(bytes) != 1 || bytes > MOST_ALIGNMENT) {
        throw fault(
            at, ALIGNMENT, "is " + bytes + "; it must be a power of two up to " + MOST_ALIGNMENT);
      }
      return (int) bytes;
    }

    private GgufValueType type(String key) {
      long at = in.position();
      int code = in.i32();
      return GgufValueType.of(code)
          .orElseThrow(() ->
              fault(at, key, "has a value of unknown type " + Integer.toUnsignedString(code)));
    }

    private String value(String key, GgufValueType type) {
      return switch (type) {
        case STRING -> text(in.length());
        case ARRAY -> array(key);
        case UINT8, INT8, UINT16, INT16, UINT32, INT32, FLOAT32, BOOL, UINT64, INT64, FLOAT64 ->
            type.number(in);
      };
    }

    /// Passes over an array, and says what it is made of.
    private String array(String key) {
      long at = in.position();
      GgufValueType type = type(key);
      if (type == GgufValueType.ARRAY) {
        throw fault(at, key, "is an array of arrays, which are not read");
      }
      long count = in.i64();
      if (count < 0 || count > in.left() / type.bytes()) {
        throw fault(
            at,
            key,
            "is an array said to have "
                + Long.toUnsignedString(count)
                + " elements, but only "
                + in.left()
                + " bytes of header can follow");
      }
      if (type == GgufValueType.STRING) {
        for (long i = 0; i < count; i++) {
          in.skip(in.length());
        }
      } else {
        in.skip(count * type.bytes());
      }
      return "[" + count + " × " + type + "]";
    }

    /// A text, cut where it is long; what is no UTF-8 in it is replaced.
    private String text(long length) {
      byte[] bytes = in.bytes((int) Math.min(length, LONGEST_TEXT));
      in.skip(length - bytes.length);
      String text = new String(bytes, StandardCharsets.UTF_8);
      return length > bytes.length ? text + "… (" + length + " bytes)" : text;
    }

    private CheckpointException fault(long at, String key, String what) {
      return CheckpointException.at(path, at, "key '" + Excerpt.of(key) + "' " + what);
    }
  }
}
