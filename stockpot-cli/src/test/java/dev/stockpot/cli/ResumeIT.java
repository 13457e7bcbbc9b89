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
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run that is killed with `kill -9`, and gone on with, gives the same bytes as one that is not.
class ResumeIT {
  private static final int KILLS = 30;

  @TempDir private Path folder;

  /// How far a run has come.
  private interface Count {
    int now() throws IOException;
  }

  @Test
  void commandEvaluator() throws Exception {
    TinySoup.make(folder, "[best, uniform, greedy]");
    for (int i = 10; i < 20; i++) {
      TinySoup.write(folder.resolve("ft-" + i + ".safetensors"), i, 65);
    }
    Result whole = stockpot(folder, "cook", "soup.yml", "-o", "whole", "--quiet");
    assertThat(whole.code()).as(whole.err()).isEqualTo(0);
    int calls = TinySoup.calls(folder);
    assertThat(calls).isGreaterThan(2 * KILLS);

    Random random = new Random(20261121);
    for (int kill = 0; kill < KILLS; kill++) {
      killAfter(random.nextInt(2), random.nextInt(40), () -> TinySoup.calls(folder));
    }
    assertSameAfterResume();
    // What a kill costs is the evaluation that was under way.
    assertThat(TinySoup.calls(folder)).isBetween(2 * calls, 2 * calls + KILLS);
  }

  @Test
  void secondRunSaysWhoHoldsTheFolder() throws Exception {
    TinySoup.make(folder, "[best, uniform, greedy]");
    Process first = start(folder, command("cook", "soup.yml", "-o", "run"));
    try {
      while (TinySoup.calls(folder) < 1 && first.isAlive()) {
        Thread.sleep(2);
      }
      for (String[] words :
          new String[][] {
            {"cook", "soup.yml", "-o", "run"}, {"cook", "soup.yml", "-o", "run", "--resume"}
          }) {
        Result second = stockpot(folder, words);
        assertThat(second.code()).isEqualTo(2);
        assertThat(second.err())
            .matches(
                "stockpot: run: is being cooked by process "
                    + first.pid()
                    + ", since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d; wait until that has"
                    + " ended, or choose another folder with -o\n");
      }
    } finally {
      first.destroyForcibly().waitFor();
    }
  }

  @Test
  void onnxEvaluator() throws Exception {
    makeDigits("");
    Result whole = stockpot(folder, "cook", "soup.yml", "-o", "whole", "--quiet");
    assertThat(whole.code()).as(whole.err()).isEqualTo(0);
    Random random = new Random(7);
    for (int kill = 0; kill < 3; kill++) {
      killAfter(1 + random.nextInt(3), random.nextInt(40), () -> TinySoup.evaluations(folder));
    }
    assertSameAfterResume();
  }

  /// Searches, curves, ensembles, and what is computed from other soups.
  @Test
  void everyRecipe() throws Exception {
    makeDigits(
        """
        recipes:
          - best
          - uniform
          - greedy: {passes: 2}
          - greedy-random: {orders: 2}
          - pruned
          - stock
          - ema
          - last-k
          - wsm
          - soce: {categories: DIGITS/data/select-y.npy, budget: 10}
          - search: {budget: 10}
          - wise-ft: {of: greedy, steps: 3}
          - ensemble
          - greedy-ensemble
        """);
    Result whole = stockpot(folder, "cook", "soup.yml", "-o", "whole", "--quiet");
    assertThat(whole.code()).as(whole.err()).isEqualTo(0);
    Random random = new Random(11);
    for (int kill = 0; kill < 5; kill++) {
      killAfter(3 + random.nextInt(9), random.nextInt(40), () -> TinySoup.evaluations(folder));
    }
    assertSameAfterResume();
  }

  /// @param recipes nothing for the usual ones
  private void makeDigits(String recipes) throws IOException {
    Path digits = StockpotProcess.ROOT.toAbsolutePath().normalize().resolve("examples/digits");
    String soup =
        """
        base: DIGITS/base.safetensors
        ingredients: ["DIGITS/ft-0[789].safetensors", DIGITS/ft-02.safetensors]
        evaluator: {onnx: DIGITS/model.onnx}
        input: {layout: nchw, scale: 16}
        data:
          select: {x: DIGITS/data/select-x.npy, y: DIGITS/data/select-y.npy}
          report: {test: {x: DIGITS/data/test-x.npy, y: DIGITS/data/test-y.npy}}
        """;
    Files.writeString(
        folder.resolve("soup.yml"), (soup + recipes).replace("DIGITS", digits.toString()));
  }

  /// Starts or goes on with a run, and kills it when it has come so much further.
  private void killAfter(int steps, int millis, Count count) throws Exception {
    int target = count.now() + steps;
    Process process = start(folder, command("cook", "soup.yml", "-o", "run", "--resume"));
    try {
      while (count.now() < target && process.isAlive()) {
        Thread.sleep(2);
      }
      Thread.sleep(millis);
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).as("ended by SIGKILL").isEqualTo(128 + 9);
  }

  private void assertSameAfterResume() throws Exception {
    // As a kill in the middle of writing a checkpoint would leave it.
    Path partial = folder.resolve("run/greedy/.model.safetensors.1-f.partial");
    Files.createDirectories(partial.getParent());
    Files.write(partial, new byte[100]);
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "run").err())
        .isEqualTo(
            "stockpot: run: holds a run that was cut off; go on with --resume, or delete it\n");
    Result resumed = stockpot(folder, "cook", "soup.yml", "-o", "run", "--resume", "--quiet");
    assertThat(resumed.code()).as(resumed.err()).isEqualTo(0);

    List<String> files = TinySoup.tree(folder.resolve("whole"));
    assertThat(TinySoup.tree(folder.resolve("run"))).isEqualTo(files);
    for (String file : files) {
      Path whole = folder.resolve("whole").resolve(file);
      if (Files.isRegularFile(whole)
          && !file.equals("manifest.json")
          && !file.equals("report.html")) {
        assertThat(folder.resolve("run").resolve(file)).hasSameBinaryContentAs(whole);
      }
    }
  }
}
