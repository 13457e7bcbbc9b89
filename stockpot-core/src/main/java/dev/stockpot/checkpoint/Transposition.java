package dev.stockpot.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads a matrix transposed, in squares that fit the processor's first cache.
///
/// @param rows of the transposed matrix
/// @param columns of the transposed matrix
/// @param width of an element in bytes: 1, 2, 4 or 8
record Transposition(long rows, long columns, int width) {
  private static final long SQUARE = 32;

  /// Reads part of the transposed matrix.
  ///
  /// @param source the matrix as it lies, whole
  /// @param offset of the first byte wanted, in C order of the transposed matrix
  /// @param target is filled
  void copy(MemorySegment source, long offset, MemorySegment target) {
    long rowBytes = columns * width;
    long end = offset + target.byteSize();
    long firstWhole = Math.ceilDiv(offset, rowBytes);
    long lastWhole = end / rowBytes;
    if (firstWhole >= lastWhole) {
      copyBytes(source, offset, target, 0, target.byteSize());
      return;
    }
    long begin = firstWhole * rowBytes - offset;
    long after = lastWhole * rowBytes - offset;
    copyBytes(source, offset, target, 0, begin);
    for (long row = firstWhole; row < lastWhole; row += SQUARE) {
      long rowEnd = Math.min(row + SQUARE, lastWhole);
      for (long column = 0; column < columns; column += SQUARE) {
        long columnEnd = Math.min(column + SQUARE, columns);
        copySquare(source, row, rowEnd, column, columnEnd, target, offset);
      }
    }
    copyBytes(source, offset, target, after, target.byteSize());
  }

  private void copySquare(
      MemorySegment source,
      long row,
      long rowEnd,
      long column,
      long columnEnd,
      MemorySegment target,
      long offset) {
    for (long i = row; i < rowEnd; i++) {
      long to = (i * columns + column) * width - offset;
      long from = (column * rows + i) * width;
      for (long j = column; j < columnEnd; j++, to += width, from += rows * width) {
        switch (width) {
          case 1 -> target.set(ValueLayout.JAVA_BYTE, to, source.get(ValueLayout.JAVA_BYTE, from));
          case 2 ->
              target.set(
                  ValueLayout.JAVA_SHORT_UNALIGNED,
                  to,
                  source.get(ValueLayout.JAVA_SHORT_UNALIGNED, from));
          case 4 ->
              target.set(
                  ValueLayout.JAVA_INT_UNALIGNED,
                  to,
                  source.get(ValueLayout.JAVA_INT_UNALIGNED, from));
          default ->
              target.set(
                  ValueLayout.JAVA_LONG_UNALIGNED,
                  to,
                  source.get(ValueLayout.JAVA_LONG_UNALIGNED, from));
        }
      }
    }
  }

  /// The rows at the edges, which are not whole.
  private void copyBytes(
      MemorySegment source, long offset, MemorySegment target, long from, long to) {
    for (long at = from; at < to; at++) {
      long element = (offset + at) / width;
      long place = (element % columns) * rows + element / columns;
      target.set(
          ValueLayout.JAVA_BYTE,
          at,
          source.get(ValueLayout.JAVA_BYTE, place * width + (offset + at) % width));
    }
  }
}
