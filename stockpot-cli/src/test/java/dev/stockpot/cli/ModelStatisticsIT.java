package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.StockpotProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is measured of models of the bundled family, and what the recipes make of it.
class ModelStatisticsIT {
  private static final Path DIGITS =
      StockpotProcess.ROOT.toAbsolutePath().normalize().resolve("examples/digits");

  @TempDir private Path folder;

  @Test
  void fisherMergingTakesWhatWasMeasured() throws Exception {
    write("{torchscript: %1$s/model.ts.pt}");
    for (String model : new String[] {"03", "08"}) {
      Result result = measure(model);
      assertThat(result.code()).as(result.err()).isEqualTo(0);
      assertThat(result.err())
          .contains(
              "note: eval.yml: names no training data (data: {train: …}), so the examples are those"
                  + " of select; a soup made with them has seen select");
      assertThat(result.out())
          .isEqualTo(
              """
              {
                "fisher": "fisher-%s.safetensors",
                "parameters": 10,
                "set": "select",
                "examples": 50
              }
              """
                  .formatted(model));
    }
    Path first = folder.resolve("fisher-03.safetensors");
    byte[] bytes = Files.readAllBytes(first);
    assertThat(measure("03").code()).isZero();
    assertThat(first).hasBinaryContent(bytes);
    Files.writeString(
        folder.resolve("soup.yml"),
        """
        ingredients: ["%s/ft-0[38].safetensors"]
        recipes: [uniform, {fisher: {statistics: ["fisher-0?.safetensors"]}}]
        %s\
        """
            .formatted(DIGITS, Files.readString(folder.resolve("eval.yml"))));

    Result cooked = stockpot(folder, "cook", "soup.yml", "-o", "run", "--quiet");

    assertThat(cooked.code()).as(cooked.err()).isEqualTo(0);
    assertThat(Files.readAllBytes(folder.resolve("run/fisher/model.safetensors")))
        .isNotEqualTo(Files.readAllBytes(folder.resolve("run/uniform/model.safetensors")));
  }

  @Test
  void withoutGradientsThereIsNoFisher() throws Exception {
    write("{onnx: %1$s/model.onnx}");
    Result result = measure("03");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .contains(
            "eval.yml: there is no network that gives gradients (evaluator: {torchscript: …})");
    assertThat(folder.resolve("fisher-03.safetensors")).doesNotExist();
  }

  private Result measure(String model) throws Exception {
    return stockpot(
        folder,
        "statistics",
        DIGITS + "/ft-" + model + ".safetensors",
        "--eval",
        "eval.yml",
        "--fisher",
        "fisher-" + model + ".safetensors",
        "--examples",
        "50",
        "--json");
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
}
