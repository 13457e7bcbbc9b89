package dev.stockpot.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.LinearGrams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// What linear layers see, against forward passes in plain double arithmetic and in PyTorch itself.
@Isolated
class LibtorchGramsTest {
  private static final Path PYTORCH =
      Path.of("src/test/resources/dev/stockpot/libtorch/grams").toAbsolutePath();

  @TempDir private Path folder;

  @Test
  void layersOfAnMlpSeeTheDataAndWhatReluLeaves() {
    EvaluatorSpec.Network network =
        network("{\"network\": \"mlp\", \"inputs\": 3, \"hidden\": [5], \"classes\": 2}");
    SequencedMap<String, double[][]> weights = new LinkedHashMap<>();
    weights.put("layers.0.weight", random(1, 5, 3));
    weights.put("layers.0.bias", random(2, 1, 5));
    weights.put("head.weight", random(3, 2, 5));
    weights.put("head.bias", random(4, 1, 2));
    double[][] x = random(5, 7, 3);
    double[][] hidden =
        relu(linear(x, weights.get("layers.0.weight"), weights.get("layers.0.bias")[0]));

    SequencedMap<String, double[]> grams =
        grams(
            network,
            weights,
            batch(Arrays.copyOfRange(x, 0, 4), 4L, 3L),
            batch(Arrays.copyOfRange(x, 4, 7), 3L, 3L));

    assertThat(grams.keySet()).containsExactly("layers.0.weight", "head.weight");
    assertThat(grams.get("layers.0.weight")).containsExactly(gram(x), within(1e-12));
    assertThat(grams.get("head.weight")).containsExactly(gram(hidden), within(1e-5));
  }

  @Test
  void theHeadOfACnnSeesMeansAndConvolutionsAreLeftOut() {
    EvaluatorSpec.Network network =
        network("{\"network\": \"cnn\", \"inputs\": 1, \"channels\": [2], \"classes\": 2}");
    double[][] twiceAndNegative = new double[2][9];
    twiceAndNegative[0][4] = 2;
    twiceAndNegative[1][4] = -1;
    SequencedMap<String, double[][]> weights = new LinkedHashMap<>();
    weights.put("blocks.0.conv.weight", twiceAndNegative);
    weights.put("blocks.0.conv.bias", new double[1][2]);
    weights.put("head.weight", random(3, 2, 2));
    weights.put("head.bias", random(4, 1, 2));
    Map<String, List<Long>> shapes = Map.of("blocks.0.conv.weight", List.of(2L, 1L, 3L, 3L));
    double[][] x = random(5, 6, 16);
    double[][] means = new double[6][];
    for (int i = 0; i < x.length; i++) {
      means[i] =
          new double[] {
            Arrays.stream(x[i]).map(v -> Math.max(0, 2 * v)).average().orElseThrow(),
            Arrays.stream(x[i]).map(v -> Math.max(0, -v)).average().orElseThrow()
          };
    }

    SequencedMap<String, double[]> grams =
        grams(network, weights, shapes, batch(x, 6L, 1L, 4L, 4L));

    assertThat(grams.keySet()).containsExactly("head.weight");
    assertThat(grams.get("head.weight")).containsExactly(gram(means), within(1e-5));
  }

  /// Attention that gives the same everywhere: its values are their bias.
  @Test
  void layersOfATextNetworkSeeAllPlacesAndItsEmbeddingIsNone() {
    EvaluatorSpec.Network network =
        network(
            "{\"network\": \"text\", \"vocabulary\": 7, \"length\": 3, \"width\": 4, \"depth\": 1,"
                + " \"heads\": 2, \"classes\": 2}");
    SequencedMap<String, double[][]> weights = new LinkedHashMap<>();
    weights.put("tokens.weight", random(1, 7, 4));
    weights.put("positions", random(2, 3, 4));
    weights.put("blocks.0.norm1.weight", random(3, 1, 4));
    weights.put("blocks.0.norm1.bias", random(4, 1, 4));
    weights.put("blocks.0.attention.qkv.weight", new double[12][4]);
    weights.put("blocks.0.attention.qkv.bias", random(5, 1, 12));
    weights.put("blocks.0.attention.out.weight", new double[4][4]);
    weights.put("blocks.0.attention.out.bias", random(6, 1, 4));
    weights.put("blocks.0.norm2.weight", random(7, 1, 4));
    weights.put("blocks.0.norm2.bias", random(8, 1, 4));
    weights.put("blocks.0.mlp.up.weight", new double[16][4]);
    weights.put("blocks.0.mlp.up.bias", ones(16));
    weights.put("blocks.0.mlp.down.weight", new double[4][16]);
    weights.put("blocks.0.mlp.down.bias", new double[1][4]);
    weights.put("norm.weight", ones(4));
    weights.put("norm.bias", new double[1][4]);
    weights.put("head.weight", random(9, 2, 4));
    weights.put("head.bias", random(10, 1, 2));
    int[] ids = {1, 6, 3, 5, 2, 0};
    double[][] x = new double[6][4];
    double[][] y = new double[6][4];
    double[][] means = new double[2][4];
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 4; j++) {
        x[i][j] = weights.get("tokens.weight")[ids[i]][j] + weights.get("positions")[i % 3][j];
        y[i][j] = x[i][j] + weights.get("blocks.0.attention.out.bias")[0][j];
      }
      double[] normed = normed(y[i], ones(4)[0], new double[4]);
      for (int j = 0; j < 4; j++) {
        means[i / 3][j] += ids[i] == 0 ? 0 : normed[j] / (i < 3 ? 3 : 2);
      }
    }
    double[] values = Arrays.copyOfRange(weights.get("blocks.0.attention.qkv.bias")[0], 8, 12);
    double[] active = new double[16];
    Arrays.fill(active, 0.841344746068543); // gelu(1) = Φ(1)

    SequencedMap<String, double[]> grams = grams(network, weights, words(ids, 3));

    assertThat(grams.keySet())
        .containsExactly(
            "blocks.0.attention.qkv.weight",
            "blocks.0.attention.out.weight",
            "blocks.0.mlp.up.weight",
            "blocks.0.mlp.down.weight",
            "head.weight");
    assertThat(grams.get("blocks.0.attention.qkv.weight"))
        .containsExactly(gram(normed(x, weights, "blocks.0.norm1")), within(1e-5));
    assertThat(grams.get("blocks.0.attention.out.weight"))
        .containsExactly(gram(values, values, values, values, values, values), within(1e-5));
    assertThat(grams.get("blocks.0.mlp.up.weight"))
        .containsExactly(gram(normed(y, weights, "blocks.0.norm2")), within(1e-5));
    assertThat(grams.get("blocks.0.mlp.down.weight"))
        .containsExactly(gram(active, active, active, active, active, active), within(1e-5));
    assertThat(grams.get("head.weight")).containsExactly(gram(means), within(1e-5));
  }

  @Test
  void aScriptsLayersAreFoundInLoopsAndProductsAndAddedUpWhereTheyAreTied() {
    EvaluatorSpec.Network network = script("uses.ts.pt");
    SequencedMap<String, double[][]> weights = new LinkedHashMap<>();
    for (String name :
        List.of(
            "product",
            "added",
            "left",
            "again.weight",
            "never.weight",
            "head.weight",
            "tied.weight")) {
      weights.put(name, random(name.equals("tied.weight") ? 1 : weights.size(), 4, 4));
    }
    weights.put("tied.weight", weights.get("head.weight"));
    double[][] first = random(20, 5, 4);
    double[][] second = relu(linear(first, weights.get("again.weight"), new double[4]));
    double[][] third = relu(linear(second, weights.get("again.weight"), new double[4]));
    double[][] fourth = relu(linear(third, weights.get("again.weight"), new double[4]));
    double[][] multiplied = linear(fourth, weights.get("product"), new double[4]);
    double[][] added = linear(multiplied, weights.get("added"), new double[4]);
    double[][] left = new double[4][4];
    for (int i = 0; i < 16; i++) {
      left[i / 4][i % 4] = weights.get("left")[i % 4][i / 4];
    }
    for (int i = 0; i < 20; i++) {
      added[i / 4][i % 4] += multiplied[i / 4][i % 4];
    }
    double[][] before = linear(added, left, new double[4]);
    double[][] after = linear(before, weights.get("head.weight"), new double[4]);
    double[] tied = gram(concatenated(before, after));

    SequencedMap<String, double[]> grams = grams(network, weights, batch(first, 5L, 4L));

    assertThat(grams.keySet())
        .containsExactlyInAnyOrder(
            "again.weight", "product", "added", "head.weight", "tied.weight");
    assertThat(grams.get("again.weight"))
        .containsExactly(gram(concatenated(first, second, third)), within(1e-5));
    assertThat(grams.get("product")).containsExactly(gram(fourth), within(1e-5));
    assertThat(grams.get("added")).containsExactly(gram(multiplied), within(1e-5));
    assertThat(grams.get("head.weight")).containsExactly(tied, within(1e-5));
    assertThat(grams.get("tied.weight")).containsExactly(tied, within(1e-5));
  }

  @Test
  void aTransformerOfPyTorchsLayersSeesWhatItSeesInPyTorch() throws IOException {
    double[][] x = new double[12][6];
    for (int i = 0; i < 72; i++) {
      x[i / 6][i % 6] = Math.sin(i);
    }
    SequencedMap<String, double[]> grams;
    try (GradientEngine engine = GradientEngine.open(script("transformer.ts.pt"), 1);
        Checkpoint weights = Checkpoints.open(PYTORCH.resolve("transformer.safetensors"));
        GradientEngine.Grams found = engine.grams(weights)) {
      found.add(batch(x, 3L, 4L, 6L));
      grams = copied(found.sums());
    }
    assertThat(grams.keySet())
        .containsExactlyInAnyOrder(
            "encoder.layers.0.self_attn.in_proj_weight",
            "encoder.layers.0.self_attn.out_proj.weight",
            "encoder.layers.0.linear1.weight",
            "encoder.layers.0.linear2.weight",
            "head.weight");
    for (String name : grams.keySet()) {
      double[] expected =
          Arrays.stream(Files.readString(PYTORCH.resolve(name + ".txt")).split("\\s+"))
              .mapToDouble(Double::parseDouble)
              .toArray();
      assertThat(grams.get(name)).as(name).containsExactly(expected, within(1e-4));
    }
  }

  @Test
  void countingSumsUpNothing() {
    try (Arena arena = Arena.ofShared();
        Checkpoint weights = Digits.open("ft-03");
        GradientEngine engine = GradientEngine.open(Digits.NETWORK, 1);
        GradientEngine.Grams grams = engine.grams(weights)) {
      assertThat(grams.layers(Digits.batch("select", 2, arena)))
          .containsExactly(Map.entry("fc1.weight", 384L), Map.entry("head.weight", 32L));
      assertThat(grams.sums()).isEmpty();
    }
  }

  @Test
  void theSameExamplesGiveTheSameMatricesToTheBit() {
    assertThat(digits()).isEqualTo(digits());
  }

  @Test
  void listeningLeavesNoMemoryBehind() {
    try (Arena arena = Arena.ofShared();
        Checkpoint weights = Digits.open("ft-03");
        GradientEngine engine = GradientEngine.open(Digits.NETWORK, 1);
        GradientEngine.Grams grams = engine.grams(weights)) {
      Batch batch = Digits.batch("select", 32, arena);
      for (int i = 0; i < 20; i++) {
        grams.add(batch);
        grams.layers(batch);
      }
      long handles = Pointer.totalCount();
      long bytes = Pointer.physicalBytes();
      for (int i = 0; i < 100; i++) {
        grams.add(batch);
        grams.layers(batch);
      }
      assertThat(grams.sums()).hasSize(2);
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(handles);
      assertThat(Pointer.physicalBytes() - bytes).isLessThan(3 << 20);
    }
  }

  @Test
  void aScriptThatDoesNotTakeTheInputIsSaid() {
    try (Checkpoint weights = Digits.open("ft-03");
        GradientEngine engine = GradientEngine.open(Digits.NETWORK, 1);
        GradientEngine.Grams grams = engine.grams(weights)) {
      Batch flat = batch(random(1, 2, 3), 2L, 3L);
      assertThatThrownBy(() -> grams.add(flat))
          .isInstanceOf(EvaluationException.class)
          .hasMessageStartingWith(
              Digits.NETWORK.graph()
                  + ": Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of"
                  + " size: [2, 3]");
    }
  }

  private static Map<String, List<Double>> digits() {
    try (Checkpoint weights = Digits.open("ft-03");
        GradientEngine engine = GradientEngine.open(Digits.NETWORK, 1);
        Dataset select = Datasets.open(Digits.set("select"), Digits.INPUT);
        GradientEngine.Grams grams = engine.grams(weights)) {
      Map<String, List<Double>> all = new LinkedHashMap<>();
      int[] examples = IntStream.range(0, 300).toArray();
      LinearGrams.of(grams, select, examples, "", Progress.NONE)
          .forEach((name, sum) ->
              all.put(name, Arrays.stream(sum.toArray(ValueLayout.JAVA_DOUBLE)).boxed().toList()));
      return all;
    }
  }

  private SequencedMap<String, double[]> grams(
      EvaluatorSpec.Network network, SequencedMap<String, double[][]> weights, Batch... batches) {
    return grams(network, weights, Map.of(), batches);
  }

  private SequencedMap<String, double[]> grams(
      EvaluatorSpec.Network network,
      SequencedMap<String, double[][]> weights,
      Map<String, List<Long>> shapes,
      Batch... batches) {
    try (GradientEngine engine = GradientEngine.open(network, 1);
        Checkpoint checkpoint = checkpoint(weights, shapes);
        GradientEngine.Grams grams = engine.grams(checkpoint)) {
      for (Batch batch : batches) {
        grams.add(batch);
      }
      return copied(grams.sums());
    }
  }

  private static SequencedMap<String, double[]> copied(SequencedMap<String, MemorySegment> sums) {
    SequencedMap<String, double[]> copies = new LinkedHashMap<>();
    sums.forEach((name, sum) -> copies.put(name, sum.toArray(ValueLayout.JAVA_DOUBLE)));
    return copies;
  }

  private EvaluatorSpec.Network network(String json) {
    Path file = folder.resolve("network.json");
    try {
      Files.writeString(file, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new EvaluatorSpec.Network("network", file, List.of());
  }

  private static EvaluatorSpec.Network script(String name) {
    return new EvaluatorSpec.Network("torchscript", PYTORCH.resolve(name), List.of());
  }

  /// @param shapes where they are not those of the values; vectors have one row
  private Checkpoint checkpoint(
      SequencedMap<String, double[][]> weights, Map<String, List<Long>> shapes) {
    Path file = folder.resolve("weights.safetensors");
    List<TensorSpec> specs =
        weights.entrySet().stream()
            .map(each -> {
              double[][] values = each.getValue();
              List<Long> shape =
                  each.getKey().endsWith("bias") || each.getKey().matches(".*norm\\d?\\.weight")
                      ? List.of((long) values[0].length)
                      : List.of((long) values.length, (long) values[0].length);
              return new TensorSpec(
                  each.getKey(), DType.F32, shapes.getOrDefault(each.getKey(), shape));
            })
            .toList();
    try (CheckpointWriter writer = Checkpoints.create(file, specs, Map.of(), Durability.CACHED)) {
      weights.forEach(
          (name, values) -> writer.write(name, 0, floats(ByteOrder.LITTLE_ENDIAN, values)));
      writer.commit();
    }
    return Checkpoints.open(file);
  }

  private static Batch batch(double[][] rows, Long... shape) {
    return new Batch(
        new Batch.Input(DType.F32, List.of(shape), floats(ByteOrder.nativeOrder(), rows)));
  }

  private static Batch words(int[] ids, int length) {
    ByteBuffer data = ByteBuffer.allocateDirect(8 * ids.length).order(ByteOrder.nativeOrder());
    Arrays.stream(ids).forEach(data::putLong);
    List<Long> shape = List.of((long) ids.length / length, (long) length);
    return new Batch(new Batch.Input(DType.I64, shape, data.flip()));
  }

  private static ByteBuffer floats(ByteOrder order, double[]... rows) {
    ByteBuffer data = ByteBuffer.allocateDirect(4 * rows.length * rows[0].length).order(order);
    for (double[] row : rows) {
      Arrays.stream(row).forEach(value -> data.putFloat((float) value));
    }
    return data.flip();
  }

  /// Floats.
  private static double[][] random(long seed, int rows, int columns) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      Arrays.setAll(row, _ -> (float) random.nextDouble(-1, 1));
    }
    return values;
  }

  private static double[][] ones(int size) {
    double[][] ones = new double[1][size];
    Arrays.fill(ones[0], 1);
    return ones;
  }

  private static double[][] linear(double[][] x, double[][] weight, double... bias) {
    double[][] y = new double[x.length][weight.length];
    for (int i = 0; i < x.length; i++) {
      for (int o = 0; o < weight.length; o++) {
        y[i][o] = bias[o];
        for (int j = 0; j < x[i].length; j++) {
          y[i][o] += weight[o][j] * x[i][j];
        }
      }
    }
    return y;
  }

  private static double[][] relu(double[]... x) {
    return Arrays.stream(x)
        .map(row -> Arrays.stream(row).map(v -> Math.max(0, v)).toArray())
        .toArray(double[][]::new);
  }

  private static double[][] normed(double[][] x, Map<String, double[][]> weights, String layer) {
    return Arrays.stream(x)
        .map(row -> normed(row, weights.get(layer + ".weight")[0], weights.get(layer + ".bias")[0]))
        .toArray(double[][]::new);
  }

  private static double[] normed(double[] x, double[] weight, double... bias) {
    double mean = Arrays.stream(x).average().orElseThrow();
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    double[] normed = new double[x.length];
    Arrays.setAll(normed, j -> (x[j] - mean) / Math.sqrt(variance + 1e-5) * weight[j] + bias[j]);
    return normed;
  }

  private static double[][] concatenated(double[][]... parts) {
    return Arrays.stream(parts).flatMap(Arrays::stream).toArray(double[][]::new);
  }

  private static double[] gram(double[]... x) {
    int n = x[0].length;
    double[] gram = new double[n * n];
    for (double[] row : x) {
      for (int i = 0; i < n * n; i++) {
        gram[i] += row[i / n] * row[i % n];
      }
    }
    return gram;
  }
}
