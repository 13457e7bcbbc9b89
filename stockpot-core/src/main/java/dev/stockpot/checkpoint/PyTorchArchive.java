package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.pickle.PickleReader;
import dev.stockpot.internal.pickle.Pickled;
import dev.stockpot.internal.text.Excerpt;
import dev.stockpot.internal.zip.StoredArchive;
import dev.stockpot.internal.zip.StoredArchive.Extent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// The zip archive that `torch.save` writes since PyTorch 1.6: a folder with the pickle `data.pkl`,
/// each storage as `data/KEY`, and the byte order.
final class PyTorchArchive implements PyTorchStorage.Finder {
  static final String PICKLE = "data.pkl";
  static final String BYTE_ORDER = "byteorder";
  static final String STORAGE = "data/";

  private static final String PROGRAM = "constants.pkl";
  private static final String LITTLE = "little";

  private final Path path;
  private final InputFile file;
  private final StoredArchive archive;
  private final String folder;

  /// @throws CheckpointException if the archive is not one that `torch.save` writes
  PyTorchArchive(Path path, InputFile file) {
    this.path = path;
    this.file = file;
    this.archive = new StoredArchive(file);
    this.folder =
        archive.names().isEmpty()
            ? ""
            : archive.names().getFirst().substring(0, archive.names().getFirst().indexOf('/') + 1);
    if (archive.names().contains(folder + PROGRAM)) {
      throw CheckpointException.of(
          path,
          "is a TorchScript program, not a checkpoint;"
              + " save its weights: torch.save(torch.jit.load(path).state_dict(), other)");
    }
    archive.find(folder + BYTE_ORDER).ifPresent(this::checkByteOrder);
  }

  /// The pickle's value.
  Pickled read() {
    Extent pickle =
        archive
            .find(folder + PICKLE)
            .orElseThrow(() ->
                CheckpointException.of(
                    path, "is a zip archive, but not one of torch.save: it has no " + PICKLE));
    long end = pickle.begin() + pickle.bytes();
    return new PickleReader(file, pickle.begin(), end, PyTorchTypes::isKnown).read();
  }

  @Override
  public long begin(PyTorchStorage storage) {
    String name = folder + STORAGE + storage.key();
    Optional<Extent> found = archive.find(name);
    if (found.isEmpty()) {
      throw CheckpointException.of(path, "has no entry '" + Excerpt.of(name) + "', which it needs");
    }
    Extent extent = found.get();
    if (storage.endBytes() < 0 || storage.endBytes() > extent.bytes()) {
      throw CheckpointException.at(
          path,
          extent.begin(),
          "entry '"
              + Excerpt.of(name)
              + "' has "
              + extent.bytes()
              + " bytes, too few for "
              + storage.elements()
              + " elements of type "
              + storage.type().name());
    }
    return extent.begin() + storage.skippedBytes();
  }

  private void checkByteOrder(Extent entry) {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(entry.bytes(), LITTLE.length()));
    file.read(entry.begin(), bytes);
    String order = new String(bytes.array(), StandardCharsets.ISO_8859_1);
    if (!order.equals(LITTLE) || entry.bytes() != LITTLE.length()) {
      throw CheckpointException.at(
          path,
          entry.begin(),
          "has the byte order '"
              + Excerpt.of(order)
              + "'; only little is read, so load and save it on a little-endian machine");
    }
  }
}
