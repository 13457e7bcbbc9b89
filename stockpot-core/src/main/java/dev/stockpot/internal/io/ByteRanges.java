package dev.stockpot.internal.io;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/// A set of byte ranges that grows by ranges which do not overlap; neighbours are merged, so that
/// work in sequence takes no memory.
///
/// Safe for use by several threads.
public final class ByteRanges {
  private final TreeMap<Long, Long> ends = new TreeMap<>();

  /// Adds the bytes from `begin` to before `end`.
  ///
  /// @return false, and nothing is added, if one of them is there already
  public synchronized boolean add(long begin, long end) {
    if (begin == end) {
      return true;
    }
    Map.Entry<Long, Long> before = ends.lowerEntry(end);
    if (before != null && before.getValue() > begin) {
      return false;
    }
    long mergedBegin = begin;
    if (before != null && before.getValue() == begin) {
      mergedBegin = before.getKey();
    }
    Long mergedEnd = ends.remove(end);
    ends.put(mergedBegin, mergedEnd == null ? end : mergedEnd);
    return true;
  }

  /// The first byte before `size` that is not in the set.
  public synchronized OptionalLong firstMissing(long size) {
    Map.Entry<Long, Long> first = ends.firstEntry();
    long missing = first == null || first.getKey() > 0 ? 0 : first.getValue();
    return missing < size ? OptionalLong.of(missing) : OptionalLong.empty();
  }
}
