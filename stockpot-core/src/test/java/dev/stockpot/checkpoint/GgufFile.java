package dev.stockpot.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Builds GGUF files field by field, also wrong ones.
final class GgufFile {
  static final int UINT32 = 4;
  static final int STRING = 8;
  static final int ARRAY = 9;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// Begins with version 3.
  GgufFile(long tensors, long keyValues) {
    this(3, tensors, keyValues);
  }

  GgufFile(int version, long tensors, long keyValues) {
    bytes("GGUF").u32(version).u64(tensors).u64(keyValues);
  }

  GgufFile u8(int value) {
    out.write(value);
    return this;
  }

  GgufFile u32(int value) {
    return put(ByteBuffer.allocate(4).putInt(0, Integer.reverseBytes(value)).array());
  }

  GgufFile u64(long value) {
    return put(ByteBuffer.allocate(8).putLong(0, Long.reverseBytes(value)).array());
  }

  /// Each character a byte.
  GgufFile bytes(String bytes) {
    return put(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  GgufFile string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return u64(bytes.length).put(bytes);
  }

  GgufFile key(String key, int type) {
    return string(key).u32(type);
  }

  /// What the file says of a tensor.
  ///
  /// @param dimensions the fastest first
  GgufFile tensor(String name, int type, long offset, long... dimensions) {
    string(name).u32(dimensions.length);
    for (long size : dimensions) {
      u64(size);
    }
    return u32(type).u64(offset);
  }

  /// Zeros up to a multiple.
  GgufFile pad(int alignment) {
    while (out.size() % alignment != 0) {
      u8(0);
    }
    return this;
  }

  byte[] build() {
    return out.toByteArray();
  }

  private GgufFile put(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }
}
