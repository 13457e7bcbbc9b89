package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Tensor;
import dev.stockpot.checkpoint.Widening;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;

/// A checkpoint's tensors as libtorch's: views of mapped memory wherever that will do. Read-only,
/// so not for training. The checkpoint stays open as long.
final class MappedWeights implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final SequencedMap<String, org.bytedeco.pytorch.Tensor> tensors = new LinkedHashMap<>();

  /// @param wanted dtype per name: the checkpoint's, or one that it widens to exactly
  MappedWeights(Checkpoint weights, Map<String, DType> wanted) {
    try (PointerScope _ = new PointerScope()) {
      wanted.forEach((name, dtype) -> {
        Tensor tensor = weights.tensor(name);
        tensors.put(
            name,
            Tensors.over(inMemory(tensor, dtype), dtype, tensor.spec().shape())
                .<org.bytedeco.pytorch.Tensor>retainReference());
      });
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /// By name, those of a network.
  Map<String, org.bytedeco.pytorch.Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void close() {
    tensors.values().forEach(org.bytedeco.pytorch.Tensor::close);
    tensors.clear();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  /// The tensor's own memory where kernels may read it; else a copy.
  private MemorySegment inMemory(Tensor tensor, DType dtype) {
    MemorySegment data = tensor.data();
    DType stored = tensor.spec().dtype();
    if (stored == dtype && data.address() % dtype.bytes() == 0 && data.isNative()) {
      return data;
    }
    MemorySegment copy = arena.allocate(tensor.spec().withDType(dtype).bytes(), 64);
    if (stored == dtype) {
      copy.copyFrom(data);
    } else {
      Widening.copy(data, stored, copy, dtype);
    }
    return copy;
  }
}
