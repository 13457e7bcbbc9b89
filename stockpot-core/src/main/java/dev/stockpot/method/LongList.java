package dev.stockpot.method;

import dev.stockpot.merge.Tile;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// A growing list of longs, of which an order statistic can be asked.
final class LongList {
  private static final int LEADING_BITS = 11;

  private long[] values = new long[64];
  private int size;

  static List<LongList> several(int n) {
    return IntStream.range(0, n).mapToObj(_ -> new LongList()).toList();
  }

  int size() {
    return size;
  }

  long at(int i) {
    return values[i];
  }

  void add(long value) {
    reserve(1);
    values[size++] = value;
  }

  void addKeys(Tile tile) {
    addKeys(tile, 1);
  }

  /// Adds the keys of elements `0`, `every`, `2·every` and so on.
  void addKeys(Tile tile, int every) {
    reserve(Math.ceilDiv(tile.length(), every));
    for (int i = 0; i < tile.length(); i += every) {
      values[size++] = tile.key(i);
    }
  }

  void addAll(LongList other) {
    reserve(other.size);
    System.arraycopy(other.values, 0, values, size, other.size);
    size += other.size;
  }

  /// The `rank`-th largest value; the order of the list stays.
  ///
  /// @param rank from 1 to the size
  long largest(long rank) {
    return largest(new long[] {rank})[0];
  }

  /// The values of several ranks; the order of the list stays. No value may be negative.
  ///
  /// Values are counted by their leading bits, so that only those of a rank's count are looked at
  /// closer.
  long[] largest(long[] ranks) {
    long most = 0;
    for (int i = 0; i < size; i++) {
      most = Math.max(most, values[i]);
    }
    int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(most) - LEADING_BITS);
    int[] counts = new int[1 << LEADING_BITS];
    for (int i = 0; i < size; i++) {
      counts[(int) (values[i] >>> shift)]++;
    }
    long[] found = new long[ranks.length];
    long[] near = {};
    int nearBin = -1;
    for (int r = 0; r < ranks.length; r++) {
      long below = size - ranks[r];
      int bin = 0;
      while (below >= counts[bin]) {
        below -= counts[bin++];
      }
      if (bin != nearBin) {
        near = ofBin(bin, shift, counts[bin]);
        nearBin = bin;
      }
      found[r] = select(near, (int) below, 0, counts[bin] - 1);
    }
    return found;
  }

  /// The `n` values with these leading bits, and one place more.
  private long[] ofBin(int bin, int shift, int n) {
    long[] of = new long[n + 1];
    int at = 0;
    for (int i = 0; i < size; i++) {
      of[at] = values[i];
      at += values[i] >>> shift == bin ? 1 : 0;
    }
    return of;
  }

  /// What stands at `target` when `a` is sorted from `from` to `to`. Afterwards no value before it
  /// is larger, and none after it smaller.
  private static long select(long[] a, int target, int from, int to) {
    int low = from;
    int high = to;
    while (low < high) {
      long pivot = median(a[low], a[(low + high) >>> 1], a[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (a[i] < pivot) {
          i++;
        }
        while (a[j] > pivot) {
          j--;
        }
        if (i <= j) {
          long swapped = a[i];
          a[i++] = a[j];
          a[j--] = swapped;
        }
      }
      if (target <= j) {
        high = j;
      } else if (target >= i) {
        low = i;
      } else {
        return pivot;
      }
    }
    return a[target];
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  private void reserve(int more) {
    if (size + more > values.length) {
      values = Arrays.copyOf(values, Math.max(size + more, values.length * 2));
    }
  }
}
