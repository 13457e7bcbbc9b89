package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.pickle.PickleException;
import dev.stockpot.internal.pickle.PickleReader;
import dev.stockpot.internal.pickle.Pickled;
import dev.stockpot.internal.zip.ArchiveException;
import dev.stockpot.internal.zip.StoredArchive;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// PyTorch's checkpoints: a pickled dictionary and the tensors' bytes, in a zip archive or, as
/// before PyTorch 1.6, one after the other.
///
/// Nothing of a pickle is ever called or loaded: it is read as data, and a file that names anything
/// but what tensors are made of is refused.
///
/// @see <a href="https://docs.pytorch.org/docs/stable/notes/serialization.html">the format</a>
public final class PyTorch implements CheckpointFormat {
  private static final List<String> EXTENSIONS = List.of("pt", "pth", "bin", "ckpt");
  private static final byte PICKLE = (byte) 0x80;

  /// Formats are stateless.
  public PyTorch() {}

  @Override
  public String name() {
    return "pytorch";
  }

  @Override
  public List<String> extensions() {
    return EXTENSIONS;
  }

  @Override
  public boolean recognises(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    if (EXTENSIONS.stream().anyMatch(extension -> path.toString().endsWith("." + extension))) {
      return true;
    }
    try (InputFile file = new InputFile(path)) {
      byte[] head = FileKind.head(file);
      return isArchive(head) || PyTorchLegacy.isMagic(head);
    } catch (UncheckedIOException e) {
      return false; // told by whoever opens it
    }
  }

  @Override
  public Checkpoint open(Path path) {
    return open(path, OpenOptions.NONE);
  }

  @Override
  public Checkpoint open(Path path, OpenOptions options) {
    return Opening.file(
        path,
        "PyTorch",
        file -> {
          try {
            return read(path, file, options);
          } catch (PickleException e) {
            throw CheckpointException.at(path, e.offset(), e.getMessage());
          } catch (ArchiveException e) {
            throw CheckpointException.at(path, e.offset(), e.getMessage());
          }
        });
  }

  @Override
  public CheckpointWriter create(
      Path target,
      Collection<TensorSpec> tensors,
      Map<String, String> metadata,
      Durability durability) {
    return new PyTorchWriter(target, tensors, durability);
  }

  private static Checkpoint read(Path path, InputFile file, OpenOptions options) {
    byte[] head = FileKind.head(file);
    Pickled root;
    PyTorchStorage.Finder storages;
    if (isArchive(head)) {
      PyTorchArchive archive = new PyTorchArchive(path, file);
      root = archive.read();
      storages = archive;
    } else if (PyTorchLegacy.isMagic(head)) {
      PyTorchLegacy legacy = new PyTorchLegacy(path, file);
      root = legacy.read();
      storages = legacy;
    } else {
      throw foreign(path, file, head);
    }
    PyTorchDictionary dictionary = PyTorchDictionary.find(path, root, options.key());
    SequencedMap<String, PyTorchTensor> tensors = new LinkedHashMap<>();
    dictionary
        .tensors()
        .forEach((name, value) ->
            tensors.put(name, PyTorchTensor.of(path, file.size(), name, value, storages)));
    return new PyTorchCheckpoint(path, file, dictionary.key(), tensors);
  }

  /// What to say of a file that `torch.save` did not write.
  private static CheckpointException foreign(Path path, InputFile file, byte[] head) {
    if (head.length > 0 && head[0] == PICKLE) {
      // Read, so that a file that wants to run something is told apart by what that is.
      new PickleReader(file, 0, file.size(), PyTorchTypes::isKnown).read();
      return CheckpointException.of(
          path, "is a pickle, but not one of torch.save: it has no tensors' bytes");
    }
    return CheckpointException.of(path, FileKind.of(head, "PyTorch"));
  }

  private static boolean isArchive(byte[] head) {
    return head.length >= Integer.BYTES
        && ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt()
            == StoredArchive.LOCAL_SIGNATURE;
  }
}
