package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongArrayRef;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Tensors of libtorch over Java's memory, and their values.
final class Tensors {
  private Tensors() {}

  /// A tensor over memory, without a copy; only as long as the memory.
  ///
  /// @param data native, as many elements as the shape has
  static Tensor over(MemorySegment data, DType dtype, List<Long> shape) {
    long[] sizes = shape.stream().mapToLong(size -> size).toArray();
    ScalarType type = TorchTypes.scalarType(dtype).orElseThrow();
    return torch.from_blob(
        new Address(data), sizes, new TensorOptions().dtype(new ScalarTypeOptional(type)));
  }

  static List<Long> shape(Tensor tensor) {
    try (PointerScope _ = new PointerScope()) {
      LongArrayRef sizes = tensor.sizes();
      List<Long> shape = new ArrayList<>();
      for (long i = 0; i < sizes.size(); i++) {
        shape.add(sizes.get(i));
      }
      return List.copyOf(shape);
    }
  }

  /// A float tensor's values in C order, as float32.
  static float[] floats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    if (values.length > 0) {
      Tensor dense = tensor.detach().to(ScalarType.Float).contiguous();
      new FloatPointer(dense.data_ptr_float()).get(values);
    }
    return values;
  }

  /// The start of a segment, for libtorch.
  private static final class Address extends Pointer {
    Address(MemorySegment segment) {
      address = segment.address();
    }
  }
}
