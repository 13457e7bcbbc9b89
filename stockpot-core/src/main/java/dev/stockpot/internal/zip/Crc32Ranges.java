package dev.stockpot.internal.zip;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.zip.CRC32;

/// The CRC-32 of bytes that come in ranges, in any order; neighbours are merged, so that work in
/// sequence takes no memory.
///
/// The checksum of two ranges in a row is `crc(a)·x^(8·|b|) + crc(b)` over GF(2), modulo the
/// polynomial of CRC-32. Safe for use by several threads.
public final class Crc32Ranges {
  private static final int POLYNOMIAL = 0xedb88320; // bits reversed: the highest bit is x^0
  private static final int ONE = 0x80000000;
  private static final int X_TO_8 = 0x00800000;

  private final TreeMap<Long, Range> ranges = new TreeMap<>();

  private record Range(long end, int crc) {}

  /// Starts with no bytes.
  public Crc32Ranges() {}

  /// The checksum of bytes, whose position stays.
  public static int of(ByteBuffer bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  /// Adds bytes from `begin` to before `end`.
  ///
  /// @return false, and nothing is added, if one of them is there already
  public synchronized boolean add(long begin, long end, int crc) {
    if (begin == end) {
      return true;
    }
    Map.Entry<Long, Range> before = ranges.lowerEntry(end);
    if (before != null && before.getValue().end() > begin) {
      return false;
    }
    long mergedBegin = begin;
    Range merged = new Range(end, crc);
    if (before != null && before.getValue().end() == begin) {
      mergedBegin = before.getKey();
      merged = new Range(end, joined(before.getValue().crc(), crc, end - begin));
    }
    Range after = ranges.remove(end);
    if (after != null) {
      merged = new Range(after.end(), joined(merged.crc(), after.crc(), after.end() - end));
    }
    ranges.put(mergedBegin, merged);
    return true;
  }

  /// The first byte before `size` that has not been added.
  public synchronized OptionalLong firstMissing(long size) {
    Map.Entry<Long, Range> first = ranges.firstEntry();
    long missing = first == null || first.getKey() > 0 ? 0 : first.getValue().end();
    return missing < size ? OptionalLong.of(missing) : OptionalLong.empty();
  }

  /// The checksum of all bytes, once none is missing.
  public synchronized int crc() {
    return ranges.isEmpty() ? 0 : ranges.firstEntry().getValue().crc();
  }

  private static int joined(int first, int second, long secondBytes) {
    int power = ONE;
    int square = X_TO_8;
    for (long bits = secondBytes; bits != 0; bits >>= 1) {
      if ((bits & 1) != 0) {
        power = product(power, square);
      }
      square = product(square, square);
    }
    return product(power, first) ^ second;
  }

  private static int product(int a, int b) {
    int sum = 0;
    int term = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        sum ^= term;
      }
      term = (term & 1) == 0 ? term >>> 1 : term >>> 1 ^ POLYNOMIAL;
    }
    return sum;
  }
}
