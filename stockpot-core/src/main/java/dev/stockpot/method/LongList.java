package dev.stockpot.method;

import dev.stockpot.merge.Tile;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// A growing list of longs, of which an order statistic can be asked.
final class LongList {
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
    return select(Arrays.copyOf(values, size), (int) (size - rank), 0, size - 1);
  }

  /// The values of three ranks, which do not fall; the order of the list stays.
  long[] around(long first, long middle, long last) {
    long[] a = Arrays.copyOf(values, size);
    int at = (int) (size - middle);
    long value = select(a, at, 0, size - 1);
    long above = 0;
    long below = 0;
    for (long other : a) {
      above += (value - other) >>> 63;
      below += (other - value) >>> 63;
    }
    if (first > above && last <= size - below) {
      return new long[] {value, value, value};
    }
    return new long[] {
      select(a, (int) (size - first), at, size - 1), value, select(a, (int) (size - last), 0, at)
    };
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
