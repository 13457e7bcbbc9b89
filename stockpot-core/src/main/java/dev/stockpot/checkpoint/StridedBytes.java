package dev.stockpot.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/// Where the bytes of a tensor lie in a file, read in C order: a nest of loops, the innermost over
/// bytes in a row.
///
/// Loops that continue each other are one, so a contiguous tensor is a single run.
final class StridedBytes {
  private final long begin;
  private final long[] sizes;
  private final long[] strides;

  private StridedBytes(long begin, long[] sizes, long[] strides) {
    this.begin = begin;
    this.sizes = sizes;
    this.strides = strides;
  }

  /// @param begin offset of the first element in the file
  /// @param shape without zeros
  /// @param strides in elements, per dimension
  static StridedBytes of(long begin, List<Long> shape, List<Long> strides, int elementBytes) {
    long[] sizes = new long[shape.size() + 1];
    long[] steps = new long[shape.size() + 1];
    int first = shape.size();
    sizes[first] = elementBytes;
    steps[first] = 1;
    for (int i = shape.size() - 1; i >= 0; i--) {
      long size = shape.get(i);
      long step = strides.get(i) * elementBytes;
      if (size == 1) {
        continue;
      }
      if (step == steps[first] * sizes[first]) {
        sizes[first] *= size;
      } else {
        first--;
        sizes[first] = size;
        steps[first] = step;
      }
    }
    return new StridedBytes(
        begin,
        Arrays.copyOfRange(sizes, first, sizes.length),
        Arrays.copyOfRange(steps, first, steps.length));
  }

  /// Offset of the first byte in the file.
  long begin() {
    return begin;
  }

  /// Whether all bytes lie in a row.
  boolean isContiguous() {
    return sizes.length == 1;
  }

  /// Gathers bytes into a row.
  ///
  /// @param file the whole file
  /// @param offset of the first byte wanted, in C order
  /// @param target is filled
  void copy(MemorySegment file, long offset, MemorySegment target) {
    int last = sizes.length - 1;
    long[] index = new long[sizes.length];
    long rest = offset;
    long run = begin;
    for (int i = last; i >= 0; i--) {
      index[i] = rest % sizes[i];
      rest /= sizes[i];
      run += i == last ? 0 : index[i] * strides[i];
    }
    long within = index[last];
    long done = 0;
    while (done < target.byteSize()) {
      long count = Math.min(sizes[last] - within, target.byteSize() - done);
      copyRun(file, run + within, target, done, count);
      done += count;
      within = 0;
      run = next(index, run);
    }
  }

  /// Turns the loops around the innermost once; back to the start after the last.
  private long next(long[] index, long run) {
    long next = run;
    for (int i = sizes.length - 2; i >= 0; i--) {
      next += strides[i];
      index[i]++;
      if (index[i] < sizes[i]) {
        return next;
      }
      next -= sizes[i] * strides[i];
      index[i] = 0;
    }
    return next;
  }

  private static void copyRun(
      MemorySegment from, long position, MemorySegment to, long at, long count) {
    // Single elements are copied by hand: a call to copy takes several times as long.
    if (count == 4) {
      to.set(
          ValueLayout.JAVA_INT_UNALIGNED, at, from.get(ValueLayout.JAVA_INT_UNALIGNED, position));
    } else if (count == 2) {
      to.set(
          ValueLayout.JAVA_SHORT_UNALIGNED,
          at,
          from.get(ValueLayout.JAVA_SHORT_UNALIGNED, position));
    } else {
      MemorySegment.copy(from, position, to, at, count);
    }
  }
}
