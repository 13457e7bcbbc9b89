package dev.stockpot.search;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.Npy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.LongStream;

/// Which examples of a set belong together.
///
/// @param examples of each category, by its name, in the order in which categories first appear
/// @param n number of examples
record Categories(SequencedMap<String, BitSet> examples, int n) {

  /// Reads a file with the category of every example: a `.npy` of integers, such as labels, or a
  /// text with a line each.
  ///
  /// @throws EvaluationException if it is not that
  static Categories read(Path file) {
    List<String> each = file.toString().endsWith(".npy") ? numbers(file) : lines(file);
    SequencedMap<String, BitSet> examples = new LinkedHashMap<>();
    for (int i = 0; i < each.size(); i++) {
      examples.computeIfAbsent(each.get(i), _ -> new BitSet()).set(i);
    }
    return new Categories(examples, each.size());
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream().map(String::strip).toList();
    } catch (CharacterCodingException e) {
      throw new EvaluationException(file + ": is neither a .npy file nor UTF-8 text", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> numbers(Path file) {
    try (Npy npy = Npy.open(file)) {
      DType dtype = npy.tensor().spec().dtype();
      long n = npy.tensor().spec().elements();
      if (dtype.isFloat() || n > Integer.MAX_VALUE) {
        throw new EvaluationException(
            file
                + ": "
                + dtype
                + " "
                + npy.tensor().spec().shape()
                + " instead of an integer per example");
      }
      int bytes = dtype.bytes();
      return LongStream.range(0, n)
          .mapToObj(i -> String.valueOf(integer(npy, i * bytes, bytes)))
          .toList();
    }
  }

  /// Sign-extended; what tells categories apart is only that they differ.
  private static long integer(Npy npy, long offset, int bytes) {
    return switch (bytes) {
      case 1 -> npy.tensor().data().get(ValueLayout.JAVA_BYTE, offset);
      case 2 ->
          npy.tensor()
              .data()
              .get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), offset);
      case 4 ->
          npy.tensor()
              .data()
              .get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), offset);
      default ->
          npy.tensor()
              .data()
              .get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), offset);
    };
  }
}
