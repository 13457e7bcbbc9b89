package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.command;
import static dev.stockpot.cli.StockpotProcess.start;
import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.StockpotProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two fine-tunes with BatchNorm, whose average gets 74 of 697 test images, and 570 with statistics
/// of its own: the figures are PyTorch's, printed by the family's `make.py`.
class RecalibratedSoupIT {
  private static final Path ROOT = StockpotProcess.ROOT.toAbsolutePath().normalize();
  private static final String RECIPES =
      """
      recipes:
        - uniform
        - greedy
        - uniform: {name: uniform-own, recalibrate: train-set}
        - greedy: {name: greedy-own, recalibrate: train-set}
      """;
  private static final String SOUP =
      """
      ingredients: ["FAMILY/ft-*.safetensors"]
      evaluator: {torchscript: FAMILY/model.ts.pt}
      input: {layout: nchw, scale: 16}
      data:
        train: {x: DATA/train-x.npy, y: DATA/train-y.npy}
        select: {x: DATA/select-x.npy, y: DATA/select-y.npy}
        report: {test: {x: DATA/test-x.npy, y: DATA/test-y.npy}}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    write(SOUP + RECIPES);
  }

  @Test
  void soupsRecoverAlsoAfterAKillAndAreThoseOfTheCommand() throws Exception {
    Result whole = stockpot(folder, "cook", "soup.yml", "-o", "whole", "--quiet");
    assertThat(whole.code()).as(whole.err()).isEqualTo(0);
    assertThat(whole.out())
        .containsPattern("\nuniform +2 .* \\(74\\)")
        .containsPattern("\nuniform-own +2 .* \\(570\\)")
        .containsPattern("\ngreedy +1 ")
        .containsPattern("\ngreedy-own +2 .* \\(570\\)");
    for (String threads : List.of("1", "2")) {
      String target = threads + ".safetensors";
      Result alone =
          stockpot(
              folder,
              "recalibrate",
              "whole/uniform/model.safetensors",
              "--eval",
              "soup.yml",
              "--threads",
              threads,
              "-o",
              target);
      assertThat(alone.code()).as(alone.err()).isEqualTo(0);
      assertThat(folder.resolve("whole/uniform-own/model.safetensors"))
          .hasSameBinaryContentAs(folder.resolve(target));
    }

    Process process =
        start(folder, command("cook", "soup.yml", "-o", "run", "--quiet", "--threads", "2"));
    try {
      // Of the two models on two sets, and the average.
      while (TinySoup.evaluations(folder) < 5 && process.isAlive()) {
        Thread.sleep(2);
      }
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).as("ended by SIGKILL").isEqualTo(128 + 9);
    Result resumed =
        stockpot(folder, "cook", "soup.yml", "-o", "run", "--resume", "--quiet", "--threads", "1");
    assertThat(resumed.code()).as(resumed.err()).isEqualTo(0);
    for (String file :
        List.of(
            "results.jsonl",
            "greedy-own/trace.json",
            "uniform-own/model.safetensors",
            "greedy-own/model.safetensors")) {
      assertThat(folder.resolve("run").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("whole").resolve(file));
    }
  }

  @Test
  void dryRunCountsAndTimesThePassesOverTheTrainingData() throws Exception {
    Result result = stockpot(folder, "cook", "soup.yml", "-o", "run", "--dry-run", "--quiet");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    // One of uniform-own, two of greedy-own: its only trial, and the file.
    assertThat(result.out())
        .contains(
            "4 recipes from 2 ingredients; at most 8 evaluations on select, and 6 on 1 other set;"
                + " 3 passes over train for BatchNorm statistics.\n")
        .containsPattern(
            "\nAt most: [0-9.]+ s of inference, [0-9.]+ s of recalibration \\(3 passes over 500"
                + " examples\\); disk: ");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void whatIsMissingIsSaidBeforeAnyWork() throws Exception {
    String uniform = "recipes: [{uniform: {recalibrate: train-set}}]\n";
    write(SOUP.replaceAll("  train: .*\n", "") + uniform);
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "run").err())
        .isEqualTo(
            "stockpot: soup.yml:7: uniform: recalibrate: there are no training data; add"
                + " data: {train: {x: …, y: …}}\n");

    write(SOUP.replace("torchscript: FAMILY/model.ts.pt", "onnx: DIGITS/model.onnx") + uniform);
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "run").err())
        .isEqualTo(
            "stockpot: soup.yml:8: uniform: recalibrate: there is no network that can train; add"
                + " evaluator: {torchscript: FILE}, beside onnx if there is one\n");

    write(SOUP.replace("FAMILY/", "DIGITS/") + uniform);
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "run").err())
        .isEqualTo(
            "stockpot: "
                + ROOT.resolve("examples/digits/model.ts.pt")
                + ": has no BatchNorm statistics (running_mean, running_var) to re-estimate\n");
    assertThat(folder.resolve("run")).doesNotExist();

    write(SOUP + "recipes: [{best: {recalibrate: train-set}}]\n");
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "run").err())
        .isEqualTo(
            "stockpot: soup.yml:8: unknown key 'recalibrate' in 'recipes.best'; known are name\n");
  }

  private void write(String soup) throws IOException {
    Path digits = ROOT.resolve("examples/digits");
    Path family =
        ROOT.resolve("stockpot-libtorch/src/test/resources/dev/stockpot/libtorch/batchnorm");
    Files.writeString(
        folder.resolve("soup.yml"),
        soup.replace("FAMILY", family.toString())
            .replace("DATA", digits.resolve("data").toString())
            .replace("DIGITS", digits.toString()));
  }
}
