package dev.stockpot.checkpoint;

import dev.stockpot.internal.pickle.PickleWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Files that are no valid PyTorch files, each with what must be said about it.
final class HostilePyTorch {
  private static final String PICKLE = "archive/data.pkl";
  private static final String REFUSED =
      "', which is no part of a tensor; it was not run. Save the weights alone, as"
          + " torch.save(model.state_dict(), path) does, at byte ";
  private static final String DAMAGED =
      "tensor 'x': is not described as PyTorch describes tensors; the file is damaged";

  private final String name;
  private final byte[] bytes;
  private final String message;

  private HostilePyTorch(String name, byte[] bytes, String message) {
    this.name = name;
    this.bytes = bytes;
    this.message = message;
  }

  /// Every case.
  static List<HostilePyTorch> all() {
    List<HostilePyTorch> cases = new ArrayList<>();
    cases.addAll(globals());
    cases.addAll(pickles());
    cases.addAll(dictionaries());
    cases.addAll(tensors());
    cases.addAll(archives());
    cases.addAll(directories());
    cases.addAll(legacy());
    cases.addAll(foreign());
    return cases;
  }

  /// Name of the case, fit for a file name.
  String name() {
    return name;
  }

  /// The file.
  byte[] bytes() {
    return bytes.clone();
  }

  /// What is said, after the file's name and a colon.
  String message() {
    return message;
  }

  @Override
  public String toString() {
    return name;
  }

  private static List<HostilePyTorch> globals() {
    return List.of(
        pickle(
            "system", "cposix\nsystem\n(S'touch owned'\ntR.", "names 'posix.system" + REFUSED + 48),
        pickle("eval", "cbuiltins\neval\n.", "names 'builtins.eval" + REFUSED + 48),
        pickle("old-instance", "(S'x'\nios\nsystem\n.", "names 'os.system" + REFUSED + 54),
        pickle(
            "stack-global",
            "\u008c\u0002os\u008c\u0006system\u0093.",
            "names 'os.system" + REFUSED + 60),
        pickle(
            "dots-in-a-name",
            "ctorch._utils\n_rebuild_tensor_v2.__globals__\n.",
            "names 'torch._utils._rebuild_tensor_v2.__globals__" + REFUSED + 48),
        pickle(
            "nested-pickle",
            "ctorch.storage\n_load_from_bytes\n.",
            "names 'torch.storage._load_from_bytes" + REFUSED + 48),
        pickle(
            "control-characters",
            "ca\u001b[2J\nb\u0007\n.",
            "names 'a\\u001b[2J.b\\u0007" + REFUSED + 48),
        file("plain-pickle", "\u0080\u0002cposix\nsystem\n.", "names 'posix.system" + REFUSED + 2));
  }

  private static List<HostilePyTorch> pickles() {
    return List.of(
        pickle("no-end", "}", "the pickle ends in the middle, at byte 49"),
        pickle(
            "newer-protocol",
            "\u0080\u0006.",
            "is a pickle of protocol 6; known are 0 to 5, at byte 48"),
        pickle(
            "no-opcode",
            "\u0007",
            "byte 0x07 is no opcode of a pickle; the file is damaged, at byte 48"),
        pickle(
            "extension",
            "\u0082\u0001.",
            "uses an extension code, which only its writer knows, at byte 48"),
        pickle("buffer", "\u0097.", "refers to buffers outside the pickle, at byte 48"),
        pickle(
            "nothing-to-take",
            ".",
            "an opcode needs a value that is not there; the pickle is damaged, at byte 48"),
        pickle(
            "beyond-the-mark",
            "N(\u0085.",
            "an opcode needs a value that is not there; the pickle is damaged, at byte 50"),
        pickle(
            "no-mark",
            "t.",
            "an opcode needs a mark that is not there; the pickle is damaged, at byte 48"),
        pickle(
            "not-stored",
            "h\u0001.",
            "recalls value 1, which was not stored; the pickle is damaged, at byte 48"),
        pickle(
            "append-to-a-tuple",
            ")Na.",
            "something is appended to what is no list; the pickle is damaged, at byte 50"),
        pickle(
            "key-in-a-list",
            "]NNs.",
            "a key is set in what is no dictionary; the pickle is damaged, at byte 51"),
        pickle(
            "key-without-value",
            "}(Nu.",
            "a key of a dictionary has no value; the pickle is damaged, at byte 51"),
        pickle(
            "arguments-no-tuple",
            "NNR.",
            "the arguments of a call are no tuple; the pickle is damaged, at byte 50"),
        pickle(
            "attributes-of-none",
            "N}b.",
            "attributes are set on what is no object; the pickle is damaged, at byte 50"),
        pickle("no-class", "(o.", "an object has no class; the pickle is damaged, at byte 49"),
        pickle(
            "unnamed-global",
            "NN\u0093.",
            "a class or function is not named by texts; the pickle is damaged, at byte 50"),
        pickle(
            "text-beyond-the-end",
            "X\u00ff\u00ff\u00ff\u00ff.",
            "something is said to be 4294967295 bytes long, but only 1 bytes follow, at byte"
                + " 53"),
        pickle(
            "text-beyond-all-files",
            "\u008d" + "\u00ff".repeat(8) + ".",
            "something is said to be 18446744073709551615 bytes long, but only 1 bytes"
                + " follow, at byte 57"),
        pickle(
            "integer-beyond-the-end",
            "\u008b\u00ff\u00ff\u00ff\u00ff.",
            "something is said to be 4294967295 bytes long, but only 1 bytes follow, at byte"
                + " 53"),
        pickle("text-not-utf-8", "X\u0001\0\0\0\u00ff.", "a text is not valid UTF-8, at byte 53"),
        pickle("no-integer", "Ixy\n.", "'xy' is no integer; the pickle is damaged, at byte 48"),
        pickle("no-place", "pNone\n.", "'None' is no integer; the pickle is damaged, at byte 48"),
        pickle("no-quotes", "Sx\n.", "a string has no quotes; the pickle is damaged, at byte 48"),
        pickle(
            "escape",
            "S'\\x00'\n.",
            "a text has an escape sequence; save the file with a newer pickle protocol, at"
                + " byte 48"),
        pickle(
            "endless-line",
            "I" + "1".repeat(70_000),
            "a line has more than 65536 bytes, at byte 65586"),
        pickle(
            "more-values-than-allowed",
            "N0".repeat(10_000_001),
            "the pickle holds more than 10000000 values, at byte 20000048"));
  }

  private static List<HostilePyTorch> dictionaries() {
    StringBuilder laughs = new StringBuilder("}q\0");
    for (int i = 0; i < 200; i++) {
      laughs.append("0}(").append(text("a")).append("h\0").append(text("b")).append("h\0uq\0");
    }
    String none = "holds no dictionary of tensors";
    return List.of(
        pickle("none", "N.", none),
        pickle("no-tensors", "}" + text("a") + "Ns.", none + ", only a"),
        pickle("lists-in-lists", "]".repeat(1_000_000) + "a".repeat(999_999) + ".", none),
        pickle(
            "dictionaries-in-dictionaries",
            ("}" + text("model")).repeat(100_000) + "N" + "s".repeat(100_000) + ".",
            none + ", only model"),
        pickle("holds-itself", "}q\0" + text("model") + "h\0s.", none + ", only model"),
        pickle("laughs", laughs + ".", none + ", only a, b"),
        pickle(
            "laughing-key",
            ")q\0" + "0h\0h\0\u0086q\0".repeat(100) + "0}h\0Ns" + text("a") + "Ns.",
            none + ", only a"),
        archive(
            "tensor-alone",
            out -> tensor(out, "0", 4, 0, List.of(2L), List.of(1L)),
            "holds a single tensor without a name; save a dictionary of tensors"),
        archive(
            "two-dictionaries",
            out -> {
              dictionary(out);
              for (String key : List.of("model", "ema")) {
                out.text(key);
                dictionary(out);
                out.text("x");
                tensor(out, "0", 4, 0, List.of(2L), List.of(1L));
                out.setItems();
              }
              out.setItems();
            },
            "several dictionaries hold tensors: 'model' (1), 'ema' (1); choose one with --key"));
  }

  private static List<HostilePyTorch> tensors() {
    long far = Long.MAX_VALUE;
    return List.of(
        tensor(
            "leaves-its-storage",
            "0",
            4,
            1,
            List.of(2L, 2L),
            List.of(2L, 1L),
            "tensor 'x': shape [2, 2] with strides [2, 1] from element 1 leaves its storage"
                + " of 4 elements"),
        tensor(
            "stride-beyond-64-bits",
            "0",
            4,
            0,
            List.of(3L),
            List.of(far),
            "tensor 'x': shape [3] with strides [9223372036854775807] from element 0 leaves"
                + " its storage of 4 elements"),
        tensor(
            "offset-beyond-64-bits",
            "0",
            4,
            far,
            List.of(2L),
            List.of(1L),
            "tensor 'x': shape [2] with strides [1] from element 9223372036854775807 leaves"
                + " its storage of 4 elements"),
        tensor(
            "shape-beyond-64-bits",
            "0",
            4,
            0,
            List.of(far, far),
            List.of(0L, 0L),
            "tensor 'x': F32 of shape [9223372036854775807, 9223372036854775807] is beyond"
                + " any file"),
        tensor(
            "repeats-a-number",
            "0",
            4,
            0,
            List.of(1L << 40),
            List.of(0L),
            "tensor 'x': repeats 4 stored elements to 4398046511104 bytes, far beyond the"
                + " file's size; save it without expand()"),
        tensor("negative-size", "0", 4, 0, List.of(-1L), List.of(1L), DAMAGED),
        tensor("negative-stride", "0", 4, 3, List.of(2L), List.of(-1L), DAMAGED),
        tensor("negative-offset", "0", 4, -1, List.of(2L), List.of(1L), DAMAGED),
        tensor("negative-storage", "0", -1, 0, List.of(2L), List.of(1L), DAMAGED),
        tensor(
            "too-few-strides",
            "0",
            4,
            0,
            List.of(2L, 2L),
            List.of(1L),
            "tensor 'x': has 2 dimensions, but 1 strides; the file is damaged"),
        tensor(
            "no-storage",
            "1",
            4,
            0,
            List.of(2L),
            List.of(1L),
            "has no entry 'archive/data/1', which it needs"),
        tensor(
            "path-as-storage",
            "../../etc/passwd",
            4,
            0,
            List.of(2L),
            List.of(1L),
            "has no entry 'archive/data/../../etc/passwd', which it needs"),
        tensor(
            "storage-too-short",
            "0",
            5,
            0,
            List.of(2L),
            List.of(1L),
            "entry 'archive/data/0' has 16 bytes, too few for 5 elements of type float32, at"
                + " byte 512"),
        tensor(
            "storage-beyond-64-bits",
            "0",
            far,
            0,
            List.of(2L),
            List.of(1L),
            "entry 'archive/data/0' has 16 bytes, too few for 9223372036854775807 elements of"
                + " type float32, at byte 512"),
        inDictionary(
            "no-arguments",
            out -> out.global("torch._utils", "_rebuild_tensor_v2").mark().tuple().reduce(),
            DAMAGED),
        inDictionary(
            "parameter-of-nothing",
            out -> out.global("torch._utils", "_rebuild_parameter").mark().tuple().reduce(),
            DAMAGED),
        inDictionary(
            "quantized",
            out -> out.global("torch._utils", "_rebuild_qtensor").mark().tuple().reduce(),
            "tensor 'x': is rebuilt by 'torch._utils._rebuild_qtensor'; only dense tensors"
                + " with data are read. Save it dense: dequantize(), to_dense(), or materialised"),
        inDictionary(
            "complex",
            out -> tensor(out, "ComplexDoubleStorage", "0", 1, 0, List.of(1L), List.of(1L)),
            "tensor 'x': has elements of type complex128, which Stockpot does not read;"
                + " convert it before saving"));
  }

  private static List<HostilePyTorch> archives() {
    return List.of(
        file("only-a-signature", "PK\u0003\u0004", "the archive is truncated, at byte 4"),
        new HostilePyTorch(
            "compressed",
            deflated(),
            "entry 'archive/data.pkl' is compressed, which torch.save never does; zip the"
                + " files again without compression (zip -0), or load and save them again, at byte"
                + " 0"),
        new HostilePyTorch(
            "another-zip",
            zip(new Part("a/b", "")),
            "is a zip archive, but not one of torch.save: it has no data.pkl"),
        new HostilePyTorch(
            "zip-without-folders",
            zip(new Part("a", "")),
            "is a zip archive, but not one of torch.save: it has no data.pkl"),
        new HostilePyTorch(
            "path-out",
            zip(new Part(PICKLE, ""), new Part("archive/../x", "")),
            "the archive holds 'archive/../x', a path that leaves it, at byte 150"),
        new HostilePyTorch(
            "path-from-the-root",
            zip(new Part("/x", "")),
            "the archive holds '/x', a path that leaves it, at byte 32"),
        new HostilePyTorch(
            "path-with-backslash",
            zip(new Part("a\\x", "")),
            "the archive holds 'a\\x', a path that leaves it, at byte 33"),
        new HostilePyTorch(
            "big-endian",
            zip(new Part(PICKLE, "}."), new Part("archive/byteorder", "big")),
            "has the byte order 'big'; only little is read, so load and save it on a"
                + " little-endian machine, at byte 95"),
        new HostilePyTorch(
            "program",
            zip(new Part(PICKLE, ""), new Part("archive/constants.pkl", "")),
            "is a TorchScript program, not a checkpoint; save its weights:"
                + " torch.save(torch.jit.load(path).state_dict(), other)"));
  }

  /// An archive with a pickle of 4 bytes, whose directory is at byte 50, with bytes changed.
  private static List<HostilePyTorch> directories() {
    int end = 50 + 46 + 16;
    return List.of(
        changed(
            "moved",
            "entry 'archive/data.pkl' is not where the directory says, at byte 0",
            30,
            'b'),
        changed("encrypted", "entry 'archive/data.pkl' is encrypted, at byte 0", 50 + 8, 1),
        changed(
            "entry-outside",
            "entry 'archive/data.pkl' lies outside the archive, at byte 50",
            50 + 45,
            0x7f),
        changed(
            "entry-into-directory",
            "entry 'archive/data.pkl' has 5 bytes that run into what follows, at byte 0",
            50 + 20,
            5,
            50 + 24,
            5),
        changed(
            "entry-over-directory",
            "entry 'archive/data.pkl' overlaps what follows it, at byte 0",
            50 + 20,
            50,
            50 + 24,
            50),
        changed(
            "sizes-differ",
            "entry 'archive/data.pkl' is stored in 3 bytes, but has 4, at byte 0",
            50 + 20,
            3),
        changed("broken-directory", "the archive's directory is damaged, at byte 50", 50, 0),
        changed(
            "name-beyond-directory", "the archive's directory is damaged, at byte 50", 50 + 28, 99),
        changed(
            "wrong-count",
            "the archive's directory has 1 entries instead of 9, at byte 50",
            end + 10,
            9),
        changed(
            "directory-outside",
            "the archive's directory lies outside the file, at byte 112",
            end + 19,
            0x7f),
        changed(
            "no-directory",
            "the archive has no directory at its end; it is truncated, so copy it again, at"
                + " byte 134",
            end,
            0),
        new HostilePyTorch(
            "cut-off",
            Arrays.copyOf(plain(), 133),
            "the archive has no directory at its end; it is truncated, so copy it again, at"
                + " byte 133"),
        new HostilePyTorch(
            "two-of-a-name", sameNames(), "two entries are named 'archive/data.pkl', at byte 96"),
        new HostilePyTorch(
            "overlapping-entries",
            sameBytes(),
            "entry 'archive/data.pkl' overlaps what follows it, at byte 0"),
        new HostilePyTorch(
            "zip64-outside",
            zip64(1L << 40),
            "the archive's zip64 record lies outside the file, at byte 112"),
        new HostilePyTorch(
            "zip64-elsewhere",
            zip64(3),
            "the archive's zip64 record is not where it should be, at byte 3"));
  }

  private static List<HostilePyTorch> legacy() {
    String magic = "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.";
    String machine = magic + "\u0080\u0002M\u00e9\u0003.\u0080\u0002}" + text("little_endian");
    String tensor =
        "}"
            + text("x")
            + "ctorch._utils\n_rebuild_tensor_v2\n(("
            + text("storage")
            + "ctorch\nFloatStorage\n"
            + text("7")
            + text("cpu")
            + "K\u0002NtQK\0K\u0002\u0085K\u0001\u0085\u0089}tRs.";
    String little = machine + "\u0088s." + tensor;
    String listed = little + "](" + text("7") + "e.";
    int keys = little.length();
    int data = listed.length();
    String cut =
        "storage '7' goes beyond the end of the file; it is truncated, so copy it again,"
            + " at byte ";
    return List.of(
        file(
            "legacy-version",
            magic + "K\u0001.",
            "is not of version 1001, the only one of PyTorch's old format, at byte 15"),
        file(
            "legacy-big-endian",
            machine + "\u0089s.",
            "has the byte order 'big'; only little is read, so load and save it on a"
                + " little-endian machine, at byte 21"),
        file(
            "legacy-no-list",
            little + "N.",
            "does not list its storages; it is damaged, at byte " + keys),
        file(
            "legacy-stray-storage",
            little + "](" + text("8") + "e.",
            "lists a storage that nothing refers to; it is damaged, at byte " + keys),
        file("legacy-unlisted-storage", little + "].", "has no storage '7', which it needs"),
        file("legacy-no-storage", listed, cut + data),
        file("legacy-cut-off", listed + "\u0002\0\0\0\0\0\0\0abcdefg", cut + data),
        file("legacy-huge-storage", listed + "\u00ff".repeat(7) + "\u007f", cut + data),
        file("legacy-negative-storage", listed + "\u00ff".repeat(8), cut + data),
        file(
            "legacy-short-storage",
            listed + "\u0001\0\0\0\0\0\0\0abcd",
            "storage '7' has 4 bytes, too few for 2 elements of type float32, at byte "
                + (data + 8)));
  }

  private static List<HostilePyTorch> foreign() {
    return List.of(
        file("empty", "", "is empty"),
        file(
            "lfs",
            "version https://git-lfs.github.com/spec/v1\noid",
            "is a Git LFS pointer instead of the file; fetch the file with: git lfs pull"),
        file("gguf", "GGUF\u0003\0\0\0", "is a GGUF file; name it .gguf"),
        file(
            "safetensors",
            "\u0002\0\0\0\0\0\0\0{\"}",
            "is a safetensors file; name it .safetensors"),
        file("hdf5", "\u0089HDF\r\n", "is an HDF5 file (Keras), not a PyTorch file"),
        file("numpy", "\u0093NUMPY", "is a NumPy array, not a PyTorch file"),
        file("gzip", "\u001f\u008b\b\0", "is compressed with gzip; decompress it"),
        file(
            "page",
            "<!DOCTYPE html>",
            "is a web page or XML, not a PyTorch file; download it again"),
        file("json", "{\"a\": 1}", "is JSON, not a PyTorch file"),
        file(
            "tar",
            "\0".repeat(257) + "ustar",
            "is a tar archive; PyTorch before 0.2 saved so: load and save it with a newer one"),
        file(
            "noise",
            "\u0001\u0002\u0003",
            "is not a PyTorch file: it begins with the bytes 01 02 03"),
        file(
            "harmless-pickle",
            "\u0080\u0002}.",
            "is a pickle, but not one of torch.save: it has no tensors' bytes"));
  }

  /// The opcodes begin at byte 48.
  private static HostilePyTorch pickle(String name, String opcodes, String message) {
    return new HostilePyTorch(name, zip(new Part(PICKLE, "\u0080\u0002" + opcodes)), message);
  }

  private static HostilePyTorch file(String name, String bytes, String message) {
    return new HostilePyTorch(name, bytes(bytes), message);
  }

  /// An archive with a storage of 16 bytes at byte 512.
  private static HostilePyTorch archive(
      String name, Consumer<PickleWriter> content, String message) {
    PickleWriter out = new PickleWriter();
    content.accept(out);
    // Bytes after the end of a pickle are nobody's.
    byte[] padded = Arrays.copyOf(out.end(), 512 - 46 - 44);
    String pickle = new String(padded, StandardCharsets.ISO_8859_1);
    return new HostilePyTorch(
        name, zip(new Part(PICKLE, pickle), new Part("archive/data/0", "\0".repeat(16))), message);
  }

  private static HostilePyTorch inDictionary(
      String name, Consumer<PickleWriter> value, String message) {
    return archive(
        name,
        out -> {
          dictionary(out);
          out.text("x");
          value.accept(out);
          out.setItems();
        },
        message);
  }

  private static HostilePyTorch tensor(
      String name,
      String key,
      long elements,
      long offset,
      List<Long> shape,
      List<Long> strides,
      String message) {
    return inDictionary(name, out -> tensor(out, key, elements, offset, shape, strides), message);
  }

  private static void dictionary(PickleWriter out) {
    out.global("collections", "OrderedDict").mark().tuple().reduce().mark();
  }

  private static void tensor(
      PickleWriter out,
      String key,
      long elements,
      long offset,
      List<Long> shape,
      List<Long> strides) {
    tensor(out, "FloatStorage", key, elements, offset, shape, strides);
  }

  private static void tensor(
      PickleWriter out,
      String type,
      String key,
      long elements,
      long offset,
      List<Long> shape,
      List<Long> strides) {
    out.global("torch._utils", "_rebuild_tensor_v2").mark();
    out.mark().text("storage").global("torch", type).text(key).text("cpu");
    out.integer(elements).tuple().persistent().integer(offset).mark();
    shape.forEach(out::integer);
    out.tuple().mark();
    strides.forEach(out::integer);
    out.tuple().no().global("collections", "OrderedDict").mark().tuple().reduce();
    out.tuple().reduce();
  }

  private static String text(String text) {
    return "X" + (char) text.length() + "\0\0\0" + text;
  }

  private static byte[] plain() {
    return zip(new Part(PICKLE, "\u0080\u0002}."));
  }

  private static HostilePyTorch changed(String name, String message, int... offsetsAndValues) {
    byte[] archive = plain();
    for (int i = 0; i < offsetsAndValues.length; i += 2) {
      archive[offsetsAndValues[i]] = (byte) offsetsAndValues[i + 1];
    }
    return new HostilePyTorch(name, archive, message);
  }

  /// Two entries of 48 bytes, and a directory at byte 96 whose lines have one name.
  private static byte[] sameNames() {
    byte[] archive = zip(new Part(PICKLE, "}."), new Part("archive/data.pkk", "}."));
    archive[96 + 2 * (46 + 16) - 1] = 'l';
    return archive;
  }

  /// Two entries of 48 bytes, and a directory at byte 96 whose second line is moved to the first.
  private static byte[] sameBytes() {
    byte[] archive = zip(new Part(PICKLE, "}."), new Part("archive/data.pkk", "}."));
    archive[96 + 46 + 16 + 42] = 0;
    return archive;
  }

  /// An archive of 4 bytes whose end says that there is another.
  private static byte[] zip64(long record) {
    byte[] archive = plain();
    int end = archive.length - 22;
    return ByteBuffer.allocate(archive.length + 20)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(archive, 0, end)
        .putInt(0x07064b50)
        .putInt(0)
        .putLong(record)
        .putInt(1)
        .put(archive, end, 22)
        .array();
  }

  /// An entry of an archive.
  ///
  /// @param content of which each character is a byte
  private record Part(String name, String content) {}

  private static byte[] zip(Part... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      for (Part part : parts) {
        byte[] content = bytes(part.content());
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(part.name());
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] deflated() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(PICKLE));
      zip.write(new byte[1000]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /// Each character is a byte.
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
