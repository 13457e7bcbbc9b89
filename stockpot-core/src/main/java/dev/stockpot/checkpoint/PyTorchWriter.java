package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.IoReason;
import dev.stockpot.internal.pickle.PickleWriter;
import dev.stockpot.internal.text.Excerpt;
import dev.stockpot.internal.zip.Crc32Ranges;
import dev.stockpot.internal.zip.StoredLayout;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Writes what `torch.save` writes of an `OrderedDict` of tensors, so that
/// `torch.load(weights_only=True)` reads it: a zip archive in which each tensor is a storage of its
/// own.
final class PyTorchWriter implements CheckpointWriter {
  private static final String FOLDER = "archive/";
  private static final String FORMAT_VERSION = "3\n";

  private final AtomicFile file;
  private final StoredLayout layout = new StoredLayout();
  private final Map<String, TensorSpec> specs = new LinkedHashMap<>();
  private final Map<String, Storage> storages = new LinkedHashMap<>();
  private final List<Integer> crcs = new ArrayList<>();

  /// A tensor's bytes in the making.
  private record Storage(long begin, Crc32Ranges written) {}

  PyTorchWriter(Path target, Collection<TensorSpec> tensors, Durability durability) {
    for (TensorSpec spec : tensors) {
      check(target, spec);
      if (specs.put(spec.name(), spec) != null) {
        throw new IllegalArgumentException("two tensors named '" + spec.name() + "'");
      }
    }
    byte[] pickle = pickle();
    try {
      file = new AtomicFile(target, durability == Durability.SYNCED);
    } catch (UncheckedIOException e) {
      throw CheckpointException.of(target, "cannot be written: " + IoReason.of(e.getCause()));
    }
    try {
      put(PyTorchArchive.PICKLE, pickle);
      put(PyTorchArchive.BYTE_ORDER, "little".getBytes(StandardCharsets.US_ASCII));
      put("version", FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII));
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
    for (TensorSpec spec : specs.values()) {
      long begin = layout.add(FOLDER + PyTorchArchive.STORAGE + storages.size(), spec.bytes());
      storages.put(spec.name(), new Storage(begin, new Crc32Ranges()));
    }
  }

  @Override
  public void write(String name, long offset, ByteBuffer source) {
    int bytes = source.remaining();
    TensorAccess.checkRange(specs, name, offset, bytes);
    Storage storage = storages.get(name);
    int crc = Crc32Ranges.of(source);
    file.write(storage.begin() + offset, source);
    if (!storage.written().add(offset, offset + bytes, crc)) {
      throw new IllegalArgumentException(
          "tensor '" + name + "': bytes " + offset + " + " + bytes + " were written before");
    }
  }

  @Override
  public void commit() {
    List<Integer> all = new ArrayList<>(crcs);
    storages.forEach((name, storage) -> {
      OptionalLong missing = storage.written().firstMissing(specs.get(name).bytes());
      if (missing.isPresent()) {
        throw new IllegalStateException(
            "tensor '" + name + "': byte " + missing.getAsLong() + " was not written");
      }
      all.add(storage.written().crc());
    });
    for (int i = 0; i < all.size(); i++) {
      file.write(layout.headerBegin(i), layout.header(i, all.get(i)));
    }
    int[] array = all.stream().mapToInt(Integer::intValue).toArray();
    file.write(layout.directoryBegin(), layout.directory(array));
    file.commit();
  }

  @Override
  public void close() {
    file.close();
  }

  private void put(String name, byte[] bytes) {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    crcs.add(Crc32Ranges.of(source));
    file.write(layout.add(FOLDER + name, bytes.length), source);
  }

  private static void check(Path target, TensorSpec spec) {
    if (PyTorchTypes.name(spec.dtype()).isEmpty()) {
      throw CheckpointException.of(
          target,
          spec.name(),
          spec.dtype() + " elements have no place in a PyTorch file; write a .safetensors file");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(spec.name())) {
      throw new IllegalArgumentException("unpaired surrogate in '" + Excerpt.of(spec.name()) + "'");
    }
  }

  private byte[] pickle() {
    PickleWriter out = new PickleWriter();
    emptyDict(out);
    out.mark();
    int key = 0;
    for (TensorSpec spec : specs.values()) {
      out.text(spec.name());
      tensor(out, spec, key);
      key++;
    }
    return out.setItems().end();
  }

  private static void tensor(PickleWriter out, TensorSpec spec, int key) {
    boolean typed = PyTorchTypes.storage(spec.dtype()).isPresent();
    out.global("torch._utils", typed ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3").mark();
    out.mark().text("storage");
    if (typed) {
      out.global("torch", PyTorchTypes.storage(spec.dtype()).get());
    } else {
      out.global("torch.storage", "UntypedStorage");
    }
    out.text(Integer.toString(key)).text("cpu");
    out.integer(typed ? spec.elements() : spec.bytes()).tuple().persistent();
    out.integer(0);
    out.mark();
    spec.shape().forEach(out::integer);
    out.tuple().mark();
    strides(spec).forEach(out::integer);
    out.tuple().no();
    emptyDict(out); // of hooks
    if (!typed) {
      out.global("torch", PyTorchTypes.name(spec.dtype()).orElseThrow());
    }
    out.tuple().reduce();
  }

  private static void emptyDict(PickleWriter out) {
    out.global("collections", "OrderedDict").mark().tuple().reduce();
  }

  /// Of C order; sizes of 0 count as 1, as PyTorch has it.
  private static List<Long> strides(TensorSpec spec) {
    List<Long> strides = new ArrayList<>();
    long stride = 1;
    for (long size : spec.shape().reversed()) {
      strides.addFirst(stride);
      stride = Math.multiplyExact(stride, Math.max(1, size));
    }
    return strides;
  }
}
