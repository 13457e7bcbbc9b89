package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Safetensors;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Golden values are NumPy 2.4.6's and SciPy 1.17.1's (`log_softmax`), of the formulas that are
/// here.
@SuppressWarnings("FloatingPointLiteralPrecision") // As NumPy prints them.
class HeadsTest {
  private static final int[] IDS = {3, 0, 6, 2, 5, 1, 4, 4, 0, 0};

  @TempDir private Path folder;

  @Test
  void nextTokenLossesAreSummedOverWhatIsNoPadding() {
    assertRows(
        mask(1, 1, 1, 1, 1, /**/ 1, 1, 1, 0, 0), 17.508792354813913, 4, 4.600914894464399, 2);
    assertRows(mask(0, 0, 1, 1, 1, /**/ 1, 1, 1, 1, 0), 8.820992384518444, 2, 7.508264225247425, 3);
    assertRows(new LinkedHashMap<>(), 17.508792354813913, 4, 8.207743121126873, 4);
    Predictions padded = rows(mask(1, 1, 1, 1, 1, /**/ 1, 1, 1, 0, 0));
    Targets tokens = new Targets.Tokens(2);
    assertThat(new TokenLoss().of(padded, tokens)).isCloseTo(3.684951208213052, within(1e-6));
    assertThat(new Perplexity().of(padded, tokens)).isCloseTo(39.84317838256355, within(1e-5));
    assertThat(new TokenLoss().of(rows(mask(new long[10])), tokens)).isNaN();
  }

  @Test
  void nextTokenTakesNarrowIdsUnderNoNameToo() {
    ByteBuffer data = ByteBuffer.allocateDirect(40).order(ByteOrder.nativeOrder());
    data.asIntBuffer().put(IDS);
    Batch batch = new Batch(new Batch.Input(DType.I32, List.of(2L, 5L), data));
    assertThat(TestArrays.values(new NextToken().of(output(), batch)))
        .containsExactly(TestArrays.values(rows(new LinkedHashMap<>())));
  }

  @Test
  void nextTokenNamesWhatDoesNotFit() {
    SequencedMap<String, Batch.Input> ids = new LinkedHashMap<>();
    ids.put("input_ids", longs(2, 3, 1, 4, 7, 1, 2, 1, 0));
    Output small = new Output(List.of(2L, 4L, 7L), MemorySegment.ofArray(new float[56]));
    assertThatThrownBy(() -> new NextToken().of(small, new Batch(2, ids)))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "an example has the token 7, but the model has a vocabulary of 7; use the model's own"
                + " tokenizer");
    assertThatThrownBy(() -> new NextToken().of(output(), new Batch(2, ids)))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "the model gave [2, 5, 7] for input_ids of shape [2, 4]; a language model's output is"
                + " [examples, tokens, vocabulary]");
    SequencedMap<String, Batch.Input> floats = new LinkedHashMap<>();
    floats.put(
        "input_ids", new Batch.Input(DType.F32, List.of(2L, 5L), ByteBuffer.allocateDirect(40)));
    assertThatThrownBy(() -> new NextToken().of(output(), new Batch(2, floats)))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("the set's tokens are F32; they need to be I64 or I32");
  }

  @Test
  void zeroShotIsTheCosineWithTheMeanOfPrompts() {
    Path file = vectors("text", List.of(4L, 2L, 3L));
    Head head = ZeroShot.open(new ClassVectors(file, Optional.of("text"), 100));
    Predictions logits = head.of(features(3), ofSize(2));
    assertThat(logits.width()).isEqualTo(4);
    assertThat(TestArrays.values(logits))
        .containsExactly(
            new float[] {
              42.55049955220122f, 94.41014546883099f, -70.78485810803599f, 35.341136205439604f,
              -89.67938906661404f, -19.34729185968031f, -36.67432313382315f, -95.02165448005474f
            },
            within(1e-5f));
  }

  @Test
  void zeroShotTakesOneVectorPerClass() {
    // The first prompts of the same: every second row.
    Path file = vectors("only", List.of(4L, 3L));
    Head head = ZeroShot.open(new ClassVectors(file, Optional.empty(), 10));
    assertThat(TestArrays.values(head.of(features(3), ofSize(2))))
        .containsExactly(
            new float[] {
              6.358503162607532f, 0.9998000599800065f, 0.12584840370807063f, 6.166571781695455f,
              -3.967800427596649f, 3.753738703544599f, -9.698612260388881f, -5.222329678670936f
            },
            within(1e-6f));
    Output zeros = new Output(List.of(1L, 3L), MemorySegment.ofArray(new float[3]));
    assertThat(TestArrays.values(head.of(zeros, ofSize(1)))).containsExactly(0, 0, 0, 0);
  }

  @Test
  void zeroShotNamesWhatDoesNotFit() {
    Path file = vectors("text", List.of(4L, 2L, 3L));
    Head head = ZeroShot.open(new ClassVectors(file, Optional.of("text"), 100));
    assertThatThrownBy(() -> head.of(features(2), ofSize(3)))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "the model gives 2 features, but the class vectors in "
                + file
                + " have 3; they belong to another model, or another output of the graph is meant"
                + " (evaluator: output)");
    assertThatThrownBy(() -> ZeroShot.open(new ClassVectors(file, Optional.of("image"), 100)))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(file + ": no tensor 'image', which should hold the class vectors");
    Path flat = vectors("flat", List.of(12L));
    assertThatThrownBy(() -> ZeroShot.open(new ClassVectors(flat, Optional.empty(), 100)))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            flat
                + ": tensor 'flat' is F32 [12]; class vectors are floats, [classes, features] or"
                + " [classes, prompts, features]");
    Path two = folder.resolve("two.safetensors");
    TensorSpec one = new TensorSpec("a", DType.F32, List.of(1L, 1L));
    write(two, List.of(one, new TensorSpec("b", DType.F32, List.of(1L, 1L))), new float[1]);
    assertThatThrownBy(() -> ZeroShot.open(new ClassVectors(two, Optional.empty(), 100)))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            two
                + ": has 2 tensors; say under 'head' which one holds the class vectors (tensor:"
                + " NAME)");
  }

  private static void assertRows(SequencedMap<String, Batch.Input> mask, double... expected) {
    float[] rows = TestArrays.values(rows(mask));
    for (int i = 0; i < 4; i++) {
      assertThat((double) rows[i]).isCloseTo(expected[i], within(1e-6));
    }
  }

  private static Predictions rows(SequencedMap<String, Batch.Input> mask) {
    SequencedMap<String, Batch.Input> inputs = new LinkedHashMap<>(mask);
    long[] ids = new long[IDS.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = IDS[i];
    }
    inputs.put("input_ids", longs(2, ids));
    return new NextToken().of(output(), new Batch(2, inputs));
  }

  private static Output output() {
    float[] values = new float[2 * 5 * 7];
    int at = 0;
    for (int i = 0; i < 2; i++) {
      for (int t = 0; t < 5; t++) {
        for (int v = 0; v < 7; v++) {
          values[at++] = ((i * 31 + t * 17 + v * 53 + i * t * v * 7) % 101 - 50) / 16f;
        }
      }
    }
    return new Output(List.of(2L, 5L, 7L), MemorySegment.ofArray(values));
  }

  private static SequencedMap<String, Batch.Input> mask(long... values) {
    return new LinkedHashMap<>(Map.of("attention_mask", longs(2, values)));
  }

  private static Batch.Input longs(int examples, long... values) {
    ByteBuffer data = ByteBuffer.allocateDirect(8 * values.length).order(ByteOrder.nativeOrder());
    data.asLongBuffer().put(values);
    return new Batch.Input(
        DType.I64, List.of((long) examples, (long) values.length / examples), data);
  }

  private static Output features(int width) {
    float[] values = new float[6];
    for (int i = 0; i < 6; i++) {
      values[i] = ((i / width * 29 + i % width * 11) % 17 - 8) / 4f;
    }
    return new Output(List.of(6L / width, (long) width), MemorySegment.ofArray(values));
  }

  private static Batch ofSize(int size) {
    return new Batch(
        new Batch.Input(DType.F32, List.of((long) size), ByteBuffer.allocateDirect(4 * size)));
  }

  /// Class vectors of 4 classes, 2 prompts and 3 features, or of the first prompts only.
  private Path vectors(String name, List<Long> shape) {
    List<Float> values = new ArrayList<>();
    for (int c = 0; c < 4; c++) {
      for (int p = 0; p < (shape.size() == 3 ? 2 : 1); p++) {
        for (int j = 0; j < 3; j++) {
          values.add(((c * 13 + p * 7 + j * 5) % 19 - 9) / 4f);
        }
      }
    }
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    Path file = folder.resolve(name + ".safetensors");
    write(file, List.of(new TensorSpec(name, DType.F32, shape)), floats);
    return file;
  }

  private static void write(Path file, List<TensorSpec> specs, float[] values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    try (CheckpointWriter writer =
        new Safetensors().create(file, specs, Map.of(), Durability.CACHED)) {
      specs.forEach(spec -> writer.write(spec.name(), 0, data.duplicate()));
      writer.commit();
    }
  }
}
