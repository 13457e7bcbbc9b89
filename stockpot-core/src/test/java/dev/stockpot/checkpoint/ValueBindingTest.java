package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.ValueBinding.Source;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueBindingTest {
  @TempDir Path folder;

  private final List<Checkpoint> open = new ArrayList<>();

  @AfterEach
  void closeAll() {
    open.forEach(Checkpoint::close);
  }

  @Test
  void namesAndShapesComeFirst() {
    Checkpoint graph = floats("graph", Map.of("a", List.of(1L, 2L), "b", List.of(1L)), 1);
    Checkpoint base = floats("base", Map.of("a", List.of(1L, 2L), "b", List.of(1L)), 2);

    ValueBinding binding = ValueBinding.of(graph, base, _ -> false);

    assertThat(binding.sources())
        .isEqualTo(Map.of("a", new Source("a", false), "b", new Source("b", false)));
    assertThat(binding.byValue()).isEmpty();
    assertThat(binding.faults()).isEmpty();
  }

  /// Rows and columns around tiles and squares.
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 17", "17, 1", "3, 5", "32, 32", "31, 33", "64, 65", "7, 4098", "4098, 7"})
  void findsRenamedMatricesAsTheyAreAndTransposed(int rows, int columns) {
    float[] as = random(rows * columns, 1);
    float[] turned = random(rows * columns, 2);
    Checkpoint base =
        write(
            "base",
            tensor("fc.weight", as, rows, columns),
            tensor("head.weight", turned, rows, columns));
    Checkpoint graph =
        write(
            "graph",
            tensor("val_1", as, rows, columns),
            tensor("val_2", transposed(turned, rows, columns), columns, rows));

    ValueBinding binding = ValueBinding.of(graph, base, _ -> false);

    boolean matrix = rows > 1 || columns > 1;
    assertThat(binding.byValue())
        .isEqualTo(
            Map.of(
                "val_1",
                new Source("fc.weight", false),
                "val_2",
                new Source("head.weight", matrix)));
    assertThat(binding.faults()).isEmpty();
    Checkpoint bound = binding.apply(base);
    Goldens.assertSame(bound, graph);
    assertThat(bound.path()).isEqualTo(base.path());
  }

  @Test
  void aSquareMatrixThatIsTransposedUnderItsOwnNameIsFound() {
    float[] values = random(9, 5);
    Checkpoint base = write("base", tensor("w", values, 3, 3));
    Checkpoint graph = write("graph", tensor("w", transposed(values, 3, 3), 3, 3));

    assertThat(ValueBinding.of(graph, base, _ -> false).found())
        .containsExactly("w = w transposed");
  }

  @Test
  void otherWeightsComeUnderTheGraphsNames() {
    Checkpoint base = write("base", tensor("w", new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    Checkpoint graph = write("graph", tensor("v", new float[] {1, 4, 2, 5, 3, 6}, 3, 2));
    Checkpoint tuned =
        write(
            "tuned",
            tensor("w", new float[] {6, 5, 4, 3, 2, 1}, 2, 3),
            tensor("more", new float[] {7}, 1));

    Checkpoint bound = ValueBinding.of(graph, base, _ -> false).apply(tuned);

    assertThat(bound.tensors().sequencedKeySet()).containsExactly("more", "v");
    assertThat(bound.tensor("v").data().toArray(ValueLayout.JAVA_FLOAT))
        .containsExactly(6, 3, 5, 2, 4, 1);
    assertThat(bound.tensor("more").data().toArray(ValueLayout.JAVA_FLOAT)).containsExactly(7);
  }

  @Test
  void oneTensorMayFillSeveralInitializers() {
    float[] values = random(6, 3);
    Checkpoint base = write("base", tensor("embed", values, 2, 3));
    Checkpoint graph =
        write(
            "graph",
            tensor("embed", values, 2, 3),
            tensor("val_9", transposed(values, 2, 3), 3, 2));

    ValueBinding binding = ValueBinding.of(graph, base, _ -> false);

    assertThat(binding.found()).containsExactly("val_9 = embed transposed");
    Goldens.assertSame(binding.apply(base), graph);
  }

  @Test
  void aTensorThatHasNoPlaceYetGoesBeforeOneThatHas() {
    Checkpoint base =
        write("base", tensor("a", new float[] {0, 0}, 2), tensor("b", new float[] {0, 0}, 2));
    Checkpoint graph =
        write("graph", tensor("a", new float[] {0, 0}, 2), tensor("v", new float[] {0, -0f}, 2));

    assertThat(ValueBinding.of(graph, base, _ -> false).found()).containsExactly("v = b");
  }

  @Test
  void valuesInAWiderTypeAreTheSame() {
    ByteBuffer halves = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    halves.putShort((short) 0x3f80).putShort((short) 0xc000); // 1, −2
    TensorSpec spec = new TensorSpec("w", DType.BF16, List.of(2L));
    Checkpoint base = write("base", Map.of(spec, halves.array()));
    Checkpoint graph = write("graph", tensor("v", new float[] {1, -2}, 2));

    assertThat(ValueBinding.of(graph, base, _ -> false).found()).containsExactly("v = w");
  }

  @Test
  void whatCannotBeBoundIsToldWithTheReason() {
    Checkpoint base =
        write(
            "base",
            tensor("a", new float[] {1, 1}, 2),
            tensor("b", new float[] {1, 1}, 2),
            tensor("c", new float[] {2, 2}, 2),
            tensor("d", new float[] {2, 2}, 2),
            tensor("bn.weight", new float[] {5, 6}, 2));
    Checkpoint graph =
        write(
            "graph",
            tensor("v", new float[] {1, 1}, 2),
            tensor("c", new float[] {2, 2}, 2),
            tensor("folded", new float[] {5, 7}, 2),
            tensor("scale", new float[] {8}));

    ValueBinding binding = ValueBinding.of(graph, base, "scale"::equals);

    assertThat(binding.faults())
        .containsExactly(
            "initializer 'folded': no tensor has its values",
            "initializer 'v': has the values of several tensors, which cannot be told apart: a, b",
            "tensor 'a': has the values of initializer 'v', as other tensors have",
            "tensor 'b': has the values of initializer 'v', as other tensors have",
            "tensor 'bn.weight': no initializer has its values",
            "tensor 'd': has the values of c, which alone is in the graph, as 'c'");
  }

  @Test
  void integersAreNotBound() {
    TensorSpec steps = new TensorSpec("steps", DType.I64, List.of());
    TensorSpec shape = new TensorSpec("shape", DType.I64, List.of());
    Checkpoint base = write("base", Map.of(steps, new byte[8]));
    Checkpoint graph = write("graph", Map.of(shape, new byte[8]));

    ValueBinding binding = ValueBinding.of(graph, base, _ -> false);

    assertThat(binding.sources()).isEmpty();
    assertThat(binding.faults()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "4", "8"})
  void everyPartOfATransposedMatrixIsRead(int width) {
    int rows = 35;
    int columns = 33;
    byte[] source = new byte[rows * columns * width];
    new Random(width).nextBytes(source);
    byte[] expected = new byte[source.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        System.arraycopy(
            source, (j * rows + i) * width, expected, (i * columns + j) * width, width);
      }
    }
    Transposition transposition = new Transposition(rows, columns, width);
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      int offset = random.nextInt(source.length);
      byte[] found = new byte[random.nextInt(source.length - offset + 1)];
      transposition.copy(MemorySegment.ofArray(source), offset, MemorySegment.ofArray(found));
      assertThat(ByteBuffer.wrap(found)).isEqualTo(ByteBuffer.wrap(expected, offset, found.length));
    }
  }

  private Checkpoint floats(String name, Map<String, List<Long>> shapes, long seed) {
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    shapes.forEach((tensor, shape) -> {
      int elements = (int) new TensorSpec(tensor, DType.F32, shape).elements();
      tensors.putAll(
          tensor(
              tensor, random(elements, seed), shape.stream().mapToInt(Long::intValue).toArray()));
    });
    return write(name, tensors);
  }

  @SafeVarargs
  private Checkpoint write(String name, Map<TensorSpec, byte[]>... tensors) {
    Map<TensorSpec, byte[]> all = new LinkedHashMap<>();
    for (Map<TensorSpec, byte[]> each : tensors) {
      all.putAll(each);
    }
    Path path = folder.resolve(name + ".safetensors");
    try (CheckpointWriter writer =
        Checkpoints.create(path, all.keySet(), Map.of(), Durability.CACHED)) {
      all.forEach((spec, data) -> writer.write(spec.name(), 0, ByteBuffer.wrap(data)));
      writer.commit();
    }
    Checkpoint checkpoint = Checkpoints.open(path);
    open.add(checkpoint);
    return checkpoint;
  }

  private static Map<TensorSpec, byte[]> tensor(String name, float[] values, int... shape) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    List<Long> sizes = LongStream.range(0, shape.length).map(i -> shape[(int) i]).boxed().toList();
    return Map.of(new TensorSpec(name, DType.F32, sizes), data.array());
  }

  private static float[] random(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  private static float[] transposed(float[] values, int rows, int columns) {
    float[] out = new float[values.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        out[j * rows + i] = values[i * columns + j];
      }
    }
    return out;
  }
}
