package dev.stockpot.internal.zip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// An archive of stored entries whose sizes are known before it is written: every byte has its
/// place, so that the data can be written in any order and the headers last.
///
/// Data is aligned as PyTorch aligns it, by a padding field in the entry's header.
public final class StoredLayout {
  /// The data of every entry begins at a multiple of this.
  public static final int ALIGNMENT_BYTES = 64;

  private static final long NARROW_LIMIT = 0xffffffffL;
  private static final int NARROW_COUNT = 0xffff;
  private static final int EXTRA_HEADER_BYTES = 4;
  private static final int PADDING_ID = 'F' | 'B' << 8;
  private static final short VERSION = 20;
  private static final short VERSION64 = 45;
  private static final short UTF8_NAME = 1 << 11;
  private static final short FIRST_DAY = 0x21; // 1980-01-01: the same bytes whenever written

  private final List<Placed> entries = new ArrayList<>();
  private long end;

  /// An entry and its place.
  ///
  /// @param header where its header begins
  /// @param begin where its data begins
  private record Placed(String name, long bytes, long header, long begin) {

    byte[] utf8() {
      return name.getBytes(StandardCharsets.UTF_8);
    }

    boolean isWide() {
      return bytes >= NARROW_LIMIT;
    }
  }

  /// Starts with no entries.
  public StoredLayout() {}

  /// Adds an entry after those before.
  ///
  /// @return where its data begins
  public long add(String name, long bytes) {
    long header = end;
    long unpadded =
        header
            + StoredArchive.LOCAL_BYTES
            + name.getBytes(StandardCharsets.UTF_8).length
            + (bytes >= NARROW_LIMIT ? EXTRA_HEADER_BYTES + 2 * Long.BYTES : 0)
            + EXTRA_HEADER_BYTES;
    long begin = Math.ceilDiv(unpadded, (long) ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    entries.add(new Placed(name, bytes, header, begin));
    end = Math.addExact(begin, bytes);
    return begin;
  }

  /// The header of an entry, which ends where its data begins.
  ///
  /// @param index of the entry, in the order added
  /// @param crc of its data
  public ByteBuffer header(int index, int crc) {
    Placed entry = entries.get(index);
    ByteBuffer header = little((int) (entry.begin() - entry.header()));
    header.putInt(StoredArchive.LOCAL_SIGNATURE);
    putCommon(header, entry, crc, entry.isWide());
    header.putShort((short) (header.capacity() - StoredArchive.LOCAL_BYTES - entry.utf8().length));
    header.put(entry.utf8());
    if (entry.isWide()) {
      header.putShort((short) StoredArchive.EXTRA64).putShort((short) (2 * Long.BYTES));
      header.putLong(entry.bytes()).putLong(entry.bytes());
    }
    header.putShort((short) PADDING_ID);
    header.putShort((short) (header.remaining() - Short.BYTES));
    while (header.hasRemaining()) {
      header.put((byte) 'Z');
    }
    return header.flip();
  }

  /// Where the header of an entry begins.
  public long headerBegin(int index) {
    return entries.get(index).header();
  }

  /// Where the directory begins: after the last entry's data.
  public long directoryBegin() {
    return end;
  }

  /// The directory and what ends the archive.
  ///
  /// @param crcs of the entries' data, in the order added
  public ByteBuffer directory(int[] crcs) {
    int most =
        entries.stream()
                .mapToInt(entry -> StoredArchive.DIRECTORY_BYTES + entry.utf8().length + 28)
                .reduce(0, Math::addExact)
            + StoredArchive.END64_BYTES
            + StoredArchive.LOCATOR64_BYTES
            + StoredArchive.END_BYTES;
    ByteBuffer directory = little(most);
    for (int i = 0; i < crcs.length; i++) {
      putLine(directory, entries.get(i), crcs[i]);
    }
    long bytes = directory.position();
    int count = entries.size();
    boolean wide = end >= NARROW_LIMIT || count >= NARROW_COUNT;
    if (wide) {
      directory.putInt(StoredArchive.END64_SIGNATURE);
      directory.putLong(StoredArchive.END64_BYTES - 12);
      directory.putShort(VERSION64).putShort(VERSION64).putInt(0).putInt(0);
      directory.putLong(count).putLong(count).putLong(bytes).putLong(end);
      directory.putInt(StoredArchive.LOCATOR64_SIGNATURE).putInt(0);
      directory.putLong(end + bytes).putInt(1);
    }
    short narrowCount = (short) (wide ? NARROW_COUNT : count);
    directory.putInt(StoredArchive.END_SIGNATURE).putInt(0);
    directory.putShort(narrowCount).putShort(narrowCount);
    directory.putInt((int) bytes).putInt((int) (wide ? NARROW_LIMIT : end)).putShort((short) 0);
    return directory.flip();
  }

  private static void putLine(ByteBuffer directory, Placed entry, int crc) {
    boolean far = entry.header() >= NARROW_LIMIT;
    directory.putInt(StoredArchive.DIRECTORY_SIGNATURE);
    directory.putShort(entry.isWide() || far ? VERSION64 : VERSION);
    putCommon(directory, entry, crc, entry.isWide() || far);
    int extra = (entry.isWide() ? 2 * Long.BYTES : 0) + (far ? Long.BYTES : 0);
    directory.putShort((short) (extra == 0 ? 0 : EXTRA_HEADER_BYTES + extra));
    directory.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
    directory.putInt((int) (far ? NARROW_LIMIT : entry.header()));
    directory.put(entry.utf8());
    if (extra > 0) {
      directory.putShort((short) StoredArchive.EXTRA64).putShort((short) extra);
    }
    if (entry.isWide()) {
      directory.putLong(entry.bytes()).putLong(entry.bytes());
    }
    if (far) {
      directory.putLong(entry.header());
    }
  }

  /// What an entry's header and its line in the directory have in common.
  private static void putCommon(ByteBuffer target, Placed entry, int crc, boolean version64) {
    int narrow = (int) (entry.isWide() ? NARROW_LIMIT : entry.bytes());
    target.putShort(version64 ? VERSION64 : VERSION).putShort(UTF8_NAME).putShort((short) 0);
    target.putShort((short) 0).putShort(FIRST_DAY);
    target.putInt(crc).putInt(narrow).putInt(narrow);
    target.putShort((short) entry.utf8().length);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
