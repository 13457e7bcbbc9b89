package dev.stockpot.checkpoint;

import static dev.stockpot.checkpoint.GgufFile.ARRAY;
import static dev.stockpot.checkpoint.GgufFile.STRING;
import static dev.stockpot.checkpoint.GgufFile.UINT32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Files that are no valid GGUF files are refused, with the whole message.
class HostileGgufTest {
  private static final int F32 = 0;
  private static final int Q4_K = 12;
  private static final int Q6_K = 14;

  @TempDir Path folder;

  @SuppressWarnings("ArrayRecordComponent") // read only, and never compared
  record Case(String name, byte[] bytes, String message) {
    Case(String name, GgufFile file, String message) {
      this(name, file.build(), message);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases() {
    return List.of(
        new Case("empty", new byte[0], "is empty"),
        new Case(
            "lfs",
            bytes("version https://git-lfs.github.com/spec/v1\noid"),
            "is a Git LFS pointer instead of the file; fetch the file with: git lfs pull"),
        new Case("array", bytes("\u0093NUMPY"), "is a NumPy array, not a GGUF file"),
        new Case("noise", new byte[] {1, 2}, "is not a GGUF file: it begins with the bytes 01 02"),
        new Case(
            "magic-alone",
            bytes("GGUF"),
            "the file ends within its header; is the download complete?, at byte 4"),
        new Case(
            "version-1",
            new GgufFile(1, 0, 0),
            "is GGUF version 1; versions 2 and 3 are read: make it again with a current"
                + " llama.cpp, at byte 4"),
        new Case(
            "big-endian",
            new GgufFile(3 << 24, 0, 0),
            "is a big-endian GGUF file; make it again for a little-endian machine, at byte 4"),
        new Case(
            "many-tensors",
            new GgufFile(1L << 62, 0),
            "is said to have 4611686018427387904 tensors; at most 1048576 are read, at byte 8"),
        new Case(
            "negative-count",
            new GgufFile(-1, 0),
            "is said to have 18446744073709551615 tensors; at most 1048576 are read, at byte 8"),
        new Case(
            "more-tensors-than-bytes",
            new GgufFile(2, 0).tensor("a", F32, 0),
            "is said to have 2 tensors, which do not fit into the 33 bytes that follow; is the"
                + " download complete?, at byte 8"),
        new Case(
            "many-key-values",
            new GgufFile(0, 65_537),
            "is said to have 65537 key-values; at most 65536 are read, at byte 16"),
        new Case(
            "more-key-values-than-bytes",
            new GgufFile(0, 1),
            "is said to have 1 key-values, which do not fit into the 0 bytes that follow; is the"
                + " download complete?, at byte 16"),
        new Case(
            "long-key",
            new GgufFile(0, 1).u64(1L << 40).pad(64),
            "a string is said to be 1099511627776 bytes long, but only 32 bytes of header can"
                + " follow, at byte 24"),
        new Case(
            "longer-key-than-allowed",
            new GgufFile(0, 1).string("k".repeat(65_536)).u32(UINT32).u32(1),
            "a key has 65536 bytes; at most 65535 are allowed, at byte 24"),
        new Case(
            "key-no-utf8",
            new GgufFile(0, 1).u64(1).bytes("\u00ff").u32(UINT32).u32(1),
            "a key is not valid UTF-8, at byte 24"),
        new Case(
            "key-twice",
            new GgufFile(0, 2).key("a", UINT32).u32(1).key("a", UINT32).u32(2),
            "key 'a' is there twice, at byte 41"),
        new Case(
            "unknown-type",
            new GgufFile(0, 1).key("a", 13).u32(1),
            "key 'a' has a value of unknown type 13, at byte 33"),
        new Case(
            "value-cut-off",
            new GgufFile(0, 1).key("a", 10).u32(1),
            "the file ends within its header; is the download complete?, at byte 41"),
        new Case(
            "long-text",
            new GgufFile(0, 1).key("a", STRING).u64(-1),
            "a string is said to be 18446744073709551615 bytes long, but only 0 bytes of header"
                + " can follow, at byte 37"),
        new Case(
            "long-array",
            new GgufFile(0, 1).key("a", ARRAY).u32(UINT32).u64(1L << 61),
            "key 'a' is an array said to have 2305843009213693952 elements, but only 0 bytes of"
                + " header can follow, at byte 37"),
        new Case(
            "array-of-arrays",
            new GgufFile(0, 1).key("a", ARRAY).u32(ARRAY).u64(0),
            "key 'a' is an array of arrays, which are not read, at byte 37"),
        new Case(
            "long-text-in-array",
            new GgufFile(0, 1).key("a", ARRAY).u32(STRING).u64(1).u64(1),
            "a string is said to be 1 bytes long, but only 0 bytes of header can follow, at byte"
                + " 49"),
        new Case(
            "alignment-0",
            new GgufFile(0, 1).key("general.alignment", UINT32).u32(0),
            "key 'general.alignment' is 0; it must be a power of two up to 65536, at byte 53"),
        new Case(
            "alignment-48",
            new GgufFile(0, 1).key("general.alignment", UINT32).u32(48),
            "key 'general.alignment' is 48; it must be a power of two up to 65536, at byte 53"),
        new Case(
            "alignment-huge",
            new GgufFile(0, 1).key("general.alignment", UINT32).u32(1 << 31),
            "key 'general.alignment' is 2147483648; it must be a power of two up to 65536, at byte"
                + " 53"),
        new Case(
            "alignment-text",
            new GgufFile(0, 1).key("general.alignment", STRING).string("32"),
            "key 'general.alignment' is of type STRING instead of UINT32, at byte 53"),
        new Case(
            "name-no-utf8",
            new GgufFile(1, 0).u64(1).bytes("\u00c3").u32(1).u64(1).u32(F32).u64(0),
            "a tensor's name is not valid UTF-8, at byte 24"),
        new Case(
            "five-dimensions",
            new GgufFile(1, 0).tensor("a", F32, 0, 1, 1, 1, 1, 1).pad(32),
            "tensor 'a': has 5 dimensions; GGUF allows 4, at byte 24"),
        new Case(
            "negative-dimension",
            new GgufFile(1, 0).tensor("a", F32, 0, -1).pad(32),
            "tensor 'a': has a dimension of 18446744073709551615, at byte 24"),
        new Case(
            "huge",
            new GgufFile(1, 0).tensor("a", F32, 0, 1L << 32, 1L << 32).pad(32),
            "tensor 'a': F32 of shape [4294967296, 4294967296] is larger than any file, at byte"
                + " 24"),
        new Case(
            "offset-not-aligned",
            new GgufFile(1, 0).tensor("a", F32, 4, 1).pad(32).pad(64),
            "tensor 'a': begins at data offset 4, which is no multiple of the alignment of 32"
                + " bytes, at byte 24"),
        new Case(
            "offset-negative",
            new GgufFile(1, 0).tensor("a", F32, -32, 1).pad(64),
            "tensor 'a': begins at data offset 18446744073709551584, which is no multiple of the"
                + " alignment of 32 bytes, at byte 24"),
        new Case(
            "truncated",
            new GgufFile(1, 0).tensor("a", F32, 0, 9).pad(96),
            "tensor 'a': 36 bytes from data offset 0 on are not there: the file holds 32 bytes of"
                + " data; is the download complete?, at byte 24"),
        new Case(
            "offset-beyond",
            new GgufFile(1, 0).tensor("a", F32, 1L << 62, 1).pad(96),
            "tensor 'a': 4 bytes from data offset 4611686018427387904 on are not there: the file"
                + " holds 32 bytes of data; is the download complete?, at byte 24"),
        new Case(
            "overlap",
            new GgufFile(2, 0).tensor("a", F32, 0, 9).tensor("b", F32, 32, 1).pad(64).pad(256),
            "tensor 'b': overlaps tensor 'a', which ends at data offset 36, at byte 57"),
        new Case(
            "tensor-twice",
            new GgufFile(2, 0).tensor("a", F32, 0, 1).tensor("a", F32, 32, 1).pad(256),
            "tensor 'a': is there twice, at byte 57"),
        new Case(
            "quantised",
            new GgufFile(1, 0).tensor("a", Q4_K, 0, 256).pad(256),
            "1 tensor is quantised: 'a' (Q4_K); weights are averaged in F32, F16 or BF16: make"
                + " such a file from the original model, as convert_hf_to_gguf.py --outtype bf16"
                + " does, and quantise the soup"),
        new Case(
            "several-quantised",
            new GgufFile(5, 0)
                .tensor("a", Q4_K, 0, 256)
                .tensor("b", Q6_K, 0, 256)
                .tensor("c", Q4_K, 0, 256)
                .tensor("d", F32, 0, 256)
                .tensor("e", 99, 0, 256)
                .pad(256),
            "4 tensors are quantised: 'a' and 1 more (Q4_K), 'b' (Q6_K), 'e' (type 99); weights"
                + " are averaged in F32, F16 or BF16: make such a file from the original model, as"
                + " convert_hf_to_gguf.py --outtype bf16 does, and quantise the soup"));
  }

  private static byte[] bytes(String bytes) {
    return bytes.getBytes(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isRefused(Case hostile) throws IOException {
    Path file = Files.write(folder.resolve(hostile.name() + ".gguf"), hostile.bytes());

    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": " + hostile.message());
  }

  @Test
  void prefixesOfARealFileAreRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Goldens.path("model.gguf"));
    // The last tensor has 16 bytes, the padding after them may be missing.
    int end = whole.length - 16;
    for (int length = 0; length < end; length += 7) {
      Path file = Files.write(folder.resolve("a.gguf"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Checkpoints.open(file)).isInstanceOf(CheckpointException.class);
    }
  }

  @Test
  void namesAreUnique() {
    assertThat(cases()).extracting(Case::name).doesNotHaveDuplicates();
  }

  @Test
  void folderIsRefused() throws IOException {
    Path file = Files.createDirectory(folder.resolve("x.gguf"));

    assertThatThrownBy(() -> new Gguf().open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": is a folder instead of a GGUF file");
  }
}
