package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.text.Excerpt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// What a GGUF file says before its data.
///
/// @param tensors in the order of their data
/// @param begins of each tensor's data, in the file
record GgufHeader(
    GgufKeyValues keyValues, SequencedMap<String, TensorSpec> tensors, Map<String, Long> begins) {
  /// `GGUF`.
  static final int MAGIC = 0x46554747;

  /// Magic, version, number of tensors, number of key-values.
  static final int PREFIX_BYTES = 24;

  private static final long MOST_BYTES = 1L << 28;
  private static final int MOST_KEY_VALUES = 1 << 16;
  private static final int MOST_TENSORS = 1 << 20;
  private static final int MOST_DIMENSIONS = 4;

  /// A key, its type and one byte.
  private static final int LEAST_KEY_VALUE_BYTES = Long.BYTES + Integer.BYTES + 1;

  /// A name, the number of dimensions, the type and the offset.
  private static final int LEAST_TENSOR_BYTES = Long.BYTES + 2 * Integer.BYTES + Long.BYTES;

  /// Reads a header and checks all of it.
  ///
  /// @throws CheckpointException if anything is wrong, or tensors are quantised
  static GgufHeader read(Path path, InputFile file) {
    return new Reader(path, file).read();
  }

  private static final class Reader {
    private final Path path;
    private final InputFile file;
    private final GgufInput in;
    private int alignment;
    private final List<Entry> entries = new ArrayList<>();

    /// A tensor, and where it is within the data.
    private record Entry(String name, List<Long> shape, GgufType type, long offset, long at) {}

    Reader(Path path, InputFile file) {
      this.path = path;
      this.file = file;
      this.in = new GgufInput(path, file, MOST_BYTES);
    }

    GgufHeader read() {
      in.skip(Integer.BYTES);
      version();
      long tensors = count("tensors", MOST_TENSORS, LEAST_TENSOR_BYTES);
      long keyValues = count("key-values", MOST_KEY_VALUES, LEAST_KEY_VALUE_BYTES);
      GgufKeyValues read = GgufKeyValues.read(path, in, keyValues);
      for (long i = 0; i < tensors; i++) {
        entries.add(entry());
      }
      refuseQuantised();
      alignment = read.alignment();
      long dataStart = aligned(in.position(), alignment);
      SequencedMap<String, TensorSpec> specs = new LinkedHashMap<>();
      Map<String, Long> begins = new LinkedHashMap<>();
      layOut(dataStart, specs, begins);
      return new GgufHeader(read, Collections.unmodifiableSequencedMap(specs), begins);
    }

    private void version() {
      int version = in.i32();
      if (version == Integer.reverseBytes(2) || version == Integer.reverseBytes(3)) {
        throw fault(4, "is a big-endian GGUF file; make it again for a little-endian machine");
      }
      if (version != 2 && version != 3) {
        throw fault(
            4,
            "is GGUF version "
                + Integer.toUnsignedString(version)
                + "; versions 2 and 3 are read: make it again with a current llama.cpp");
      }
    }

    /// A number of things, each of which takes some bytes.
    private long count(String things, int most, int leastBytes) {
      long at = in.position();
      long count = in.i64();
      if (count < 0 || count > most) {
        throw fault(
            at,
            "is said to have "
                + Long.toUnsignedString(count)
                + " "
                + things
                + "; at most "
                + most
                + " are read");
      }
      if (count > in.left() / leastBytes) {
        throw fault(
            at,
            "is said to have "
                + count
                + " "
                + things
                + ", which do not fit into the "
                + in.left()
                + " bytes that follow; is the download complete?");
      }
      return count;
    }

    private Entry entry() {
      long at = in.position();
      String name = in.name("a tensor's name");
      long dimensions = Integer.toUnsignedLong(in.i32());
      if (dimensions > MOST_DIMENSIONS) {
        throw CheckpointException.at(
            path, name, at, "has " + dimensions + " dimensions; GGUF allows " + MOST_DIMENSIONS);
      }
      List<Long> shape = new ArrayList<>();
      for (int i = 0; i < dimensions; i++) {
        long size = in.i64();
        if (size < 0) {
          throw CheckpointException.at(
              path, name, at, "has a dimension of " + Long.toUnsignedString(size));
        }
        // The fastest dimension stands first here, and last everywhere else.
        shape.addFirst(size);
      }
      GgufType type = GgufType.of(in.i32());
      return new Entry(name, shape, type, in.i64(), at);
    }

    private void refuseQuantised() {
      List<Entry> quantised = entries.stream().filter(e -> e.type().dtype().isEmpty()).toList();
      if (quantised.isEmpty()) {
        return;
      }
      Map<String, Integer> types = new TreeMap<>();
      quantised.forEach(entry -> types.merge(entry.type().name(), 1, Integer::sum));
      StringBuilder tensors = new StringBuilder();
      types.forEach((type, count) -> {
        String first =
            quantised.stream()
                .filter(entry -> entry.type().name().equals(type))
                .findFirst()
                .orElseThrow()
                .name();
        tensors
            .append(tensors.isEmpty() ? "" : ", ")
            .append("'")
            .append(Excerpt.of(first))
            .append("'")
            .append(count > 1 ? " and " + (count - 1) + " more" : "")
            .append(" (")
            .append(type)
            .append(")");
      });
      throw CheckpointException.of(
          path,
          quantised.size()
              + (quantised.size() == 1 ? " tensor is" : " tensors are")
              + " quantised: "
              + tensors
              + "; weights are averaged in F32, F16 or BF16: make such a file from the original"
              + " model, as convert_hf_to_gguf.py --outtype bf16 does, and quantise the soup");
    }

    private void layOut(
        long dataStart, SequencedMap<String, TensorSpec> specs, Map<String, Long> begins) {
      long dataBytes = file.size() - dataStart;
      long covered = 0;
      String before = "";
      // Stable: of tensors without elements at one place the order of the header stays.
      entries.sort(Comparator.comparing(Entry::offset, Long::compareUnsigned));
      for (Entry entry : entries) {
        TensorSpec spec = spec(entry);
        long offset = entry.offset();
        if (offset < 0 || offset % alignment != 0) {
          throw CheckpointException.at(
              path,
              entry.name(),
              entry.at(),
              "begins at data offset "
                  + Long.toUnsignedString(offset)
                  + ", which is no multiple of the alignment of "
                  + alignment
                  + " bytes");
        }
        if (spec.bytes() > 0 && offset < covered) {
          throw CheckpointException.at(
              path,
              entry.name(),
              entry.at(),
              "overlaps tensor '" + Excerpt.of(before) + "', which ends at data offset " + covered);
        }
        if (spec.bytes() > 0 && offset > dataBytes - spec.bytes()) {
          throw CheckpointException.at(
              path,
              entry.name(),
              entry.at(),
              spec.bytes()
                  + " bytes from data offset "
                  + offset
                  + " on are not there: the file holds "
                  + Math.max(0, dataBytes)
                  + " bytes of data; is the download complete?");
        }
        if (specs.put(entry.name(), spec) != null) {
          throw CheckpointException.at(path, entry.name(), entry.at(), "is there twice");
        }
        begins.put(entry.name(), dataStart + offset);
        if (spec.bytes() > 0) {
          covered = offset + spec.bytes();
          before = entry.name();
        }
      }
    }

    private TensorSpec spec(Entry entry) {
      DType dtype = entry.type().dtype().orElseThrow();
      try {
        return new TensorSpec(entry.name(), dtype, entry.shape());
      } catch (ArithmeticException e) {
        throw CheckpointException.at(
            path,
            entry.name(),
            entry.at(),
            dtype + " of shape " + entry.shape() + " is larger than any file");
      }
    }

    private CheckpointException fault(long at, String what) {
      return CheckpointException.at(path, at, what);
    }
  }

  /// The next multiple of an alignment.
  static long aligned(long position, int alignment) {
    return (position + alignment - 1) & -alignment;
  }
}
