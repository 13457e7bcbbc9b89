package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.pickle.PickleReader;
import dev.stockpot.internal.pickle.Pickled;
import dev.stockpot.internal.pickle.Pickled.Bool;
import dev.stockpot.internal.pickle.Pickled.Dict;
import dev.stockpot.internal.pickle.Pickled.Int;
import dev.stockpot.internal.pickle.Pickled.Items;
import dev.stockpot.internal.pickle.Pickled.Persistent;
import dev.stockpot.internal.pickle.Pickled.Text;
import dev.stockpot.internal.text.Excerpt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// What `torch.save` wrote before PyTorch 1.6, and writes when told to: five pickles in a row (a
/// magic number, a version, the machine, the value, the keys of the storages), then each storage as
/// its number of elements and their bytes.
final class PyTorchLegacy implements PyTorchStorage.Finder {
  /// The magic number 0x1950a86a20f9469cfc6c as the pickle's only value.
  private static final String MAGIC = "8a0a6cfc9c46f9206aa850192e";

  /// Where it stands, in hexadecimal digits: after the protocol, and from protocol 4 on a frame.
  private static final int AFTER_PROTOCOL = 4;

  private static final int AFTER_FRAME = 22;

  private static final long VERSION = 1001;

  private final Path path;
  private final InputFile file;
  private final Map<String, Run> runs = new HashMap<>();
  private long at;

  /// A stored run of elements.
  private record Run(long begin, long bytes) {}

  PyTorchLegacy(Path path, InputFile file) {
    this.path = path;
    this.file = file;
  }

  /// Whether a file begins with the magic number.
  static boolean isMagic(byte[] head) {
    String digits = HexFormat.of().formatHex(head);
    return digits.startsWith(MAGIC, AFTER_PROTOCOL) || digits.startsWith(MAGIC, AFTER_FRAME);
  }

  /// The value, after which the storages are known.
  Pickled read() {
    next(); // the magic number
    long versionAt = at;
    if (!(next() instanceof Int(long version)) || version != VERSION) {
      throw CheckpointException.at(
          path, versionAt, "is not of version 1001, the only one of PyTorch's old format");
    }
    long machineAt = at;
    if (next() instanceof Dict machine
        && machine.texts().get("little_endian") instanceof Bool(boolean little)
        && !little) {
      throw CheckpointException.at(
          path,
          machineAt,
          "has the byte order 'big'; only little is read,"
              + " so load and save it on a little-endian machine");
    }
    PickleReader reader = reader();
    Pickled root = reader.read();
    at = reader.position();
    findRuns(elementBytes(reader.persistents()));
    return root;
  }

  @Override
  public long begin(PyTorchStorage storage) {
    Run run = runs.get(storage.key());
    if (run == null) {
      throw CheckpointException.of(
          path, "has no storage '" + Excerpt.of(storage.key()) + "', which it needs");
    }
    if (storage.endBytes() < 0 || storage.endBytes() > run.bytes()) {
      throw CheckpointException.at(
          path,
          run.begin(),
          "storage '"
              + Excerpt.of(storage.key())
              + "' has "
              + run.bytes()
              + " bytes, too few for "
              + storage.elements()
              + " elements of type "
              + storage.type().name());
    }
    return run.begin() + storage.skippedBytes();
  }

  private PickleReader reader() {
    return new PickleReader(file, at, file.size(), PyTorchTypes::isKnown);
  }

  private Pickled next() {
    PickleReader reader = reader();
    Pickled value = reader.read();
    at = reader.position();
    return value;
  }

  /// The size of an element of each storage, which stands only where the storage is referred to.
  private static Map<String, Integer> elementBytes(List<Persistent> persistents) {
    Map<String, Integer> bytes = new HashMap<>();
    for (Persistent persistent : persistents) {
      PyTorchStorage.of(persistent)
          .ifPresent(storage -> bytes.putIfAbsent(storage.key(), storage.type().bytes()));
    }
    return bytes;
  }

  private void findRuns(Map<String, Integer> elementBytes) {
    long keysAt = at;
    if (!(next() instanceof Items keys)) {
      throw CheckpointException.at(path, keysAt, "does not list its storages; it is damaged");
    }
    for (Pickled each : keys.items()) {
      if (!(each instanceof Text(String key)) || !elementBytes.containsKey(key)) {
        throw CheckpointException.at(
            path, keysAt, "lists a storage that nothing refers to; it is damaged");
      }
      long left = file.size() - at;
      long elements = left < Long.BYTES ? -1 : readLong();
      long bytes = elementBytes.get(key);
      if (elements < 0 || elements > (left - Long.BYTES) / bytes) {
        throw CheckpointException.at(
            path,
            at,
            "storage '"
                + Excerpt.of(key)
                + "' goes beyond the end of the file; it is truncated, so copy it again");
      }
      runs.put(key, new Run(at + Long.BYTES, elements * bytes));
      at += Long.BYTES + elements * bytes;
    }
  }

  private long readLong() {
    ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.read(at, buffer);
    return buffer.getLong(0);
  }
}
