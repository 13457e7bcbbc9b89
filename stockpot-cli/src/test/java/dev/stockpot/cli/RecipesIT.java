package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every recipe on the bundled family, in processes of their own.
class RecipesIT {
  private static final Path DIGITS =
      StockpotProcess.ROOT.toAbsolutePath().normalize().resolve("examples/digits");

  /// The models stand in for their Fisher matrices, and nothing says that they are one run: what is
  /// tried is that the recipes run.
  private static final String RECIPES =
      """
      recipes:
        - best
        - uniform
        - greedy: {passes: 2}
        - greedy: {name: strict, accept: gt, margin: 0.005}
        - greedy-random: {orders: 2, seed: 1}
        - pruned
        - stock
        - ema: {decay: 0.9}
        - last-k: {run: [ft-07, ft-08, ft-09]}
        - wsm
        - fisher: {statistics: ["DIGITS/ft-*.safetensors"]}
        - regmean: {statistics: ["gram-*.safetensors"]}
        - soce: {categories: DIGITS/data/select-y.npy, budget: 30}
        - search: {budget: 20, start: greedy}
        - search: {name: by-layer, budget: 5, groups: [conv, fc]}
        - wise-ft: {of: greedy, steps: 4}
        - wise-ft: {name: wise-best, steps: 2}
        - ensemble
        - greedy-ensemble
      """;

  private static final List<String> ENSEMBLES = List.of("ensemble", "greedy-ensemble");

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    for (int i = 0; i < 10; i++) {
      writeGram(folder.resolve("gram-" + i + ".safetensors"));
    }
    writeSoup("soup.yml", RECIPES);
  }

  @Test
  void everyRecipeRunsOnTheFamilyAndASecondRunGivesTheSameBytes() throws Exception {
    Result result = stockpot(folder, "cook", "soup.yml", "-o", "run", "--quiet");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    SequencedMap<String, Map<String, Json>> results = results("run");
    assertThat(results.keySet().stream().skip(11))
        .containsExactly(
            "best",
            "uniform",
            "greedy",
            "strict",
            "greedy-random",
            "greedy-random@1",
            "greedy-random@2",
            "pruned",
            "stock",
            "stock@mean-cosine",
            "stock@direct",
            "ema",
            "last-k",
            "wsm",
            "fisher",
            "regmean",
            "soce",
            "search",
            "by-layer",
            "wise-ft",
            "wise-ft@0",
            "wise-ft@0.25",
            "wise-ft@0.5",
            "wise-ft@0.75",
            "wise-ft@1",
            "wise-best",
            "wise-best@0",
            "wise-best@0.5",
            "wise-best@1",
            "ensemble",
            "greedy-ensemble");
    results.forEach((name, line) ->
        assertThat(
                members(line.get("ingredients")).values().stream()
                    .mapToDouble(share -> ((Json.Num) share).asDouble())
                    .sum())
            .as(name)
            .isCloseTo(1, offset(1e-9)));
    for (String name : results.sequencedKeySet()) {
      boolean stored =
          !name.contains("@")
              && !name.equals("base")
              && !name.startsWith("ft-")
              && !ENSEMBLES.contains(name);
      assertThat(Files.exists(folder.resolve("run").resolve(name).resolve("model.safetensors")))
          .as(name)
          .isEqualTo(stored);
    }
    assertThat(text(results.get("strict"), "recipe")).isEqualTo("greedy");
    assertThat(text(results.get("wise-best@0.5"), "recipe")).isEqualTo("wise-ft");

    assertThat(select(results, "pruned")).isGreaterThanOrEqualTo(select(results, "uniform"));
    assertThat(select(results, "search")).isGreaterThanOrEqualTo(select(results, "greedy"));
    assertThat(select(results, "soce")).isGreaterThanOrEqualTo(select(results, "best"));
    assertThat(select(results, "wise-ft")).isGreaterThanOrEqualTo(select(results, "greedy"));
    assertThat(results.get("wise-ft@0").get("metrics"))
        .isEqualTo(results.get("base").get("metrics"));
    assertThat(results.get("wise-ft@1").get("metrics"))
        .isEqualTo(results.get("greedy").get("metrics"));
    assertThat(values("run/regmean"))
        .usingComparatorWithPrecision(1e-6f)
        .as("Gram matrices that are all the same leave the mean")
        .containsExactly(values("run/uniform"));

    Result again = stockpot(folder, "cook", "soup.yml", "-o", "again", "--quiet");
    assertThat(again.code()).as(again.err()).isEqualTo(0);
    assertThat(folder.resolve("again/results.jsonl"))
        .hasSameBinaryContentAs(folder.resolve("run/results.jsonl"));
    assertThat(folder.resolve("run/stock/stock.json"))
        .content()
        .contains("\"tensors\"", "\"t\"", "\"cosine\"", "\"norms\"", "\"ft-00\"");
    for (String name : List.of("search", "by-layer", "soce", "greedy-random", "wise-best")) {
      assertThat(folder.resolve("again").resolve(name).resolve("model.safetensors"))
          .hasSameBinaryContentAs(folder.resolve("run").resolve(name).resolve("model.safetensors"));
    }
  }

  @Test
  void dryRunCountsEveryRecipesEvaluations() throws Exception {
    Result result = stockpot(folder, "cook", "soup.yml", "-o", "run", "--dry-run", "--quiet");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    // Trials: greedy 2·9, strict 9, greedy-random 2·9, pruned 10, last-k 3, wsm 3, soce 30,
    // search 19, by-layer 4. On every set: base and ten models, 2 of greedy-random, 3 of stock,
    // 5 and 3 of the curves, and one of each other.
    assertThat(result.out())
        .contains(
            "19 recipes from 10 ingredients and a base; at most 151 evaluations on select, and 37"
                + " on 2 other sets.\nAt most: ")
        .endsWith(
            " of inference; disk: 1.68 MB for soups, 258 kB more while it runs; memory: 64.6 kB of"
                + " weights at a time, beside the network's own.\n");
  }

  @Test
  void withoutRecipesTheUsualOnesAreCookedAndTheOthersNamed() throws Exception {
    writeSoup("plain.yml", "");
    Result result = stockpot(folder, "cook", "plain.yml", "-o", "run", "--dry-run");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    assertThat(result.err())
        .isEqualTo(
            "note: the file names no recipes, so these are left out: greedy-random (as many"
                + " searches as orders); ema, last-k, wsm (it takes the ingredients for checkpoints"
                + " of one training run); fisher, regmean (it needs statistics of each ingredient);"
                + " soce (it needs the categories of the examples of select); search (many"
                + " evaluations); learned (it trains on select)\n");
    assertThat(result.out())
        .contains("\nstock: run/stock/model.safetensors\nwise-ft: run/wise-ft/model.safetensors\n");
    writeSoup("baseless.yml", "");
    Path baseless = folder.resolve("baseless.yml");
    Files.writeString(baseless, Files.readString(baseless).replaceFirst("base: .*\n", ""));
    assertThat(stockpot(folder, "cook", "baseless.yml", "-o", "run", "--dry-run").out())
        .contains(
            """

            stock: would be skipped, it needs the pre-trained model; name it as 'base'
            wise-ft: would be skipped, it needs the pre-trained model; name it as 'base'
            """);
  }

  @Test
  void recipesThatCannotBeCookedAreToldAtOnceWithTheirLines() throws Exception {
    writeSoup(
        "wrong.yml",
        """
        recipes:
          - wise-ft: {of: greedy}
          - greedy
          - fisher
          - last-k: {k: 11}
          - soce
        """);
    int line = Files.readString(folder.resolve("wrong.yml")).lines().toList().size() - 4;
    Result result = stockpot(folder, "cook", "wrong.yml", "-o", "run");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            """
            stockpot: wrong.yml:%d: wise-ft: 'of' names 'greedy', which is neither cooked before it\
             nor an ingredient; there are ft-00, ft-01, ft-02, ft-03, ft-04, ft-05, ft-06, ft-07,\
             ft-08, ft-09
            wrong.yml:%d: fisher: 'statistics' must be a checkpoint per ingredient, in their order:\
             10, not 0
            wrong.yml:%d: last-k: it takes the last 11 checkpoints of a run of 10
            wrong.yml:%d: soce: it needs 'categories': a file with the category of each example of\
             select
            """
                .formatted(line, line + 2, line + 3, line + 4));
    assertThat(folder.resolve("run")).doesNotExist();
  }

  private void writeSoup(String name, String recipes) throws IOException {
    String text =
        """
        base: DIGITS/base.safetensors
        ingredients: ["DIGITS/ft-*.safetensors"]
        evaluator: {onnx: DIGITS/model.onnx}
        input: {layout: nchw, scale: 16}
        data:
          select: {x: DIGITS/data/select-x.npy, y: DIGITS/data/select-y.npy}
          report:
            test: {x: DIGITS/data/test-x.npy, y: DIGITS/data/test-y.npy}
            shift-noise: {x: DIGITS/data/shift-noise-x.npy, y: DIGITS/data/shift-noise-y.npy}
        """;
    Files.writeString(folder.resolve(name), (text + recipes).replace("DIGITS", DIGITS.toString()));
  }

  /// The identity for every weight of a linear layer.
  private static void writeGram(Path file) throws IOException {
    try (Checkpoint model = Checkpoints.open(DIGITS.resolve("base.safetensors"))) {
      List<TensorSpec> grams =
          model.tensors().values().stream()
              .filter(tensor -> tensor.shape().size() == 2)
              .map(tensor ->
                  new TensorSpec(
                      tensor.name(),
                      DType.F32,
                      List.of(tensor.shape().getLast(), tensor.shape().getLast())))
              .toList();
      assertThat(grams).isNotEmpty();
      try (CheckpointWriter writer = Checkpoints.create(file, grams, Map.of(), Durability.CACHED)) {
        for (TensorSpec gram : grams) {
          int n = Math.toIntExact(gram.shape().getFirst());
          ByteBuffer bytes = ByteBuffer.allocate(4 * n * n).order(ByteOrder.LITTLE_ENDIAN);
          for (int i = 0; i < n; i++) {
            bytes.putFloat(4 * (i * n + i), 1);
          }
          writer.write(gram.name(), 0, bytes);
        }
        writer.commit();
      }
    }
  }

  private SequencedMap<String, Map<String, Json>> results(String run) throws IOException {
    SequencedMap<String, Map<String, Json>> results = new LinkedHashMap<>();
    for (String line : Files.readAllLines(folder.resolve(run).resolve("results.jsonl"))) {
      Map<String, Json> members = members(JsonReader.read(line));
      results.put(text(members, "name"), members);
    }
    return results;
  }

  private static double select(Map<String, Map<String, Json>> results, String name) {
    Map<String, Json> metrics = members(results.get(name).get("metrics"));
    return ((Json.Num) members(metrics.get("select")).get("accuracy")).asDouble();
  }

  private float[] values(String soup) {
    Path file = folder.resolve(soup).resolve("model.safetensors");
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      return checkpoint.tensor("fc1.weight").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
  }

  private static String text(Map<String, Json> line, String member) {
    return ((Json.Str) line.get(member)).value();
  }

  private static Map<String, Json> members(Json object) {
    return ((Json.Obj) object).members();
  }
}
