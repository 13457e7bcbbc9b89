package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.eval.Npy;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.onnx.OnnxModel;
import dev.stockpot.onnx.TextModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tasks and metrics through the command: families of small text models, made here, whose inputs
/// are arrays of token ids, masks and segments.
///
/// What is measured is computed again here, by loops over the ids.
class MetricsIT {
  private static final int N = 80;
  private static final int TOKENS = 4;
  private static final float[] TRUTH = {0, -2, -1, 1, 2};
  private static final String X =
      "{input_ids: ids.npy, attention_mask: mask.npy, token_type_ids: segments.npy}";

  @TempDir private Path folder;

  private final long[] ids = new long[N * TOKENS];
  private final long[] mask = new long[N * TOKENS];
  private final int[] labels = new int[N];

  @BeforeEach
  void makeSets() {
    Random random = new Random(5);
    long[] y = new long[N];
    long[] flipped = new long[N];
    double[] values = new double[N];
    for (int i = 0; i < N; i++) {
      int length = 2 + random.nextInt(TOKENS - 1);
      for (int t = 0; t < length; t++) {
        ids[i * TOKENS + t] = 1L + random.nextInt(4);
        mask[i * TOKENS + t] = 1;
      }
      double mean = mean(TRUTH, i);
      labels[i] = mean + random.nextGaussian() / 2 > 0.4 ? 1 : 0;
      y[i] = labels[i];
      flipped[i] = 1L - labels[i];
      values[i] = mean + random.nextGaussian() / 4;
    }
    longs("ids.npy", ids, N, TOKENS);
    longs("mask.npy", mask, N, TOKENS);
    longs("segments.npy", new long[N * TOKENS], N, TOKENS);
    // The second segment weighs nothing: other examples than the first's, measured the same.
    long[] second = new long[N * TOKENS];
    Arrays.fill(second, 1);
    longs("second.npy", second, N, TOKENS);
    longs("y.npy", y, N);
    longs("flipped.npy", flipped, N);
    ByteBuffer bytes = ByteBuffer.allocate(8 * N).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    Npy.write(
        folder.resolve("values.npy"), DType.F64, List.of((long) N), MemorySegment.ofBuffer(bytes));
    TextModel.classifier(TOKENS).write(folder);
    for (int i = 1; i <= 5; i++) {
      classifier("ft-" + i, new Random(i), i / 3f);
    }
  }

  @Test
  void textClassifiersAreCookedByMatthews() throws Exception {
    Files.writeString(
        folder.resolve("soup.yml"),
        """
        ingredients: [ft-*.safetensors]
        evaluator: {onnx: model.onnx}
        data:
          select: {x: SECOND, y: y.npy}
          report:
            test: {x: X, y: y.npy}
            shift-names: {x: X, y: flipped.npy, groups: {one: [1], zero: [0]}, weight: 3}
        metrics: [matthews, macro-f1, f1, accuracy-f1, top-1, brier, ece]
        metric: matthews
        recipes: [best, uniform, greedy, ensemble]
        """
            .replace("SECOND", X.replace("segments", "second"))
            .replace("X", X));
    Result cook = stockpot(folder, "cook", "soup.yml", "-o", "run");
    assertThat(cook.code()).as(cook.err()).isZero();
    assertThat(cook.out()).startsWith("matthews ");
    SequencedMap<String, Map<String, Json>> results = results("run");
    assertThat(results.keySet())
        .containsExactly(
            "ft-1", "ft-2", "ft-3", "ft-4", "ft-5", "best", "uniform", "greedy", "ensemble");
    for (int i = 1; i <= 5; i++) {
      float[] words = words(new Random(i), i / 3f);
      Map<String, Json> test = set(results.get("ft-" + i), "test");
      assertThat(test.keySet())
          .containsExactly(
              "accuracy",
              "nll",
              "matthews",
              "macro-f1",
              "f1",
              "accuracy-f1",
              "top-1",
              "brier",
              "ece");
      assertThat(number(test, "matthews")).isCloseTo(matthews(words), within(1e-12));
      assertThat(number(test, "top-1")).isEqualTo(number(test, "accuracy"));
      // The same examples under names of their own; F1 is of the other class there.
      Map<String, Json> names = set(results.get("ft-" + i), "shift-names");
      assertThat(names.get("f1")).isNotEqualTo(test.get("f1"));
      for (String same : List.of("accuracy", "nll", "matthews", "macro-f1", "brier", "ece")) {
        assertThat(names.get(same)).as(same).isEqualTo(test.get(same));
      }
    }
    double best = number(set(results.get("best"), "select"), "matthews");
    for (int i = 1; i <= 5; i++) {
      assertThat(number(set(results.get("ft-" + i), "select"), "matthews"))
          .isLessThanOrEqualTo(best);
    }
    assertThat(number(set(results.get("greedy"), "select"), "matthews"))
        .isGreaterThanOrEqualTo(best);
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "again").code()).isZero();
    assertThat(Files.readString(folder.resolve("again/results.jsonl")))
        .isEqualTo(Files.readString(folder.resolve("run/results.jsonl")));
  }

  @Test
  void greedyStopsEarlyByAnyMeanAndDecidesTheSame() throws Exception {
    for (String metric : List.of("nll", "brier", "top-1")) {
      Files.writeString(
          folder.resolve("eval.yml"),
          """
          evaluator: {onnx: model.onnx}
          data: {select: {x: X, y: y.npy}}
          metric: METRIC
          """
              .replace("X", X)
              .replace("METRIC", metric));
      List<String> words =
          List.of("greedy", "ft-*.safetensors", "--eval", "eval.yml", "--json", "-o");
      Result early = stockpot(folder, words(words, metric + ".safetensors"));
      Result whole = stockpot(folder, words(words, metric + "-x.safetensors", "--exhaustive"));
      assertThat(early.code()).as(early.err()).isZero();
      assertThat(members(JsonReader.read(early.out())).get("ingredients"))
          .isEqualTo(members(JsonReader.read(whole.out())).get("ingredients"));
      assertThat(folder.resolve(metric + ".safetensors"))
          .hasSameBinaryContentAs(folder.resolve(metric + "-x.safetensors"));
    }
  }

  @Test
  void regressionIsMeasuredByCorrelations() throws Exception {
    Files.writeString(
        folder.resolve("eval.yml"),
        """
        evaluator: {onnx: model.onnx, output: pooled}
        data: {select: {x: X, y: values.npy}}
        metric: spearman
        """
            .replace("X", X));
    classifier("truth", new Random(1), 0);
    Map<String, Json> metrics = evaluate("truth");
    assertThat(metrics.keySet()).containsExactly("mse", "pearson", "spearman");
    assertThat(number(metrics, "mse")).isBetween(0.03, 0.1);
    assertThat(number(metrics, "pearson")).isBetween(0.95, 1.0);
    assertThat(number(metrics, "spearman")).isBetween(0.9, 1.0);
  }

  @Test
  void zeroShotComparesFeaturesWithClassVectors() throws Exception {
    tensors("text", Map.of("class_vectors", new Tensor(List.of(2L, 1L), -1, 1)));
    Files.writeString(
        folder.resolve("eval.yml"),
        """
        evaluator: {onnx: model.onnx, output: pooled}
        head: {class-vectors: text.safetensors, tensor: class_vectors}
        data: {select: {x: X, y: y.npy}}
        """
            .replace("X", X));
    int right = 0;
    float[] words = words(new Random(2), 2 / 3f);
    for (int i = 0; i < N; i++) {
      right += (mean(words, i) > 0 ? 1 : 0) == labels[i] ? 1 : 0;
    }
    assertThat(number(evaluate("ft-2"), "accuracy")).isEqualTo((double) right / N);
  }

  @Test
  void languageModelsAreMeasuredByTheirTokens() throws Exception {
    TextModel.bigrams(TOKENS).write(folder);
    for (int i = 1; i <= 3; i++) {
      tensors("lm-" + i, Map.of("table", new Tensor(List.of(5L, 5L), table(i))));
    }
    Files.writeString(
        folder.resolve("soup.yml"),
        """
        ingredients: [lm-*.safetensors]
        evaluator: {onnx: model.onnx}
        data:
          select: {x: {input_ids: ids.npy, attention_mask: mask.npy}}
        task: next-token
        recipes: [uniform, greedy, ensemble]
        """);
    Result cook = stockpot(folder, "cook", "soup.yml", "-o", "run");
    assertThat(cook.code()).as(cook.err()).isZero();
    assertThat(cook.err())
        .contains(
            "note: ensemble is skipped: it averages logits, and of a language model's only the"
                + " losses are kept\n");
    Map<String, Map<String, Json>> results = results("run");
    for (int i = 1; i <= 3; i++) {
      Map<String, Json> metrics = set(results.get("lm-" + i), "select");
      assertThat(metrics.keySet()).containsExactly("loss", "perplexity");
      assertThat(number(metrics, "loss")).isCloseTo(loss(table(i)), within(1e-6));
      assertThat(number(metrics, "perplexity"))
          .isCloseTo(Math.exp(number(metrics, "loss")), within(1e-12));
    }
  }

  @Test
  void metricsOfTheUsersOwnComeFromAJar() throws Exception {
    jar();
    String eval =
        """
        evaluator: {onnx: model.onnx}
        data: {select: {x: X, y: y.npy}}
        metric-path: [own.jar]
        metric: METRIC
        """
            .replace("X", X);
    int zeros = 0;
    float[] words = words(new Random(2), 2 / 3f);
    for (int i = 0; i < N; i++) {
      zeros += mean(words, i) > 0.4f ? 0 : 1;
    }
    for (String name : List.of("com.acme.Zeros", "zeros")) {
      Files.writeString(folder.resolve("eval.yml"), eval.replace("METRIC", name));
      Map<String, Json> metrics = evaluate("ft-2");
      assertThat(metrics.keySet()).containsExactly("accuracy", "nll", "zeros");
      assertThat(number(metrics, "zeros")).isEqualTo((double) zeros / N);
    }
    Files.writeString(folder.resolve("eval.yml"), eval.replace("METRIC", "com.acme.Ones"));
    assertThat(stockpot(folder, "evaluate", "ft-2.safetensors", "--eval", "eval.yml"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: eval.yml:4: metric 'com.acme.Ones': no such class in [own.jar]; a class"
                    + " is named with its package\n"));
  }

  @SuppressWarnings("ArrayRecordComponent") // Only to be written.
  private record Tensor(List<Long> shape, float... values) {}

  /// A jar with the share of examples that are predicted to be of class 0, which also says its
  /// name.
  private void jar() throws IOException {
    Path source = folder.resolve("source/com/acme/Zeros.java");
    Files.createDirectories(source.getParent());
    Files.writeString(
        source,
        """
        package com.acme;

        import dev.stockpot.eval.Metric;
        import dev.stockpot.eval.Predictions;
        import dev.stockpot.eval.Targets;

        public final class Zeros implements Metric {
          public String name() {
            return "zeros";
          }

          public boolean higherIsBetter() {
            return false;
          }

          public boolean fits(Targets targets) {
            return targets instanceof Targets.Classes;
          }

          public double of(Predictions predictions, Targets targets) {
            double zeros = 0;
            for (int example = 0; example < predictions.examples(); example++) {
              zeros += predictions.largest(example) == 0 ? 1 : 0;
            }
            return zeros / predictions.examples();
          }
        }
        """);
    Path services = folder.resolve("classes/META-INF/services/dev.stockpot.eval.Metric");
    Files.createDirectories(services.getParent());
    Files.writeString(services, "com.acme.Zeros\n");
    String classes = folder.resolve("classes").toString();
    Path lib = Path.of(System.getProperty("stockpot.distribution"), "lib");
    tool(
        "javac",
        "-p",
        lib.toString(),
        "--add-modules",
        "dev.stockpot.core",
        "-d",
        classes,
        source.toString());
    tool("jar", "--create", "--file", folder.resolve("own.jar").toString(), "-C", classes, ".");
  }

  private static void tool(String name, String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    assertThat(ToolProvider.findFirst(name).orElseThrow().run(out, out, arguments))
        .as(said.toString())
        .isZero();
  }

  private Map<String, Json> evaluate(String checkpoint) throws Exception {
    Result result =
        stockpot(folder, "evaluate", checkpoint + ".safetensors", "--eval", "eval.yml", "--json");
    assertThat(result.code()).as(result.err()).isZero();
    Json.Arr results = (Json.Arr) members(JsonReader.read(result.out())).get("results");
    return set(members(results.elements().getFirst()), "select");
  }

  private static String[] words(List<String> words, String... more) {
    return Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new);
  }

  /// Class 1 where the mean of the words is more than 0.4, with weights that are the truth and
  /// noise.
  private void classifier(String name, Random random, float noise) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("words", new Tensor(List.of(5L, 1L), words(random, noise)));
    tensors.put("segments", new Tensor(List.of(2L, 1L), 0, 0));
    tensors.put("head.weight", new Tensor(List.of(1L, 2L), -1, 1));
    tensors.put("head.bias", new Tensor(List.of(2L), 0.8f, 0));
    tensors(name, tensors);
  }

  private static float[] words(Random random, float noise) {
    float[] words = TRUTH.clone();
    for (int i = 0; i < words.length; i++) {
      words[i] += noise * (float) random.nextGaussian();
    }
    return words;
  }

  private static float[] table(int seed) {
    float[] table = new float[25];
    Random random = new Random(seed);
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) random.nextGaussian();
    }
    return table;
  }

  private double mean(float[] words, int example) {
    double sum = 0;
    double tokens = 0;
    for (int i = example * TOKENS; i < (example + 1) * TOKENS; i++) {
      sum += mask[i] * words[(int) ids[i]];
      tokens += mask[i];
    }
    return sum / tokens;
  }

  /// By the formula for two classes.
  private double matthews(float[] words) {
    double[][] counts = new double[2][2];
    for (int i = 0; i < N; i++) {
      counts[labels[i]][mean(words, i) > 0.4f ? 1 : 0]++;
    }
    double tn = counts[0][0];
    double fp = counts[0][1];
    double fn = counts[1][0];
    double tp = counts[1][1];
    return (tp * tn - fp * fn) / Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  }

  private double loss(float[] table) {
    double losses = 0;
    int tokens = 0;
    for (int i = 0; i < N * TOKENS - 1; i++) {
      if ((i + 1) % TOKENS != 0 && mask[i + 1] == 1) {
        double sum = 0;
        for (int word = 0; word < 5; word++) {
          sum += Math.exp(table[(int) ids[i] * 5 + word]);
        }
        losses += Math.log(sum) - table[(int) (ids[i] * 5 + ids[i + 1])];
        tokens++;
      }
    }
    return losses / tokens;
  }

  private void longs(String name, long[] values, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    List<Long> sizes = Arrays.stream(shape).boxed().toList();
    Npy.write(folder.resolve(name), DType.I64, sizes, MemorySegment.ofBuffer(bytes));
  }

  private void tensors(String name, Map<String, Tensor> tensors) {
    List<TensorSpec> specs =
        tensors.entrySet().stream()
            .map(each -> new TensorSpec(each.getKey(), DType.F32, each.getValue().shape()))
            .toList();
    Path file = folder.resolve(name + ".safetensors");
    try (CheckpointWriter writer = Checkpoints.create(file, specs, Map.of(), Durability.CACHED)) {
      tensors.forEach(
          (tensor, it) -> writer.write(tensor, 0, ByteBuffer.wrap(OnnxModel.floats(it.values()))));
      writer.commit();
    }
  }

  private SequencedMap<String, Map<String, Json>> results(String run) throws IOException {
    SequencedMap<String, Map<String, Json>> results = new LinkedHashMap<>();
    for (String line : Files.readAllLines(folder.resolve(run).resolve("results.jsonl"))) {
      Map<String, Json> result = members(JsonReader.read(line));
      results.put(((Json.Str) result.get("name")).value(), result);
    }
    return results;
  }

  private static Map<String, Json> set(Map<String, Json> result, String set) {
    return members(members(result.get("metrics")).get(set));
  }

  private static double number(Map<String, Json> metrics, String name) {
    return ((Json.Num) metrics.get(name)).asDouble();
  }

  private static Map<String, Json> members(Json object) {
    return ((Json.Obj) object).members();
  }
}
