package dev.stockpot.hostile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Files that are no valid safetensors files, at least one for every rule of the format, each with
/// what must be said about it.
///
/// In a package and a test jar of its own, so that the command line is tested with the same set.
public final class HostileSafetensors {

  private static final String F32_1 = "{'dtype':'F32','shape':[1],'data_offsets':[0,4]}";
  private static final String DTYPES =
      "U64, I64, F64, C64, F32, U32, I32, BF16, F16, U16, I16, F8_E5M2FNUZ, F8_E4M3FNUZ, F8_E8M0,"
          + " F8_E4M3, F8_E5M2, I8, U8, F6_E3M2, F6_E2M3, F4, BOOL";

  private final String name;
  private final byte[] bytes;
  private final String message;

  private HostileSafetensors(String name, byte[] bytes, String message) {
    this.name = name;
    this.bytes = bytes;
    this.message = message;
  }

  /// Every case.
  public static List<HostileSafetensors> all() {
    List<HostileSafetensors> cases = new ArrayList<>();
    cases.addAll(frames());
    cases.addAll(documents());
    cases.addAll(metadata());
    cases.addAll(entries());
    cases.addAll(sizes());
    cases.addAll(layouts());
    return cases;
  }

  /// Name of the case, fit for a file name.
  public String name() {
    return name;
  }

  /// The file.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// What is said, after the file's name and a colon.
  public String message() {
    return message;
  }

  @Override
  public String toString() {
    return name;
  }

  private static List<HostileSafetensors> frames() {
    return List.of(
        new HostileSafetensors(
            "empty-file",
            new byte[0],
            "has 0 bytes; a safetensors file has at least 8. Is it complete?"),
        new HostileSafetensors(
            "shorter-than-its-prefix",
            new byte[7],
            "has 7 bytes; a safetensors file has at least 8. Is it complete?"),
        new HostileSafetensors(
            "header-above-limit",
            framed(100_000_001, "{}", 0),
            "the header is said to be 100000001 bytes long; at most 100000000 are allowed,"
                + " so this may be no safetensors file, at byte 0"),
        new HostileSafetensors(
            "header-length-unsigned",
            framed(-1, "{}", 0),
            "the header is said to be 18446744073709551615 bytes long; at most 100000000 are"
                + " allowed, so this may be no safetensors file, at byte 0"),
        new HostileSafetensors(
            "header-claims-100-megabytes",
            framed(100_000_000, "{}", 0),
            "the header is said to be 100000000 bytes long, but only 2 bytes follow; the file is"
                + " truncated or not a safetensors file, at byte 0"),
        new HostileSafetensors(
            "header-one-byte-beyond-file",
            framed(3, "{}", 0),
            "the header is said to be 3 bytes long, but only 2 bytes follow; the file is truncated"
                + " or not a safetensors file, at byte 0"),
        new HostileSafetensors(
            "header-of-no-length",
            framed(0, "", 0),
            "the header is not valid JSON: the JSON document ends too early, at byte 8"));
  }

  private static List<HostileSafetensors> documents() {
    return List.of(
        of("no-json", "hello", 0, "the header is not valid JSON: expected a JSON value, at byte 8"),
        of(
            "json-cut-short",
            "{'a':" + F32_1,
            4,
            "the header is not valid JSON: the JSON document ends too early, at byte 61"),
        of(
            "text-after-json",
            "{'a':" + F32_1 + "} x",
            4,
            "the header is not valid JSON: text after the end of the JSON document,"
                + " at byte 63"),
        of(
            "zeros-after-json",
            "{'a':" + F32_1 + "}\0\0",
            4,
            "the header is not valid JSON: text after the end of the JSON document,"
                + " at byte 62"),
        of(
            "trailing-comma",
            "{'a':" + F32_1 + ",}",
            4,
            "the header is not valid JSON: expected a member's name in quotes, at byte 62"),
        of(
            "byte-order-mark",
            "\uFEFF{}",
            0,
            "the header is not valid JSON: expected a JSON value, at byte 8"),
        of("no-object", "[]", 0, "the header is an array instead of an object, at byte 8"),
        new HostileSafetensors(
            "invalid-utf-8",
            framed("{\"a\u00FF\":{}}".getBytes(StandardCharsets.ISO_8859_1), 0),
            "the header is not valid JSON: invalid UTF-8 in a string, at byte 11"),
        new HostileSafetensors(
            "overlong-utf-8",
            framed("{\"\u00C0\u00AF\":{}}".getBytes(StandardCharsets.ISO_8859_1), 0),
            "the header is not valid JSON: invalid UTF-8 in a string, at byte 10"),
        of(
            "unpaired-surrogate",
            "{'a\\ud800':{}}",
            0,
            "the header is not valid JSON: unpaired surrogate in a string, at byte 11"),
        of(
            "duplicate-tensor",
            "{'a':" + F32_1 + ",'a':" + F32_1 + "}",
            4,
            "the header is not valid JSON: duplicate name 'a', at byte 62"),
        of(
            "duplicate-tensor-escaped",
            "{'a':" + F32_1 + ",'\\u0061':" + F32_1 + "}",
            4,
            "the header is not valid JSON: duplicate name 'a', at byte 62"),
        of(
            "duplicate-metadata",
            "{'__metadata__':{},'__metadata__':{}}",
            0,
            "the header is not valid JSON: duplicate name '__metadata__', at byte 27"),
        of(
            "duplicate-key-in-tensor",
            "{'a':{'dtype':'F32','dtype':'F32'}}",
            0,
            "the header is not valid JSON: duplicate name 'dtype', at byte 28"),
        of(
            "nested-129-deep",
            "{'a':" + "[".repeat(128) + "]".repeat(128) + "}",
            0,
            "the header is not valid JSON: nesting deeper than 128, at byte 140"),
        of(
            "nested-a-million-deep",
            "[".repeat(1_000_000),
            0,
            "the header is not valid JSON: nesting deeper than 128, at byte 136"));
  }

  private static List<HostileSafetensors> metadata() {
    return List.of(
        of(
            "metadata-no-object",
            "{'a':" + F32_1 + ",'__metadata__':'pt'}",
            4,
            "__metadata__ is a string instead of an object of strings, at byte 77"),
        of(
            "metadata-no-strings",
            "{'__metadata__':{'format':'pt','step':3}}",
            0,
            "__metadata__ entry 'step' is a number instead of a string, at byte 24"),
        of(
            "tensor-named-metadata",
            "{'__metadata__':" + F32_1 + "}",
            4,
            "__metadata__ entry 'shape' is an array instead of a string, at byte 24"));
  }

  private static List<HostileSafetensors> entries() {
    return List.of(
        of(
            "tensor-no-object",
            "{'a':[1]}",
            0,
            "tensor 'a': is an array instead of an object, at byte 13"),
        of("tensor-null", "{'a':null}", 0, "tensor 'a': is null instead of an object, at byte 13"),
        of(
            "no-dtype",
            "{'a':{'shape':[1],'data_offsets':[0,4]}}",
            4,
            "tensor 'a': has no dtype, at byte 13"),
        of(
            "no-shape",
            "{'a':{'dtype':'F32','data_offsets':[0,4]}}",
            4,
            "tensor 'a': has no shape, at byte 13"),
        of(
            "no-offsets",
            "{'a':{'dtype':'F32','shape':[1]}}",
            4,
            "tensor 'a': has no data_offsets, at byte 13"),
        tensor(
            "unknown-dtype",
            "'F33'",
            "[1]",
            "[0,4]",
            "tensor 'a': unknown dtype 'F33'; known are " + DTYPES + ", at byte 13"),
        tensor(
            "lower-case-dtype",
            "'f32'",
            "[1]",
            "[0,4]",
            "tensor 'a': unknown dtype 'f32'; known are " + DTYPES + ", at byte 13"),
        tensor(
            "control-characters-in-dtype",
            "'\\u001b[2J\\u202e'",
            "[1]",
            "[0,4]",
            "tensor 'a': unknown dtype '\\u001b[2J\\u202e'; known are " + DTYPES + ", at byte 13"),
        tensor(
            "number-for-dtype",
            "32",
            "[1]",
            "[0,4]",
            "tensor 'a': dtype is a number instead of a string, at byte 13"),
        tensor(
            "object-for-shape",
            "'F32'",
            "{}",
            "[0,4]",
            "tensor 'a': shape is an object instead of an array, at byte 13"),
        tensor(
            "number-for-offsets",
            "'F32'",
            "[1]",
            "0",
            "tensor 'a': data_offsets is a number instead of an array, at byte 13"),
        tensor(
            "one-offset",
            "'F32'",
            "[1]",
            "[4]",
            "tensor 'a': data_offsets is [4] instead of two numbers, at byte 13"),
        tensor(
            "three-offsets",
            "'F32'",
            "[1]",
            "[0,4,8]",
            "tensor 'a': data_offsets is [0, 4, 8] instead of two numbers, at byte 13"));
  }

  private static List<HostileSafetensors> sizes() {
    String sizes = "[9223372036854775807,9223372036854775807]";
    return List.of(
        tensor(
            "negative-size",
            "'F32'",
            "[-1]",
            "[0,4]",
            "tensor 'a': shape holds -1 instead of a whole number from 0 to 2^63 -"
                + " 1, in digits, at byte 13"),
        tensor(
            "fractional-size",
            "'F32'",
            "[1.5]",
            "[0,4]",
            "tensor 'a': shape holds 1.5 instead of a whole number from 0 to 2^63 -"
                + " 1, in digits, at byte 13"),
        tensor(
            "size-with-point",
            "'F32'",
            "[1.0]",
            "[0,4]",
            "tensor 'a': shape holds 1.0 instead of a whole number from 0 to 2^63 -"
                + " 1, in digits, at byte 13"),
        tensor(
            "size-with-huge-exponent",
            "'F32'",
            "[1e99999999999]",
            "[0,4]",
            "tensor 'a': shape holds 1e99999999999 instead of a whole number from 0"
                + " to 2^63 - 1, in digits, at byte 13"),
        tensor(
            "string-for-size",
            "'F32'",
            "['1']",
            "[0,4]",
            "tensor 'a': shape holds a string instead of a whole number, at byte 13"),
        tensor(
            "size-of-2-to-the-63",
            "'F32'",
            "[9223372036854775808]",
            "[0,4]",
            "tensor 'a': shape holds 9223372036854775808 instead of a whole number"
                + " from 0 to 2^63 - 1, in digits, at byte 13"),
        tensor(
            "size-of-a-thousand-digits",
            "'F32'",
            "[" + "9".repeat(1000) + "]",
            "[0,4]",
            "tensor 'a': shape holds "
                + "9".repeat(300)
                + "… (1000 characters) instead of a whole number from 0 to 2^63 - 1, in digits, at"
                + " byte 13"),
        tensor(
            "elements-overflow",
            "'F32'",
            sizes,
            "[0,4]",
            "tensor 'a': F32 of shape [9223372036854775807, 9223372036854775807] is"
                + " larger than any file, at byte 13"),
        tensor(
            "bits-overflow-to-zero",
            "'F64'",
            "[288230376151711744]",
            "[0,0]",
            "tensor 'a': F64 of shape [288230376151711744] is larger than any file,"
                + " at byte 13"),
        tensor(
            "offsets-reversed",
            "'F32'",
            "[1]",
            "[4,0]",
            "tensor 'a': data_offsets [4, 0] end before they begin, at byte 13"),
        tensor(
            "offset-negative",
            "'F32'",
            "[1]",
            "[-4,0]",
            "tensor 'a': data_offsets holds -4 instead of a whole number from 0 to"
                + " 2^63 - 1, in digits, at byte 13"),
        tensor(
            "offset-of-2-to-the-63",
            "'F32'",
            "[1]",
            "[0,9223372036854775808]",
            "tensor 'a': data_offsets holds 9223372036854775808 instead of a whole"
                + " number from 0 to 2^63 - 1, in digits, at byte 13"),
        tensor(
            "offsets-beyond-any-file",
            "'F32'",
            "[1]",
            "[9223372036854775803,9223372036854775807]",
            "tensor 'a': data_offsets [9223372036854775803, 9223372036854775807] are"
                + " beyond any file, at byte 13"),
        tensor(
            "fewer-bytes-than-shape",
            "'F32'",
            "[2]",
            "[0,4]",
            "tensor 'a': F32 of shape [2] takes 8 bytes, but data_offsets [0, 4]"
                + " give it 4, at byte 13"),
        tensor(
            "more-bytes-than-shape",
            "'F16'",
            "[1]",
            "[0,4]",
            "tensor 'a': F16 of shape [1] takes 2 bytes, but data_offsets [0, 4]"
                + " give it 4, at byte 13"),
        tensor(
            "scalar-without-bytes",
            "'F32'",
            "[]",
            "[0,0]",
            "tensor 'a': F32 of shape [] takes 4 bytes, but data_offsets [0, 0] give"
                + " it 0, at byte 13"),
        tensor(
            "empty-with-bytes",
            "'F32'",
            "[0]",
            "[0,4]",
            "tensor 'a': F32 of shape [0] takes 0 bytes, but data_offsets [0, 4]"
                + " give it 4, at byte 13"),
        tensor(
            "half-a-byte",
            "'F4'",
            "[7]",
            "[0,4]",
            "tensor 'a': F4 of shape [7] does not fill whole bytes, at byte 13"),
        tensor(
            "six-bits",
            "'F6_E3M2'",
            "[5]",
            "[0,4]",
            "tensor 'a': F6_E3M2 of shape [5] does not fill whole bytes, at byte 13"));
  }

  private static List<HostileSafetensors> layouts() {
    return List.of(
        layout(
            "overlap",
            8,
            "tensor 'b': overlaps tensor 'a', which ends at data offset 8, at byte 119",
            "F32 2 0 8",
            "F32 1 4 8"),
        layout(
            "same-bytes-twice",
            4,
            "tensor 'b': overlaps tensor 'a', which ends at data offset 4, at byte 115",
            "F32 1 0 4",
            "F32 1 0 4"),
        layout(
            "hole-at-the-start",
            8,
            "tensor 'a': leaves a hole: begins at data offset 4, but the data before"
                + " it ends at 0, at byte 62",
            "F32 1 4 8"),
        layout(
            "hole-between",
            12,
            "tensor 'b': leaves a hole: begins at data offset 8, but the data before"
                + " it ends at 4, at byte 120",
            "F32 1 0 4",
            "F32 1 8 12"),
        layout(
            "bytes-after-the-last",
            5,
            "the tensors' data ends, but the file goes on to byte 67, at byte 66",
            "F32 1 0 4"),
        layout(
            "bytes-without-tensors",
            3,
            "the tensors' data ends, but the file goes on to byte 13, at byte 10"),
        layout(
            "data-cut-off",
            11,
            "tensor 'b': ends at data offset 12, but the file holds only 11 bytes of"
                + " data; it is truncated, at byte 120",
            "F32 1 0 4",
            "F32 2 4 12"),
        layout(
            "no-data",
            0,
            "tensor 'a': ends at data offset 4, but the file holds only 0 bytes of"
                + " data; it is truncated, at byte 62",
            "F32 1 0 4"),
        layout(
            "empty-tensor-inside-another",
            8,
            "tensor 'b': overlaps tensor 'a', which ends at data offset 8, at byte 119",
            "F32 2 0 8",
            "F32 0 4 4"),
        layout(
            "empty-tensor-beyond-the-data",
            4,
            "tensor 'b': leaves a hole: begins at data offset 5, but the data before"
                + " it ends at 4, at byte 119",
            "F32 1 0 4",
            "F32 0 5 5"));
  }

  /// One tensor `a` and four bytes of data.
  private static HostileSafetensors tensor(
      String name, String dtype, String shape, String offsets, String message) {
    String entry = "{'dtype':%s,'shape':%s,'data_offsets':%s}".formatted(dtype, shape, offsets);
    return of(name, "{'a':" + entry + "}", 4, message);
  }

  /// Tensors `a`, `b`, … given as dtype, size, begin and end.
  private static HostileSafetensors layout(
      String name, int dataBytes, String message, String... tensors) {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < tensors.length; i++) {
      String[] field = tensors[i].split(" ", -1);
      header
          .append(i == 0 ? "'" : ",'")
          .append((char) ('a' + i))
          .append(
              "':{'dtype':'%s','shape':[%s],'data_offsets':[%s,%s]}".formatted((Object[]) field));
    }
    return of(name, header.append('}').toString(), dataBytes, message);
  }

  private static HostileSafetensors of(String name, String header, int dataBytes, String message) {
    String json = header.replace('\'', '"');
    return new HostileSafetensors(
        name, framed(json.getBytes(StandardCharsets.UTF_8), dataBytes), message);
  }

  private static byte[] framed(byte[] header, int dataBytes) {
    return framed(header.length, header, dataBytes);
  }

  private static byte[] framed(long length, String header, int dataBytes) {
    return framed(length, header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  private static byte[] framed(long length, byte[] header, int dataBytes) {
    return ByteBuffer.allocate(Long.BYTES + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(header)
        .array();
  }
}
