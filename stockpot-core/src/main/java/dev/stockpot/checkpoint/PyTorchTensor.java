package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.PyTorchTypes.ElementType;
import dev.stockpot.internal.pickle.Pickled;
import dev.stockpot.internal.pickle.Pickled.Call;
import dev.stockpot.internal.pickle.Pickled.Dict;
import dev.stockpot.internal.pickle.Pickled.Global;
import dev.stockpot.internal.pickle.Pickled.Int;
import dev.stockpot.internal.pickle.Pickled.Items;
import dev.stockpot.internal.pickle.Pickled.Persistent;
import dev.stockpot.internal.text.Excerpt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A tensor of a PyTorch file, and where its bytes lie.
///
/// @param data of a tensor that has elements
record PyTorchTensor(TensorSpec spec, Optional<StridedBytes> data) {
  /// A tensor that repeats its stored elements may take this, or what the whole file takes.
  static final long MAX_REPEATED_BYTES = 64L << 20;

  private static final int MOST_WRAPPERS = 8;

  /// Whether a value is a tensor of any kind.
  static boolean isTensor(Pickled value) {
    return value instanceof Call call
        && call.function() instanceof Global function
        && PyTorchTypes.isTensor(function);
  }

  /// Understands the call that would rebuild a tensor.
  ///
  /// @param fileBytes size of the file
  /// @throws CheckpointException that names the tensor
  static PyTorchTensor of(
      Path file, long fileBytes, String name, Pickled value, PyTorchStorage.Finder storages) {
    return new Reader(file, fileBytes, name, storages).read(value);
  }

  private record Reader(Path file, long fileBytes, String name, PyTorchStorage.Finder storages) {

    PyTorchTensor read(Pickled value) {
      Rebuild rebuild = unwrapped(value);
      boolean typed = rebuild.function().equals(PyTorchTypes.TENSOR_V3);
      if (!typed
          && !rebuild.function().equals(PyTorchTypes.TENSOR_V2)
          && !rebuild.function().equals(PyTorchTypes.TENSOR)) {
        throw fault(
            "is rebuilt by '"
                + rebuild.function()
                + "'; only dense tensors with data are read."
                + " Save it dense: dequantize(), to_dense(), or materialised");
      }
      List<Pickled> arguments = rebuild.arguments();
      if (arguments.size() < (typed ? 7 : 4)) {
        throw damaged();
      }
      refuseLazy(arguments, typed ? 7 : 6);
      PyTorchStorage storage =
          arguments.get(0) instanceof Persistent persistent
              ? PyTorchStorage.of(persistent).orElseThrow(this::damaged)
              : refuse();
      ElementType type = typed ? dtype(arguments.get(6)) : storage.type();
      DType dtype =
          type.dtype()
              .orElseThrow(() ->
                  fault(
                      "has elements of type "
                          + type.name()
                          + ", which Stockpot does not read; convert it before saving"));
      List<Long> shape = sizes(arguments.get(2));
      List<Long> strides = sizes(arguments.get(3));
      if (!(arguments.get(1) instanceof Int(long offset)) || offset < 0) {
        throw damaged();
      }
      if (strides.size() != shape.size()) {
        throw fault(
            "has "
                + shape.size()
                + " dimensions, but "
                + strides.size()
                + " strides; the file is damaged");
      }
      TensorSpec spec = spec(dtype, shape);
      long begin = storages.begin(storage);
      if (spec.elements() == 0) {
        return new PyTorchTensor(spec, Optional.empty());
      }
      long stored = storage.elements() * storage.type().bytes() / dtype.bytes();
      long end = end(offset, shape, strides);
      if (end < 0 || end > stored) {
        throw fault(
            "shape "
                + Excerpt.of(shape.toString())
                + " with strides "
                + Excerpt.of(strides.toString())
                + " from element "
                + offset
                + " leaves its storage of "
                + stored
                + " elements");
      }
      if (spec.elements() > stored && spec.bytes() > Math.max(fileBytes, MAX_REPEATED_BYTES)) {
        throw fault(
            "repeats "
                + stored
                + " stored elements to "
                + spec.bytes()
                + " bytes, far beyond the file's size; save it without expand()");
      }
      return new PyTorchTensor(
          spec,
          Optional.of(
              StridedBytes.of(begin + offset * dtype.bytes(), shape, strides, dtype.bytes())));
    }

    /// A function, and what it would be called with.
    private record Rebuild(String function, List<Pickled> arguments) {}

    /// The call inside a parameter or a tensor with attributes.
    private Rebuild unwrapped(Pickled value) {
      Rebuild rebuild = rebuild(value);
      for (int i = 0; i < MOST_WRAPPERS; i++) {
        List<Pickled> arguments = rebuild.arguments();
        switch (rebuild.function()) {
          case PyTorchTypes.PARAMETER, PyTorchTypes.PARAMETER_WITH_STATE -> {
            if (arguments.isEmpty()) {
              throw damaged();
            }
            rebuild = rebuild(arguments.getFirst());
          }
          case PyTorchTypes.WITH_TYPE -> {
            if (arguments.size() < 3
                || !(arguments.get(0) instanceof Global function)
                || !(arguments.get(2) instanceof Items inner)) {
              throw damaged();
            }
            rebuild = new Rebuild(function.dotted(), inner.items());
          }
          default -> {
            return rebuild;
          }
        }
      }
      throw damaged();
    }

    private Rebuild rebuild(Pickled value) {
      if (value instanceof Call call && call.function() instanceof Global function) {
        return new Rebuild(function.dotted(), call.arguments());
      }
      throw damaged();
    }

    /// A complex tensor can be conjugated or negated when it is read; nobody saves weights so.
    private void refuseLazy(List<Pickled> arguments, int index) {
      if (arguments.size() > index
          && arguments.get(index) instanceof Dict metadata
          && !metadata.texts().isEmpty()) {
        throw fault(
            "is a view that is "
                + Excerpt.of(String.join(", ", metadata.texts().keySet()))
                + " when read; save it with resolve_conj() and resolve_neg()");
      }
    }

    private ElementType dtype(Pickled value) {
      if (value instanceof Global global) {
        return PyTorchTypes.ofDType(global).orElseThrow(this::damaged);
      }
      throw damaged();
    }

    private List<Long> sizes(Pickled value) {
      List<Pickled> items =
          switch (value) {
            case Items tuple -> tuple.items();
            // torch.Size((2, 3))
            case Call call
                when call.isTo("torch.Size")
                    && call.arguments().size() == 1
                    && call.arguments().getFirst() instanceof Items tuple ->
                tuple.items();
            default -> throw damaged();
          };
      List<Long> sizes = new ArrayList<>(items.size());
      for (Pickled item : items) {
        if (!(item instanceof Int(long size)) || size < 0) {
          throw damaged();
        }
        sizes.add(size);
      }
      return sizes;
    }

    private TensorSpec spec(DType dtype, List<Long> shape) {
      try {
        return new TensorSpec(name, dtype, shape);
      } catch (ArithmeticException e) {
        throw fault(dtype + " of shape " + Excerpt.of(shape.toString()) + " is beyond any file");
      }
    }

    /// The element after the last that is read; -1 beyond 64 bits.
    private static long end(long offset, List<Long> shape, List<Long> strides) {
      try {
        long last = offset;
        for (int i = 0; i < shape.size(); i++) {
          last = Math.addExact(last, Math.multiplyExact(shape.get(i) - 1, strides.get(i)));
        }
        return Math.addExact(last, 1);
      } catch (ArithmeticException e) {
        return -1;
      }
    }

    private PyTorchStorage refuse() {
      throw damaged();
    }

    private CheckpointException damaged() {
      return fault("is not described as PyTorch describes tensors; the file is damaged");
    }

    private CheckpointException fault(String what) {
      return CheckpointException.of(file, name, what);
    }
  }
}
