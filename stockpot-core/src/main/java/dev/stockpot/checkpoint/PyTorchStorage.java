package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.PyTorchTypes.ElementType;
import dev.stockpot.internal.pickle.Pickled;
import dev.stockpot.internal.pickle.Pickled.Global;
import dev.stockpot.internal.pickle.Pickled.Int;
import dev.stockpot.internal.pickle.Pickled.Items;
import dev.stockpot.internal.pickle.Pickled.Persistent;
import dev.stockpot.internal.pickle.Pickled.Text;
import java.util.List;
import java.util.Optional;

/// A run of elements outside the pickle, which tensors are views of.
///
/// @param key what it is known by in the file
/// @param type of its elements
/// @param elements how many, at least 0
/// @param skipped elements of the stored run before this one: files of the old format can hold
///   views
record PyTorchStorage(String key, ElementType type, long elements, long skipped) {

  /// Where storages lie in a file.
  @FunctionalInterface
  interface Finder {

    /// The offset of a storage's first byte in the file.
    ///
    /// @throws CheckpointException if it is not there, whole
    long begin(PyTorchStorage storage);
  }

  /// Understands a persistent id.
  static Optional<PyTorchStorage> of(Persistent persistent) {
    if (!(persistent.id() instanceof Items id)
        || id.items().size() < 5
        || !(id.items().get(0) instanceof Text(String kind))
        || !kind.equals("storage")
        || !(id.items().get(1) instanceof Global type)
        || !(id.items().get(2) instanceof Text(String key))
        || !(id.items().get(4) instanceof Int(long elements))) {
      return Optional.empty();
    }
    Optional<ElementType> elementType = PyTorchTypes.ofStorage(type);
    if (elementType.isEmpty() || elements < 0) {
      return Optional.empty();
    }
    ElementType found = elementType.get();
    if (id.items().size() > 5 && id.items().get(5) instanceof Items view) {
      return view(key, found, view.items());
    }
    return Optional.of(new PyTorchStorage(key, found, elements, 0));
  }

  private static Optional<PyTorchStorage> view(String key, ElementType type, List<Pickled> view) {
    return view.size() == 3
            && view.get(1) instanceof Int(long skipped)
            && view.get(2) instanceof Int(long elements)
            && skipped >= 0
            && elements >= 0
            && elements <= Long.MAX_VALUE - skipped
        ? Optional.of(new PyTorchStorage(key, type, elements, skipped))
        : Optional.empty();
  }

  /// The byte after the last, counted from the start of the stored run; -1 beyond 64 bits.
  long endBytes() {
    long end = elements + skipped;
    return end > Long.MAX_VALUE / type.bytes() ? -1 : end * type.bytes();
  }

  /// Bytes of the stored run before the first.
  long skippedBytes() {
    return skipped * type.bytes();
  }
}
