package dev.stockpot.internal.zip;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.text.Excerpt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;

/// The directory of a zip archive, and where its entries lie.
///
/// Names of entries are only looked up, never used as paths. What an archive claims is checked
/// against the file before it is believed; entries never overlap.
///
/// @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">the format</a>
public final class StoredArchive {
  /// Largest directory that is read: about a million entries.
  public static final long MAX_DIRECTORY_BYTES = 100_000_000;

  /// First bytes of an archive with at least one entry.
  public static final int LOCAL_SIGNATURE = 0x04034b50;

  static final int DIRECTORY_SIGNATURE = 0x02014b50;
  static final int END_SIGNATURE = 0x06054b50;
  static final int END64_SIGNATURE = 0x06064b50;
  static final int LOCATOR64_SIGNATURE = 0x07064b50;
  static final int LOCAL_BYTES = 30;
  static final int DIRECTORY_BYTES = 46;
  static final int END_BYTES = 22;
  static final int END64_BYTES = 56;
  static final int LOCATOR64_BYTES = 20;
  static final int EXTRA64 = 1;

  private static final int LONGEST_COMMENT = 0xffff;
  private static final int ENCRYPTED = 1;

  private final InputFile file;
  private final SequencedMap<String, Entry> entries;

  /// Bytes of a file.
  ///
  /// @param begin offset of the first
  /// @param bytes how many
  public record Extent(long begin, long bytes) {}

  /// A line of the directory.
  ///
  /// @param header where the entry's own header begins
  /// @param limit where the next entry or the directory begins
  private record Entry(
      String name, int flags, int method, long stored, long bytes, long header, long limit) {

    Entry withLimit(long end) {
      return new Entry(name, flags, method, stored, bytes, header, end);
    }
  }

  /// @param count number of entries
  /// @param offset where the directory begins
  /// @param bytes its size
  /// @param end where what ends the archive begins
  private record Directory(long count, long offset, long bytes, long end) {}

  /// Reads the directory.
  ///
  /// @throws ArchiveException if it is not valid
  public StoredArchive(InputFile file) {
    this.file = file;
    this.entries = entries(directory());
  }

  /// The names of all entries, in the order of the directory.
  public SequencedSet<String> names() {
    return entries.sequencedKeySet();
  }

  /// Where the bytes of an entry lie.
  ///
  /// @return empty if there is no such entry
  /// @throws ArchiveException if it is compressed, encrypted, or not where the directory says
  public Optional<Extent> find(String name) {
    return Optional.ofNullable(entries.get(name)).map(this::extent);
  }

  private Extent extent(Entry entry) {
    String what = "entry '" + Excerpt.of(entry.name()) + "' ";
    if ((entry.flags() & ENCRYPTED) != 0) {
      throw new ArchiveException(what + "is encrypted", entry.header());
    }
    if (entry.method() != 0) {
      throw new ArchiveException(
          what
              + "is compressed, which torch.save never does;"
              + " zip the files again without compression (zip -0), or load and save them again",
          entry.header());
    }
    if (entry.stored() != entry.bytes()) {
      throw new ArchiveException(
          what + "is stored in " + entry.stored() + " bytes, but has " + entry.bytes(),
          entry.header());
    }
    ByteBuffer header = read(entry.header(), LOCAL_BYTES);
    byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
    int nameBytes = Short.toUnsignedInt(header.getShort(26));
    if (header.getInt(0) != LOCAL_SIGNATURE
        || nameBytes != name.length
        || entry.limit() - entry.header() < LOCAL_BYTES + name.length
        || !Arrays.equals(read(entry.header() + LOCAL_BYTES, nameBytes).array(), name)) {
      throw new ArchiveException(what + "is not where the directory says", entry.header());
    }
    int extraBytes = Short.toUnsignedInt(header.getShort(28));
    long begin = entry.header() + LOCAL_BYTES + nameBytes + extraBytes;
    if (entry.bytes() > entry.limit() - begin) {
      throw new ArchiveException(
          what + "has " + entry.bytes() + " bytes that run into what follows", entry.header());
    }
    return new Extent(begin, entry.bytes());
  }

  private Directory directory() {
    long size = file.size();
    if (size < END_BYTES) {
      throw new ArchiveException("the archive is truncated", size);
    }
    int tailBytes = (int) Math.min(size, END_BYTES + LONGEST_COMMENT);
    ByteBuffer tail = read(size - tailBytes, tailBytes);
    for (int i = tailBytes - END_BYTES; i >= 0; i--) {
      if (tail.getInt(i) == END_SIGNATURE
          && i + END_BYTES + Short.toUnsignedInt(tail.getShort(i + 20)) == tailBytes) {
        return directory(size - tailBytes + i, tail.slice(i, END_BYTES));
      }
    }
    throw new ArchiveException(
        "the archive has no directory at its end; it is truncated, so copy it again", size);
  }

  private Directory directory(long end, ByteBuffer record) {
    record.order(ByteOrder.LITTLE_ENDIAN);
    Directory directory =
        new Directory(
            Short.toUnsignedLong(record.getShort(10)),
            Integer.toUnsignedLong(record.getInt(16)),
            Integer.toUnsignedLong(record.getInt(12)),
            end);
    if (end >= LOCATOR64_BYTES) {
      ByteBuffer locator = read(end - LOCATOR64_BYTES, LOCATOR64_BYTES);
      if (locator.getInt(0) == LOCATOR64_SIGNATURE) {
        directory = directory64(end - LOCATOR64_BYTES, locator.getLong(8));
      }
    }
    if (directory.offset() < 0
        || directory.bytes() < 0
        || directory.offset() > directory.end()
        || directory.bytes() > directory.end() - directory.offset()) {
      throw new ArchiveException("the archive's directory lies outside the file", end);
    }
    if (directory.bytes() > MAX_DIRECTORY_BYTES) {
      throw new ArchiveException(
          "the archive's directory has "
              + directory.bytes()
              + " bytes; at most "
              + MAX_DIRECTORY_BYTES
              + " are read",
          end);
    }
    return directory;
  }

  private Directory directory64(long locator, long end64) {
    if (end64 < 0 || end64 > locator - END64_BYTES) {
      throw new ArchiveException("the archive's zip64 record lies outside the file", locator);
    }
    ByteBuffer record = read(end64, END64_BYTES);
    if (record.getInt(0) != END64_SIGNATURE) {
      throw new ArchiveException("the archive's zip64 record is not where it should be", end64);
    }
    return new Directory(record.getLong(32), record.getLong(48), record.getLong(40), end64);
  }

  private SequencedMap<String, Entry> entries(Directory directory) {
    ByteBuffer bytes = read(directory.offset(), (int) directory.bytes());
    List<Entry> found = new ArrayList<>();
    while (bytes.hasRemaining()) {
      found.add(entry(directory, bytes));
    }
    if (found.size() != directory.count()) {
      throw new ArchiveException(
          "the archive's directory has "
              + found.size()
              + " entries instead of "
              + Long.toUnsignedString(directory.count()),
          directory.offset());
    }
    SequencedMap<String, Entry> entries = new LinkedHashMap<>();
    for (Entry entry : found) {
      if (entries.put(entry.name(), entry) != null) {
        throw new ArchiveException(
            "two entries are named '" + Excerpt.of(entry.name()) + "'", directory.offset());
      }
    }
    found.sort(Comparator.comparingLong(Entry::header));
    long limit = directory.offset();
    for (Entry entry : found.reversed()) {
      if (entry.stored() > limit - entry.header() - LOCAL_BYTES) {
        throw new ArchiveException(
            "entry '" + Excerpt.of(entry.name()) + "' overlaps what follows it", entry.header());
      }
      entries.put(entry.name(), entry.withLimit(limit));
      limit = entry.header();
    }
    return entries;
  }

  private static Entry entry(Directory directory, ByteBuffer bytes) {
    int start = bytes.position();
    long at = directory.offset() + start;
    if (bytes.remaining() < DIRECTORY_BYTES || bytes.getInt(start) != DIRECTORY_SIGNATURE) {
      throw new ArchiveException("the archive's directory is damaged", at);
    }
    int nameBytes = Short.toUnsignedInt(bytes.getShort(start + 28));
    int extraBytes = Short.toUnsignedInt(bytes.getShort(start + 30));
    int commentBytes = Short.toUnsignedInt(bytes.getShort(start + 32));
    if (bytes.remaining() < DIRECTORY_BYTES + nameBytes + extraBytes + commentBytes) {
      throw new ArchiveException("the archive's directory is damaged", at);
    }
    byte[] utf8 = new byte[nameBytes];
    bytes.get(start + DIRECTORY_BYTES, utf8);
    String name = new String(utf8, StandardCharsets.UTF_8);
    checkName(name, at);
    long[] fields = {
      Integer.toUnsignedLong(bytes.getInt(start + 24)),
      Integer.toUnsignedLong(bytes.getInt(start + 20)),
      Integer.toUnsignedLong(bytes.getInt(start + 42))
    };
    int extra = start + DIRECTORY_BYTES + nameBytes;
    widen(fields, bytes.slice(extra, extraBytes).order(ByteOrder.LITTLE_ENDIAN), at);
    long header = fields[2];
    if (fields[0] < 0 || fields[1] < 0 || header < 0 || header > directory.offset()) {
      throw new ArchiveException("entry '" + Excerpt.of(name) + "' lies outside the archive", at);
    }
    bytes.position(extra + extraBytes + commentBytes);
    return new Entry(
        name,
        bytes.getShort(start + 8),
        bytes.getShort(start + 10),
        fields[1],
        fields[0],
        header,
        directory.offset());
  }

  /// Replaces the fields that are too large for 32 bits by those of the zip64 extra field.
  private static void widen(long[] fields, ByteBuffer extras, long at) {
    while (extras.remaining() >= 4) {
      int id = Short.toUnsignedInt(extras.getShort());
      int length = Short.toUnsignedInt(extras.getShort());
      if (length > extras.remaining()) {
        throw new ArchiveException("the archive's directory is damaged", at);
      }
      if (id == EXTRA64) {
        ByteBuffer extra = extras.slice(extras.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < fields.length; i++) {
          if (fields[i] == 0xffffffffL) {
            if (extra.remaining() < Long.BYTES) {
              throw new ArchiveException("the archive's directory is damaged", at);
            }
            fields[i] = extra.getLong();
          }
        }
        return;
      }
      extras.position(extras.position() + length);
    }
  }

  private static void checkName(String name, long at) {
    boolean outside =
        name.startsWith("/")
            || name.contains("\\")
            || name.indexOf('\0') >= 0
            || Arrays.asList(name.split("/", -1)).contains("..");
    if (outside) {
      throw new ArchiveException(
          "the archive holds '" + Excerpt.of(name) + "', a path that leaves it", at);
    }
  }

  private ByteBuffer read(long position, int count) {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    file.read(position, buffer);
    return buffer.flip();
  }
}
