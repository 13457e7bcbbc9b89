package dev.stockpot.checkpoint;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

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
      if (member.getKey().equals(METADATA)) {
        metadata = metadata(file, member.getValue());
      } else {
        entries.add(Entry.parse(file, dataStart, member.getKey(), member.getValue()));
      }
    }
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    checkLayout(file, dataStart, entries, dataBytes);
    return of(metadata, entries);
  }

  /// Lays out tensors for writing: wide types first, so that every element is aligned to its size,
  /// then by name.
  static SafetensorsHeader layOut(Collection<TensorSpec> tensors, Map<String, String> metadata) {
    List<TensorSpec> sorted = new ArrayList<>(tensors);
    sorted.sort(
        Comparator.comparingInt((TensorSpec spec) -> -spec.dtype().bits())
            .thenComparing(TensorSpec::name));
    List<Entry> entries = new ArrayList<>();
    long at = 0;
    for (TensorSpec spec : sorted) {
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
            "overlaps tensor '" + before + "', which ends at data offset " + covered);
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
          (dataBytes - covered) + " bytes after the last tensor belong to none");
    }
  }

  private static Map<String, String> metadata(Path file, Json value) {
    if (!(value instanceof Json.Obj(Map<String, Json> members))) {
      throw CheckpointException.of(
          file, "__metadata__ is " + value.kind() + " instead of an object");
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, Json> member : members.entrySet()) {
      if (!(member.getValue() instanceof Json.Str(String text))) {
        throw CheckpointException.of(
            file,
            "__metadata__ entry '"
                + member.getKey()
                + "' is "
                + member.getValue().kind()
                + " instead of a string");
      }
      metadata.put(member.getKey(), text);
    }
    return Collections.unmodifiableMap(metadata);
  }

  /// One tensor of the header; `begin` and `end` are offsets into the data.
  private record Entry(TensorSpec spec, long begin, long end) {

    static Entry parse(Path file, long dataStart, String name, Json value) {
      if (!(value instanceof Json.Obj(Map<String, Json> members))) {
        throw CheckpointException.of(file, name, "is " + value.kind() + " instead of an object");
      }
      DType dtype = dtype(file, name, members.get("dtype"));
      List<Long> shape = longs(file, name, "shape", members.get("shape"));
      List<Long> offsets = longs(file, name, "data_offsets", members.get("data_offsets"));
      if (offsets.size() != 2) {
        throw CheckpointException.of(
            file, name, "data_offsets has " + offsets.size() + " numbers instead of 2");
      }
      long begin = offsets.getFirst();
      long end = offsets.getLast();
      if (end < begin) {
        throw CheckpointException.of(
            file, name, "data_offsets [" + begin + ", " + end + "] end before they begin");
      }
      if (end > Long.MAX_VALUE - dataStart) {
        throw CheckpointException.of(
            file, name, "data_offsets [" + begin + ", " + end + "] leave every possible file");
      }
      TensorSpec spec = spec(file, name, dtype, shape);
      if (spec.bytes() != end - begin) {
        throw CheckpointException.at(
            file,
            name,
            dataStart + begin,
            dtype
                + " of shape "
                + shape
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

    private static TensorSpec spec(Path file, String name, DType dtype, List<Long> shape) {
      try {
        return new TensorSpec(name, dtype, shape);
      } catch (ArithmeticException e) {
        throw CheckpointException.of(
            file, name, "shape " + shape + " has more elements than 64 bits can count");
      } catch (IllegalArgumentException e) {
        throw CheckpointException.of(file, name, e.getMessage());
      }
    }

    private static DType dtype(Path file, String name, Json value) {
      if (!(value instanceof Json.Str(String text))) {
        throw CheckpointException.of(file, name, missing("dtype", value, "a string"));
      }
      return DType.named(text)
          .orElseThrow(() ->
              CheckpointException.of(
                  file,
                  name,
                  "unknown dtype '" + text + "'; known are " + Arrays.toString(DType.values())));
    }

    private static List<Long> longs(Path file, String name, String key, Json value) {
      if (!(value instanceof Json.Arr(List<Json> elements))) {
        throw CheckpointException.of(file, name, missing(key, value, "an array"));
      }
      List<Long> longs = new ArrayList<>();
      for (Json element : elements) {
        longs.add(size(file, name, key, element));
      }
      return longs;
    }

    private static long size(Path file, String name, String key, Json element) {
      if (element instanceof Json.Num number) {
        try {
          long size = number.asLong();
          if (size >= 0) {
            return size;
          }
        } catch (ArithmeticException e) {
          // told below
        }
        throw CheckpointException.of(
            file,
            name,
            key + " holds " + number.text() + ", which is not a whole number from 0 to 2^63 - 1");
      }
      throw CheckpointException.of(
          file, name, key + " holds " + element.kind() + " instead of a whole number");
    }

    private static String missing(String key, Json value, String wanted) {
      return value == null
          ? "has no " + key
          : key + " is " + value.kind() + " instead of " + wanted;
    }
  }
}
