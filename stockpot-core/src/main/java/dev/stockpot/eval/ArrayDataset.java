package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A set of examples in `.npy` files: inputs mapped, labels in memory.
final class ArrayDataset implements Dataset {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final InputSpec input;
  private final Npy x;
  private final int[] labels;
  private final int exampleElements;

  private ArrayDataset(String name, InputSpec input, Npy x, int[] labels) {
    this.name = name;
    this.input = input;
    this.x = x;
    this.labels = labels;
    this.exampleElements = checkInputs();
  }

  /// Opens the files of a set.
  ///
  /// @param input how stored examples become batches
  /// @throws EvaluationException naming the set and the file that cannot be used
  static ArrayDataset open(String name, Path xPath, Path yPath, InputSpec input) {
    try {
      Npy x = Npy.open(xPath);
      try {
        return new ArrayDataset(name, input, x, readLabels(yPath));
      } catch (RuntimeException | Error e) {
        x.close();
        throw e;
      }
    } catch (EvaluationException e) {
      throw new EvaluationException("set '" + name + "': " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public Targets targets() {
    return new Targets.Classes(labels);
  }

  @Override
  public long exampleBytes() {
    return (long) exampleElements * dtype().bytes();
  }

  @Override
  public Batch batch(int[] examples, Arena arena) {
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
    return new Batch(new Batch.Input(dtype(), shape, buffer));
  }

  @Override
  public void digest(int example, MessageDigest digest) {
    digest.update(stored(example).asByteBuffer());
  }

  @Override
  public void close() {
    x.close();
  }

  /// An example's elements as they are stored.
  private MemorySegment stored(int example) {
    Tensor all = x.tensor();
    long bytes = (long) exampleElements * all.spec().dtype().bytes();
    return all.data().asSlice(Objects.checkIndex(example, labels.length) * bytes, bytes);
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
      widen((long) Objects.checkIndex(example, labels.length) * exampleElements, stored);
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
    if (shape.isEmpty() || shape.getFirst() != labels.length) {
      throw new EvaluationException(
          x.path()
              + ": shape "
              + shape
              + ", but there are "
              + labels.length
              + " labels; the first axis must be the examples, one per label");
    }
    long elements = x.tensor().spec().elements() / labels.length;
    if (elements == 0) {
      throw new EvaluationException(
          x.path() + ": shape " + shape + " holds no values; an example needs at least one");
    }
    InputSpec.Layout layout = input.layout();
    if (elements * 8 > Integer.MAX_VALUE) {
      throw new EvaluationException(
          x.path()
              + ": shape "
              + shape
              + " has examples of 2^28 elements or more; make them smaller");
    }
    if (layout == InputSpec.Layout.NCHW && shape.size() != 4) {
      throw new EvaluationException(
          x.path()
              + ": shape "
              + shape
              + ", but layout nchw needs n×h×w×c as stored;"
              + " add the missing axis (x[..., None]), or choose layout nhwc or as-is");
    }
    if (layout == InputSpec.Layout.NHWC && shape.size() < 2) {
      throw new EvaluationException(
          x.path()
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
          x.path()
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

  private static int[] readLabels(Path path) {
    try (Npy y = Npy.open(path)) {
      List<Long> shape = y.tensor().spec().shape();
      boolean flat = shape.size() == 1 || (shape.size() == 2 && shape.getLast() == 1);
      if (!flat || shape.getFirst() < 1 || shape.getFirst() > Integer.MAX_VALUE) {
        throw new EvaluationException(
            path + ": shape " + shape + " instead of [n] labels, n from 1 to 2147483647");
      }
      int[] labels = new int[Math.toIntExact(shape.getFirst())];
      for (int i = 0; i < labels.length; i++) {
        long label = label(y, i);
        if (label < 0 || label > Integer.MAX_VALUE) {
          throw new EvaluationException(
              path
                  + ": example "
                  + i
                  + " has the label "
                  + label
                  + "; labels are classes, counted from 0");
        }
        labels[i] = (int) label;
      }
      return labels;
    }
  }

  private static long label(Npy y, int i) {
    MemorySegment data = y.tensor().data();
    DType dtype = y.tensor().spec().dtype();
    return switch (dtype) {
      case U8 -> Byte.toUnsignedLong(data.get(ValueLayout.JAVA_BYTE, i));
      case I8 -> data.get(ValueLayout.JAVA_BYTE, i);
      case I32 -> data.getAtIndex(INT, i);
      case I64 -> data.getAtIndex(LONG, i);
      case F64,
          F32,
          BOOL,
          F16,
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
          throw new EvaluationException(
              y.path()
                  + ": labels of type "
                  + dtype
                  + " instead of integers; save them with y.astype('int64')");
    };
  }
}
