package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// An input of a model, stored as an array with the examples along its first axis.
final class ArrayInput implements AutoCloseable {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final StoredArray x;
  private final InputSpec input;
  private final int size;
  private final int exampleElements;

  /// @param x is closed with this
  /// @param input how stored examples become the model's input
  /// @param size number of examples, at least 1
  /// @throws EvaluationException if the array does not hold such examples
  ArrayInput(StoredArray x, InputSpec input, int size) {
    this.x = x;
    this.input = input;
    this.size = size;
    this.exampleElements = checkInputs();
  }

  /// Bytes that an example takes in a batch.
  long exampleBytes() {
    return (long) exampleElements * dtype().bytes();
  }

  /// Examples as the model takes them.
  Batch.Input batch(int[] examples, Arena arena) {
    long bytes = exampleBytes();
    MemorySegment data = arena.allocate(Math.max(1, examples.length * bytes), 64);
    ByteBuffer buffer = data.asByteBuffer().order(ByteOrder.nativeOrder());
    List<Long> shape = new ArrayList<>(x.tensor().spec().shape());
    shape.set(0, (long) examples.length);
    switch (input.layout()) {
      case AS_IS -> {
        for (int i = 0; i < examples.length; i++) {
          MemorySegment.copy(stored(examples[i]), 0, data, i * bytes, bytes);
        }
      }
      case NHWC -> convert(examples, buffer.asFloatBuffer());
      case NCHW -> {
        convert(examples, buffer.asFloatBuffer());
        shape.add(1, shape.removeLast());
      }
    }
    return new Batch.Input(dtype(), shape, buffer);
  }

  /// An example's elements as they are stored.
  MemorySegment stored(int example) {
    Tensor all = x.tensor();
    long bytes = (long) exampleElements * all.spec().dtype().bytes();
    return all.data().asSlice(Objects.checkIndex(example, size) * bytes, bytes);
  }

  @Override
  public void close() {
    x.close();
  }

  private DType dtype() {
    return input.layout() == InputSpec.Layout.AS_IS ? x.tensor().spec().dtype() : DType.F32;
  }

  /// Every step is rounded to float32, as tensor libraries do it.
  private void convert(int[] examples, FloatBuffer target) {
    int channels = Math.toIntExact(x.tensor().spec().shape().getLast());
    int places = exampleElements / channels;
    boolean channelsFirst = input.layout() == InputSpec.Layout.NCHW;
    float scale = (float) input.scale();
    float[] stored = new float[exampleElements];
    float[] converted = new float[exampleElements];
    for (int example : examples) {
      widen((long) Objects.checkIndex(example, size) * exampleElements, stored);
      for (int channel = 0; channel < channels; channel++) {
        float mean = perChannel(input.mean(), channel);
        float std = perChannel(input.std(), channel);
        int at = channelsFirst ? channel * places : channel;
        int step = channelsFirst ? 1 : channels;
        for (int i = channel; i < exampleElements; i += channels, at += step) {
          converted[at] = (stored[i] / scale - mean) / std;
        }
      }
      target.put(converted);
    }
  }

  private static float perChannel(List<Double> values, int channel) {
    return values.get(values.size() == 1 ? 0 : channel).floatValue();
  }

  private void widen(long first, float[] target) {
    MemorySegment data = x.tensor().data();
    switch (x.tensor().spec().dtype()) {
      case U8, BOOL -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, first + i));
        }
      }
      case I8 -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = data.get(ValueLayout.JAVA_BYTE, first + i);
        }
      }
      case I32 -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = data.getAtIndex(INT, first + i);
        }
      }
      case I64 -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = data.getAtIndex(LONG, first + i);
        }
      }
      case F32 -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = data.getAtIndex(FLOAT, first + i);
        }
      }
      case F64 -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = (float) data.getAtIndex(DOUBLE, first + i);
        }
      }
      case F16,
          BF16,
          F8_E4M3,
          F8_E5M2,
          I16,
          U64,
          U32,
          U16,
          C64,
          F8_E5M2FNUZ,
          F8_E4M3FNUZ,
          F8_E8M0,
          F6_E2M3,
          F6_E3M2,
          F4 ->
          throw new AssertionError("not in .npy files");
    }
  }

  /// Number of elements of one example.
  private int checkInputs() {
    List<Long> shape = x.tensor().spec().shape();
    if (shape.isEmpty() || shape.getFirst() != size) {
      throw new EvaluationException(
          x.where()
              + ": shape "
              + shape
              + ", but there are "
              + size
              + " labels; the first axis must be the examples, one per label");
    }
    long elements = x.tensor().spec().elements() / size;
    if (elements == 0) {
      throw new EvaluationException(
          x.where() + ": shape " + shape + " holds no values; an example needs at least one");
    }
    InputSpec.Layout layout = input.layout();
    if (elements * 8 > Integer.MAX_VALUE) {
      throw new EvaluationException(
          x.where()
              + ": shape "
              + shape
              + " has examples of 2^28 elements or more; make them smaller");
    }
    if (layout == InputSpec.Layout.NCHW && shape.size() != 4) {
      throw new EvaluationException(
          x.where()
              + ": shape "
              + shape
              + ", but layout nchw needs n×h×w×c as stored;"
              + " add the missing axis (x[..., None]), or choose layout nhwc or as-is");
    }
    if (layout == InputSpec.Layout.NHWC && shape.size() < 2) {
      throw new EvaluationException(
          x.where()
              + ": shape "
              + shape
              + ", but layout nhwc needs n×…×c; add an axis (x[:, None]), or choose layout as-is");
    }
    if (layout != InputSpec.Layout.AS_IS) {
      checkChannels("mean", input.mean().size(), shape);
      checkChannels("std", input.std().size(), shape);
    }
    return (int) elements;
  }

  private void checkChannels(String what, int values, List<Long> shape) {
    if (values != 1 && values != shape.getLast()) {
      throw new EvaluationException(
          x.where()
              + ": shape "
              + shape
              + " has "
              + shape.getLast()
              + " channels (the last axis), but "
              + what
              + " has "
              + values
              + " values; give 1 or "
              + shape.getLast());
    }
  }
}
