package dev.stockpot.checkpoint;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.text.Excerpt;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The JSON header of a safetensors file: where each tensor lies.
///
/// The file is: the header's length as a little-endian u64, the header, then the data without
/// holes. Offsets count from the first byte of the data.
///
/// @param metadata the strings under `__metadata__`
/// @param tensors in the order in which the data lies
/// @param begins offset of each tensor from the first byte of the data
record SafetensorsHeader(
    Map<String, String> metadata,
    SequencedMap<String, TensorSpec> tensors,
    Map<String, Long> begins) {

  /// Longest header that is read, as in the reference implementation.
  static final long MAX_BYTES = 100_000_000;

  /// Bytes before the header: its length.
  static final int PREFIX_BYTES = 8;

  private static final String METADATA = "__metadata__";

  /// Offset of the first byte after the data, from the first byte of the data.
  long dataBytes() {
    return tensors.values().stream().mapToLong(TensorSpec::bytes).sum();
  }

  /// Reads and validates a header.
  ///
  /// @param file for messages
  /// @param text the header
  /// @param dataBytes what is left of the file after the header
  /// @throws CheckpointException naming the tensor and the byte in the file
  static SafetensorsHeader parse(Path file, byte[] text, long dataBytes) {
    long dataStart = PREFIX_BYTES + (long) text.length;
    Json document;
    try {
      document = JsonReader.read(text);
    } catch (JsonException e) {
      throw CheckpointException.at(
          file,
          PREFIX_BYTES + (long) e.offset(),
          "the header is not valid JSON: " + e.getMessage());
    }
    if (!(document instanceof Json.Obj(Map<String, Json> members))) {
      throw CheckpointException.at(
          file, PREFIX_BYTES, "the header is " + document.kind() + " instead of an object");
    }
    Map<String, String> metadata = Map.of();
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, Json> member : members.entrySet()) {
      Place place = new Place(file, text, member.getKey());
      if (member.getKey().equals(METADATA)) {
        metadata = metadata(place, member.getValue());
      } else {
        entries.add(Entry.parse(place, member.getValue()));
      }
    }
    entries.sort(SafetensorsHeader::compareByPlace);
    checkLayout(file, dataStart, entries, dataBytes);
    return of(metadata, entries);
  }

  /// Lays out tensors for writing, byte for byte as the reference implementation does: by type,
  /// wide types first, so that every element is aligned to its size, then by name. Metadata, which
  /// it leaves in no order, is sorted.
  ///
  /// @throws IllegalArgumentException if two tensors have one name, or one has the metadata's
  static SafetensorsHeader layOut(Collection<TensorSpec> tensors, Map<String, String> metadata) {
    List<TensorSpec> sorted = new ArrayList<>(tensors);
    sorted.sort(SafetensorsHeader::compareAsWritten);
    Set<String> names = HashSet.newHashSet(sorted.size());
    List<Entry> entries = new ArrayList<>();
    long at = 0;
    for (TensorSpec spec : sorted) {
      if (!names.add(spec.name())) {
        throw new IllegalArgumentException("two tensors named '" + spec.name() + "'");
      }
      if (spec.name().equals(METADATA)) {
        throw new IllegalArgumentException("no tensor can be named " + METADATA);
      }
      long end = Math.addExact(at, spec.bytes());
      entries.add(new Entry(spec, at, end));
      at = end;
    }
    return of(Collections.unmodifiableMap(new TreeMap<>(metadata)), entries);
  }

  /// The header as bytes, padded with spaces so that the data is aligned to 8 bytes.
  byte[] write() {
    Map<String, Object> members = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      members.put(METADATA, metadata);
    }
    for (TensorSpec spec : tensors.values()) {
      Map<String, Object> tensor = new LinkedHashMap<>();
      long begin = begins.get(spec.name());
      tensor.put("dtype", spec.dtype().name());
      tensor.put("shape", spec.shape());
      tensor.put("data_offsets", List.of(begin, begin + spec.bytes()));
      members.put(spec.name(), tensor);
    }
    byte[] text = JsonWriter.write(JsonWriter.of(members)).getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(text, Math.ceilDiv(text.length, 8) * 8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    return padded;
  }

  // Not made of Comparator's own parts, which the JVM makes at run time.
  private static int compareAsWritten(TensorSpec a, TensorSpec b) {
    int byType = a.dtype().compareTo(b.dtype());
    return byType == 0 ? compareUtf8(a.name(), b.name()) : byType;
  }

  private static int compareByPlace(Entry a, Entry b) {
    int byBegin = Long.compare(a.begin(), b.begin());
    return byBegin == 0 ? Long.compare(a.end(), b.end()) : byBegin;
  }

  /// The order of the UTF-8 bytes; that of Java's strings differs for characters beyond 16 bits.
  private static int compareUtf8(String a, String b) {
    return Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  private static SafetensorsHeader of(Map<String, String> metadata, List<Entry> entries) {
    SequencedMap<String, TensorSpec> tensors = new LinkedHashMap<>();
    Map<String, Long> begins = new LinkedHashMap<>();
    for (Entry entry : entries) {
      tensors.put(entry.spec().name(), entry.spec());
      begins.put(entry.spec().name(), entry.begin());
    }
    return new SafetensorsHeader(
        metadata,
        Collections.unmodifiableSequencedMap(tensors),
        Collections.unmodifiableMap(begins));
  }

  private static void checkLayout(Path file, long dataStart, List<Entry> entries, long dataBytes) {
    long covered = 0;
    String before = "";
    for (Entry entry : entries) {
      String name = entry.spec().name();
      if (entry.begin() < covered) {
        throw CheckpointException.at(
            file,
            name,
            dataStart + entry.begin(),
            "overlaps tensor '" + Excerpt.of(before) + "', which ends at data offset " + covered);
      }
      if (entry.begin() > covered) {
        throw CheckpointException.at(
            file,
            name,
            dataStart + covered,
            "leaves a hole: begins at data offset "
                + entry.begin()
                + ", but the data before it ends at "
                + covered);
      }
      if (entry.end() > dataBytes) {
        throw CheckpointException.at(
            file,
            name,
            dataStart + entry.begin(),
            "ends at data offset "
                + entry.end()
                + ", but the file holds only "
                + dataBytes
                + " bytes of data; it is truncated");
      }
      covered = entry.end();
      before = name;
    }
    if (covered < dataBytes) {
      throw CheckpointException.at(
          file,
          dataStart + covered,
          "the tensors' data ends, but the file goes on to byte " + (dataStart + dataBytes));
    }
  }

  private static Map<String, String> metadata(Place place, Json value) {
    if (!(value instanceof Json.Obj(Map<String, Json> members))) {
      throw place.fault("__metadata__ is " + value.kind() + " instead of an object of strings");
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, Json> member : members.entrySet()) {
      if (!(member.getValue() instanceof Json.Str(String text))) {
        throw place.fault(
            "__metadata__ entry '"
                + Excerpt.of(member.getKey())
                + "' is "
                + member.getValue().kind()
                + " instead of a string");
      }
      metadata.put(member.getKey(), text);
    }
    return Collections.unmodifiableMap(metadata);
  }

  /// A member of the header, for messages about it.
  @SuppressWarnings("ArrayRecordComponent") // read only, and never compared
  private record Place(Path file, byte[] text, String name) {

    CheckpointException fault(String what) {
      long offset = PREFIX_BYTES + (long) JsonReader.offsetOf(text, name);
      return name.equals(METADATA)
          ? CheckpointException.at(file, offset, what)
          : CheckpointException.at(file, name, offset, what);
    }
  }

  /// One tensor of the header; `begin` and `end` are offsets into the data.
  private record Entry(TensorSpec spec, long begin, long end) {

    static Entry parse(Place place, Json value) {
      if (!(value instanceof Json.Obj(Map<String, Json> members))) {
        throw place.fault("is " + value.kind() + " instead of an object");
      }
      DType dtype = dtype(place, members);
      List<Long> shape = sizes(place, members, "shape");
      List<Long> offsets = sizes(place, members, "data_offsets");
      if (offsets.size() != 2) {
        throw place.fault(
            "data_offsets is " + Excerpt.of(offsets.toString()) + " instead of two numbers");
      }
      long begin = offsets.getFirst();
      long end = offsets.getLast();
      if (end < begin) {
        throw place.fault("data_offsets [" + begin + ", " + end + "] end before they begin");
      }
      if (end > Long.MAX_VALUE - PREFIX_BYTES - place.text().length) {
        throw place.fault("data_offsets [" + begin + ", " + end + "] are beyond any file");
      }
      TensorSpec spec = spec(place, dtype, shape);
      if (spec.bytes() != end - begin) {
        throw place.fault(
            dtype
                + " of shape "
                + Excerpt.of(shape.toString())
                + " takes "
                + spec.bytes()
                + " bytes, but data_offsets ["
                + begin
                + ", "
                + end
                + "] give it "
                + (end - begin));
      }
      return new Entry(spec, begin, end);
    }

    private static TensorSpec spec(Place place, DType dtype, List<Long> shape) {
      String what = dtype + " of shape " + Excerpt.of(shape.toString());
      try {
        return new TensorSpec(place.name(), dtype, shape);
      } catch (ArithmeticException e) {
        throw place.fault(what + " is larger than any file");
      } catch (IllegalArgumentException e) {
        throw place.fault(what + " does not fill whole bytes");
      }
    }

    private static DType dtype(Place place, Map<String, Json> members) {
      Json value = member(place, members, "dtype");
      if (!(value instanceof Json.Str(String text))) {
        throw place.fault("dtype is " + value.kind() + " instead of a string");
      }
      return DType.named(text)
          .orElseThrow(() ->
              place.fault(
                  "unknown dtype '"
                      + Excerpt.of(text)
                      + "'; known are "
                      + Arrays.stream(DType.values())
                          .map(DType::name)
                          .collect(Collectors.joining(", "))));
    }

    private static List<Long> sizes(Place place, Map<String, Json> members, String key) {
      Json value = member(place, members, key);
      if (!(value instanceof Json.Arr(List<Json> elements))) {
        throw place.fault(key + " is " + value.kind() + " instead of an array");
      }
      List<Long> sizes = new ArrayList<>(elements.size());
      for (Json element : elements) {
        sizes.add(size(place, key, element));
      }
      return sizes;
    }

    private static long size(Place place, String key, Json element) {
      if (!(element instanceof Json.Num(String text))) {
        throw place.fault(key + " holds " + element.kind() + " instead of a whole number");
      }
      try {
        // Digits alone, as other readers want them: neither 1.0 nor 1e3.
        long size = Long.parseLong(text);
        if (size >= 0) {
          return size;
        }
      } catch (NumberFormatException e) {
        // Told below.
      }
      throw place.fault(
          key
              + " holds "
              + Excerpt.of(text)
              + " instead of a whole number from 0 to 2^63 - 1, in digits");
    }

    private static Json member(Place place, Map<String, Json> members, String key) {
      Json value = members.get(key);
      if (value == null) {
        throw place.fault("has no " + key);
      }
      return value;
    }
  }
}
