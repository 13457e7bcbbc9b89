package dev.stockpot.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Named tensors in a file or folder, validated when opened; the data is read only when asked for.
///
/// Safe for use by several threads.
public interface Checkpoint extends AutoCloseable {

  /// The file or folder as the user named it.
  Path path();

  /// The files that hold it.
  default List<Path> files() {
    return List.of(path());
  }

  /// Every tensor by name, in the order in which the data lies.
  SequencedMap<String, TensorSpec> tensors();

  /// Free text that travels with the tensors.
  Map<String, String> metadata();

  /// What is worth knowing of how it was read, a sentence each, such as which of several
  /// dictionaries the tensors are from.
  default List<String> notes() {
    return List.of();
  }

  /// The folder with what belongs to the model besides its tensors, if there is one.
  default Optional<Path> companions() {
    return Optional.of(path()).filter(Files::isDirectory);
  }

  /// The same tensors for computing with. Where values are computed, as those of an adapter on its
  /// base, they come in wider types than [#tensors] says, so that whoever goes on computing rounds
  /// once, at the end. Where they are stored, it is this checkpoint.
  ///
  /// Closed with this checkpoint.
  default Checkpoint unrounded() {
    return this;
  }

  /// Reads part of a tensor: exactly `target.remaining()` bytes, little-endian, in C order. For
  /// data that streams.
  ///
  /// @param name of the tensor
  /// @param offset in bytes from the start of the tensor
  /// @param target is filled; a direct buffer avoids a copy
  /// @throws IllegalArgumentException if there is no such tensor or the range leaves it
  /// @throws CheckpointException if the file has become shorter since it was opened
  void read(String name, long offset, ByteBuffer target);

  /// A tensor as a view of mapped memory. For data that is handed on whole.
  ///
  /// @throws IllegalArgumentException if there is no such tensor
  /// @throws CheckpointException if the file has become shorter since it was opened
  Tensor tensor(String name);

  /// Releases files and mappings; tensors of this checkpoint must not be used afterwards. A second
  /// time does nothing.
  @Override
  void close();
}
