package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.InputSpec.Layout;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatasetTest {
  private static final InputSpec PLAIN = new InputSpec(Layout.NHWC, 1, List.of(0.0), List.of(1.0));

  @TempDir Path folder;

  @Test
  void normalisesInFloat32PerChannel() {
    Path x = folder.resolve("x.npy");
    byte[] pixels = {0, 1, 100, (byte) 200, (byte) 254, (byte) 255};
    Npy.write(x, DType.U8, List.of(1L, 1L, 2L, 3L), MemorySegment.ofArray(pixels));
    List<Double> mean = List.of(.4914, .4822, .4465);
    List<Double> std = List.of(.2470, .2435, .2616);
    // As float32 tensors give it.
    int[] bits = {0xbffea713, 0xbffb6a55, 0xbe54b825, 0x3f97cb19, 0x40071088, 0x400769b1};
    try (Dataset set = open(x, new InputSpec(Layout.NHWC, 255, mean, std), 0)) {
      assertThat(batch(set, 0, 1).shape()).containsExactly(1L, 1L, 2L, 3L);
      assertThat(bits(batch(set, 0, 1))).containsExactly(bits);
    }
    try (Dataset set = open(x, new InputSpec(Layout.NCHW, 255, mean, std), 0)) {
      assertThat(batch(set, 0, 1).shape()).containsExactly(1L, 3L, 1L, 2L);
      assertThat(bits(batch(set, 0, 1)))
          .containsExactly(bits[0], bits[3], bits[1], bits[4], bits[2], bits[5]);
    }
  }

  @Test
  void readsRealImages() {
    InputSpec input = new InputSpec(Layout.NCHW, 16, List.of(0.0), List.of(1.0));
    SetSpec.Source.Arrays source =
        new SetSpec.Source.Arrays(
            TestArrays.numpy("select-x-40.npy"),
            TestArrays.labels(folder.resolve("y.npy"), new long[40]));
    try (Dataset set = Datasets.open(new SetSpec("select", Role.SELECT, source), input)) {
      assertThat(set.size()).isEqualTo(40);
      assertThat(set.exampleBytes()).isEqualTo(256);
      Batch.Input batch = batch(set, 3, 4);
      assertThat(batch.shape()).containsExactly(1L, 1L, 8L, 8L);
      assertThat(batch.dtype()).isEqualTo(DType.F32);
      assertThat(batch.data().isDirect()).isTrue();
      assertThat(batch.data().order()).isEqualTo(ByteOrder.nativeOrder());
      float[] row = new float[8];
      batch.data().asFloatBuffer().get(row);
      assertThat(row).containsExactly(1 / 16f, 4 / 16f, 12 / 16f, 13 / 16f, 1, 1, 10 / 16f, 0);
      double sum = 0;
      for (int value : bits(batch(set, 0, 40))) {
        sum += Float.intBitsToFloat(value);
      }
      assertThat(sum * 16).isEqualTo(14372);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"U8", "I8", "BOOL", "I32", "I64", "F32", "F64"})
  void widensEveryDType(DType dtype) {
    float[] expected = dtype == DType.BOOL ? new float[] {1, 0, 1} : new float[] {1, 0, 127};
    if (dtype != DType.U8 && dtype != DType.BOOL) {
      expected[1] = -3;
    }
    Path x = folder.resolve("x.npy");
    Npy.write(x, dtype, List.of(3L, 1L), encode(dtype, expected));
    try (Dataset set = open(x, PLAIN, 0, 0, 0)) {
      Batch.Input batch = batch(set, 0, 3);
      float[] found = new float[3];
      batch.data().asFloatBuffer().get(found);
      assertThat(found).containsExactly(expected);
    }
  }

  @Test
  void asIsKeepsTypeShapeAndBytes() {
    Path x = folder.resolve("x.npy");
    long[] ids = {1, -2, 3, 1L << 40, 5, 6};
    Npy.write(x, DType.I64, List.of(3L, 2L), MemorySegment.ofArray(ids));
    try (Dataset set = open(x, InputSpec.AS_IS, 0, 0, 0)) {
      Batch.Input batch = batch(set, 1, 3);
      assertThat(batch.dtype()).isEqualTo(DType.I64);
      assertThat(batch.shape()).containsExactly(2L, 2L);
      long[] found = new long[4];
      batch.data().asLongBuffer().get(found);
      assertThat(found).containsExactly(3, 1L << 40, 5, 6);
    }
  }

  @Test
  void batchesHoldExamplesInTheOrderAskedFor() {
    Path x = TestArrays.floats(folder.resolve("x.npy"), List.of(3L, 1L), 1, 2, 3);
    for (InputSpec input : List.of(PLAIN, InputSpec.AS_IS)) {
      try (Dataset set = open(x, input, 0, 0, 0)) {
        Batch batch = set.batch(new int[] {2, 0, 2}, Arena.ofAuto());
        assertThat(batch.size()).isEqualTo(3);
        float[] found = new float[3];
        batch.input("x").data().asFloatBuffer().get(found);
        assertThat(found).containsExactly(3, 1, 3);
        assertThatThrownBy(() -> batch(set, 2, 4)).isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  @Test
  void equalExamplesHaveEqualDigests() throws Exception {
    Path x = TestArrays.floats(folder.resolve("x.npy"), List.of(3L, 2L), 1, 2, 1, 3, 1, 2);
    try (Dataset set = open(x, PLAIN, 0, 1, 0)) {
      List<String> digests = new ArrayList<>();
      for (int example = 0; example < 3; example++) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        set.digest(example, digest);
        digests.add(HexFormat.of().formatHex(digest.digest()));
      }
      assertThat(digests.get(2)).isEqualTo(digests.get(0)).isNotEqualTo(digests.get(1));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"U8", "I8", "I32", "I64"})
  void readsLabelsOfEveryIntegerType(DType dtype) {
    Path x = TestArrays.floats(folder.resolve("x.npy"), List.of(2L, 1L), 1, 2);
    Path y = folder.resolve("y.npy");
    Npy.write(y, dtype, List.of(2L, 1L), encode(dtype, 0, 100));
    SetSpec spec = new SetSpec("test", Role.ID, new SetSpec.Source.Arrays(x, y));
    try (Dataset set = Datasets.open(spec, PLAIN)) {
      assertThat(((Targets.Classes) set.targets()).labels()).containsExactly(0, 100);
    }
  }

  @Test
  void floatsAreValues() {
    Path x = TestArrays.floats(folder.resolve("x.npy"), List.of(2L, 1L), 1, 2);
    Path y = TestArrays.floats(folder.resolve("y.npy"), List.of(2L), 2.5f, -1);
    SetSpec spec = new SetSpec("test", Role.ID, new SetSpec.Source.Arrays(x, y));
    try (Dataset set = Datasets.open(spec, PLAIN)) {
      assertThat(((Targets.Values) set.targets()).values()).containsExactly(2.5, -1);
    }
  }

  @Test
  void severalInputsAreHandedOnByName() {
    SequencedMap<String, Path> inputs = new LinkedHashMap<>();
    inputs.put("ids", TestArrays.labels(folder.resolve("ids.npy"), 5, 6, 7));
    inputs.put(
        "mask", TestArrays.floats(folder.resolve("mask.npy"), List.of(3L, 2L), 1, 0, 1, 1, 0, 0));
    SetSpec.Source.Arrays source = new SetSpec.Source.Arrays(inputs, Optional.empty());
    SetSpec spec = new SetSpec("test", Role.ID, source);
    try (Dataset set = Datasets.open(spec, InputSpec.AS_IS)) {
      assertThat(set.targets()).isEqualTo(new Targets.Tokens(3));
      assertThat(set.exampleBytes()).isEqualTo(16);
      Batch batch = set.batch(new int[] {2, 0}, Arena.ofAuto());
      assertThat(batch.input("ids").dtype()).isEqualTo(DType.I64);
      assertThat(batch.input("ids").data().asLongBuffer().get(0)).isEqualTo(7);
      assertThat(batch.input("mask").shape()).containsExactly(2L, 2L);
      assertThat(batch.input("mask").data().asFloatBuffer().get(2)).isEqualTo(1);
    }
    assertThatThrownBy(() -> Datasets.open(spec, PLAIN))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'test': has the inputs ids, mask, and several are handed on as they are; leave"
                + " out 'input'");
  }

  @Test
  void namesTheSetAndTheMissingFile() {
    Path x = TestArrays.floats(folder.resolve("x.npy"), List.of(1L, 1L), 1);
    Path missing = folder.resolve("no.npy");
    String what = ": there is no such file; put it there, or correct the path";
    assertFault(missing, TestArrays.labels(folder.resolve("y.npy"), 0), PLAIN, missing + what);
    assertFault(x, missing, PLAIN, missing + what);
  }

  @Test
  void refusesLabelsThatAreNone() {
    Path x = TestArrays.floats(folder.resolve("x.npy"), List.of(2L, 1L), 1, 2);
    Path y = folder.resolve("y.npy");
    assertFault(
        x,
        TestArrays.labels(y, 0, -1),
        PLAIN,
        y + ": example 1 has the label -1; labels are classes, counted from 0");
    assertFault(
        x,
        TestArrays.labels(y, 1L << 31, 0),
        PLAIN,
        y + ": example 0 has the label 2147483648; labels are classes, counted from 0");
    Npy.write(y, DType.BOOL, List.of(2L), MemorySegment.ofArray(new byte[2]));
    assertFault(
        x,
        y,
        PLAIN,
        y + ": labels of type BOOL instead of integers; save them with y.astype('int64')");
    assertFault(
        x,
        TestArrays.floats(y, List.of(2L), 0, Float.NaN),
        PLAIN,
        y + ": example 1 has the target NaN; correct it");
    Npy.write(y, DType.U8, List.of(1L, 2L), MemorySegment.ofArray(new byte[2]));
    assertFault(x, y, PLAIN, y + ": shape [1, 2] instead of [n] labels, n from 1 to 2147483647");
    Npy.write(y, DType.U8, List.of(0L), MemorySegment.ofArray(new byte[0]));
    assertFault(x, y, PLAIN, y + ": shape [0] instead of [n] labels, n from 1 to 2147483647");
  }

  @Test
  void refusesInputsThatDoNotFit() {
    Path y = TestArrays.labels(folder.resolve("y.npy"), 0, 1);
    Path x = folder.resolve("x.npy");
    assertFault(
        TestArrays.floats(x, List.of(3L), 1, 2, 3),
        y,
        PLAIN,
        x
            + ": shape [3], but there are 2 labels; the first axis must be the examples, one per"
            + " label");
    assertFault(
        TestArrays.floats(x, List.of(), 1),
        y,
        PLAIN,
        x
            + ": shape [], but there are 2 labels; the first axis must be the examples, one per"
            + " label");
    assertFault(
        TestArrays.floats(x, List.of(2L, 0L)),
        y,
        PLAIN,
        x + ": shape [2, 0] holds no values; an example needs at least one");
    assertFault(
        TestArrays.floats(x, List.of(2L), 1, 2),
        y,
        PLAIN,
        x
            + ": shape [2], but layout nhwc needs n×…×c; add an axis (x[:, None]), or choose layout"
            + " as-is");
    assertFault(
        TestArrays.floats(x, List.of(2L, 1L, 1L), 1, 2),
        y,
        new InputSpec(Layout.NCHW, 1, List.of(0.0), List.of(1.0)),
        x
            + ": shape [2, 1, 1], but layout nchw needs n×h×w×c as stored; add the missing axis"
            + " (x[..., None]), or choose layout nhwc or as-is");
  }

  @Test
  void refusesExamplesBeyondABuffer() throws IOException {
    Path y = TestArrays.labels(folder.resolve("y.npy"), 0);
    Path x = folder.resolve("x.npy");
    String dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 268435456)}";
    TestArrays.header(x, dictionary, 0);
    try (RandomAccessFile sparse = new RandomAccessFile(x.toFile(), "rw")) {
      sparse.setLength(sparse.length() + (1 << 28));
    }
    assertFault(
        x,
        y,
        PLAIN,
        x + ": shape [1, 268435456] has examples of 2^28 elements or more; make them smaller");
  }

  @Test
  void refusesConstantsThatAreNotPerChannel() {
    Path y = TestArrays.labels(folder.resolve("y.npy"), 0);
    Path x = TestArrays.floats(folder.resolve("x.npy"), List.of(1L, 1L, 1L, 2L), 1, 2);
    String shape = x + ": shape [1, 1, 1, 2] has 2 channels (the last axis), but ";
    assertFault(
        x,
        y,
        new InputSpec(Layout.NCHW, 1, List.of(0.0, 0.0, 0.0), List.of(1.0)),
        shape + "mean has 3 values; give 1 or 2");
    assertFault(
        x,
        y,
        new InputSpec(Layout.NHWC, 1, List.of(0.0, 0.0), List.of(1.0, 1.0, 1.0)),
        shape + "std has 3 values; give 1 or 2");
  }

  @Test
  void refusesASetOfText() {
    SetSpec spec = new SetSpec("test", Role.ID, new SetSpec.Source.Text("imagenet"));
    assertThatThrownBy(() -> Datasets.open(spec, PLAIN))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'test': is the string 'imagenet', which only a command understands; a network"
                + " needs arrays: {x: inputs.npy, y: labels.npy}");
  }

  private Dataset open(Path x, InputSpec input, long... labels) {
    Path y = TestArrays.labels(folder.resolve("y.npy"), labels);
    return Datasets.open(new SetSpec("test", Role.ID, new SetSpec.Source.Arrays(x, y)), input);
  }

  private static void assertFault(Path x, Path y, InputSpec input, String what) {
    SetSpec spec = new SetSpec("test", Role.ID, new SetSpec.Source.Arrays(x, y));
    assertThatThrownBy(() -> Datasets.open(spec, input))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("set 'test': " + what);
  }

  private static Batch.Input batch(Dataset set, int from, int to) {
    Batch batch = set.batch(IntStream.range(from, to).toArray(), Arena.ofAuto());
    assertThat(batch.size()).isEqualTo(to - from);
    return batch.input("x");
  }

  private static int[] bits(Batch.Input batch) {
    int[] bits = new int[batch.data().remaining() / 4];
    batch.data().asIntBuffer().get(bits);
    return bits;
  }

  private static MemorySegment encode(DType dtype, float... values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (dtype) {
        case U8, I8, BOOL -> data.put((byte) value);
        case I32 -> data.putInt((int) value);
        case I64 -> data.putLong((long) value);
        case F32 -> data.putFloat(value);
        default -> data.putDouble(value);
      }
    }
    return MemorySegment.ofBuffer(data.flip());
  }
}
