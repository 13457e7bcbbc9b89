package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnedIT {
  private static final Path DIGITS =
      StockpotProcess.ROOT.toAbsolutePath().normalize().resolve("examples/digits");

  @TempDir private Path folder;

  @Test
  void theLearnedSoupByLayerHasNoMoreLossThanTheUniformOne() throws Exception {
    write("{onnx: %1$s/model.onnx, torchscript: %1$s/model.ts.pt}");
    Result result =
        stockpot(
            folder,
            "learned",
            DIGITS + "/ft-*.safetensors",
            "--eval",
            "eval.yml",
            "--by",
            "layer",
            "--epochs",
            "2",
            "--json",
            "-o",
            "soup.safetensors");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    assertThat(result.err())
        .contains("its coefficients are trained on select, so its score there estimates nothing");
    Map<String, Json> coefficients =
        members(members(JsonReader.read(result.out())).get("coefficients"));
    List<Json> losses = ((Json.Arr) coefficients.get("losses")).elements();
    assertThat(losses).hasSize(3);
    double uniform = number(losses.getFirst());
    assertThat(losses.stream().mapToDouble(LearnedIT::number).min().orElseThrow())
        .isLessThan(uniform);
    assertThat(((Json.Arr) coefficients.get("layers")).elements()).hasSize(10);
    assertThat(folder.resolve("soup.safetensors")).exists();
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBytes() throws Exception {
    write("{torchscript: %1$s/model.ts.pt}");
    for (String threads : List.of("1", "2")) {
      Result result =
          stockpot(
              folder,
              "learned",
              DIGITS + "/ft-0[038].safetensors",
              "--eval",
              "eval.yml",
              "--by",
              "layer",
              "--epochs",
              "1",
              "--threads",
              threads,
              "--quiet",
              "-o",
              threads + ".safetensors");
      assertThat(result.code()).as(result.err()).isZero();
    }
    assertThat(folder.resolve("2.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("1.safetensors"));
  }

  @Test
  void cookLearnsToo() throws Exception {
    write("{torchscript: %1$s/model.ts.pt}");
    Files.writeString(
        folder.resolve("soup.yml"),
        "ingredients: [\"%s/ft-0[038].safetensors\"]%nrecipes: [uniform, {learned: {epochs: 1}}]%n%s"
            .formatted(DIGITS, Files.readString(folder.resolve("eval.yml"))));
    Result result = stockpot(folder, "cook", "soup.yml", "-o", "run", "--quiet");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    Map<String, Json> coefficients =
        members(JsonReader.read(Files.readString(folder.resolve("run/learned/coefficients.json"))));
    assertThat(coefficients.keySet())
        .containsExactly("layers", "ingredients", "alpha", "beta", "losses");
    assertThat(Files.readString(folder.resolve("run/report.html"))).contains("coefficients");
  }

  @Test
  void dryRunCountsAndTimesThePassesWithGradients() throws Exception {
    write("{onnx: %1$s/model.onnx, torchscript: %1$s/model.ts.pt}");
    Files.writeString(
        folder.resolve("soup.yml"),
        "ingredients: [\"%s/ft-0[038].safetensors\"]%nrecipes: [{learned: {epochs: 4}}]%n%s"
            .formatted(DIGITS, Files.readString(folder.resolve("eval.yml"))));
    Result result = stockpot(folder, "cook", "soup.yml", "-o", "run", "--dry-run", "--quiet");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    // Three models, the loss at the start and after each epoch, and the result.
    assertThat(result.out())
        .contains(
            "1 recipe from 3 ingredients; at most 9 evaluations on select, and 4 on 0 other sets;"
                + " 4 passes over select for gradients.\n")
        .containsPattern(
            "\nAt most: [0-9.]+ s of inference, [0-9.]+ s of gradients \\(4 passes over 600"
                + " examples\\); disk: ");
  }

  @Test
  void withoutGradientsAnEvolutionStrategySearches() throws Exception {
    write("{onnx: %1$s/model.onnx}");
    Result result =
        stockpot(
            folder,
            "learned",
            DIGITS + "/ft-0[38].safetensors",
            "--eval",
            "eval.yml",
            "-o",
            "soup.safetensors");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    assertThat(result.err())
        .containsSubsequence(
            "note: there is no network that gives gradients (evaluator: {torchscript: …}); CMA-ES"
                + " on the evaluator looks for coefficients of whole models instead\n",
            "searching coefficients ...\nsearching coefficients: done in ")
        .doesNotContain("evaluating candidate");
  }

  private void write(String evaluator) throws Exception {
    Files.writeString(
        folder.resolve("eval.yml"),
        """
        evaluator: %s
        input: {layout: nchw, scale: 16}
        data:
          select: {x: %2$s/data/select-x.npy, y: %2$s/data/select-y.npy}
        metric: accuracy
        """
            .formatted(evaluator.formatted(DIGITS), DIGITS));
  }

  private static double number(Json json) {
    return ((Json.Num) json).asDouble();
  }

  private static Map<String, Json> members(Json json) {
    return ((Json.Obj) json).members();
  }
}
