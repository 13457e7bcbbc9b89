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

/// Sweeps by Stockpot's own trainer, from the command line.
class FinetuneDigitsIT {
  private static final Path DIGITS =
      StockpotProcess.ROOT.toAbsolutePath().normalize().resolve("examples/digits");

  @TempDir private Path folder;

  @BeforeEach
  void sweep() throws IOException {
    Files.writeString(
        folder.resolve("sweep.yml"),
        """
        base: DIGITS/base.safetensors
        model: {torchscript: DIGITS/model.ts.pt}
        search: {random: 3, seed: 1}
        hyperparameters:
          lr: {log-uniform: [0.0003, 0.003]}
          epochs: 4
          noise: 0.1
        ema: [0.95]
        input: {layout: nchw, scale: 16}
        data:
          train: {x: DIGITS/data/train-x.npy, y: DIGITS/data/train-y.npy}
          select: {x: DIGITS/data/select-x.npy, y: DIGITS/data/select-y.npy}
          report: {test: {x: DIGITS/data/test-x.npy, y: DIGITS/data/test-y.npy}}
        """
            .replace("DIGITS", DIGITS.toString()));
  }

  @Test
  void killedSweepGoesOnWithTheSameBytesWhateverTheJobsAndIsCooked() throws Exception {
    Result whole = stockpot(folder, "finetune", "sweep.yml", "-o", "whole", "--jobs", "2");
    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(whole.out()).contains("run-02").contains("select, %").contains("finished");
    Process process = start(folder, command("finetune", "sweep.yml", "-o", "cut", "--jobs", "1"));
    // In the middle of the second run.
    Path state = folder.resolve("cut/.stockpot/run-01/state.safetensors");
    while (!Files.exists(state) && process.isAlive()) {
      Thread.sleep(1);
    }
    process.destroyForcibly().waitFor();
    Result resumed =
        stockpot(folder, "finetune", "sweep.yml", "-o", "cut", "--resume", "--jobs", "1");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertSameFiles("whole", "cut");

    Files.writeString(
        folder.resolve("sweep.yml"),
        Files.readString(folder.resolve("sweep.yml")).replace("random: 3", "random: 4"));
    Path first = folder.resolve("cut/run-00/run.json");
    Object written = Files.getLastModifiedTime(first);
    Result more = stockpot(folder, "finetune", "sweep.yml", "-o", "cut", "--resume", "--quiet");
    assertThat(more.code()).as(more.err()).isZero();
    assertThat(more.out()).contains("run-03");
    assertThat(Files.getLastModifiedTime(first)).isEqualTo(written);
    assertThat(folder.resolve("cut/run-02/run.json"))
        .hasSameBinaryContentAs(folder.resolve("whole/run-02/run.json"));
    Result cook = stockpot(folder, "cook", "cut/soup.yml", "-o", "cooked", "--quiet");
    assertThat(cook.code()).as(cook.err()).isZero();
    assertThat(cook.out()).contains("run-00", "run-03", "greedy");
  }

  @Test
  void aSweepWhoseRunDivergesGoesOnAndIsDone() throws Exception {
    Files.writeString(
        folder.resolve("sweep.yml"),
        Files.readString(folder.resolve("sweep.yml"))
            .replaceAll("search: .*", "search: grid")
            .replaceAll("lr: .*", "lr: [100000, 0.001]\n  optimizer: sgd")
            .replace("epochs: 4", "epochs: 1"));
    Result result = stockpot(folder, "finetune", "sweep.yml", "--jobs", "1");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err())
        .contains("run-00: diverged, the loss was not finite in epoch 1\n")
        .containsPattern("run-01: accuracy .* after 1 epoch\n")
        .contains("fine-tuning: done in ");
    assertThat(result.out()).containsPattern("run-00 +100000 .* diverged\n");
    assertThat(Files.readString(folder.resolve("sweep/soup.yml")))
        .contains("ingredients: [\"run-01\"]");
    assertThat(Files.readString(folder.resolve("sweep/run-00/run.json")))
        .contains("\"why\": \"the loss was not finite in epoch 1\"");
  }

  @Test
  void stockDuringTrainingGoesOnAfterAKill() throws Exception {
    Files.writeString(
        folder.resolve("sweep.yml"),
        Files.readString(folder.resolve("sweep.yml")) + "stock: {every: epoch}\n");
    Result whole = stockpot(folder, "finetune", "sweep.yml", "-o", "whole");
    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(whole.out()).contains("stock");
    Process process = start(folder, command("finetune", "sweep.yml", "-o", "cut"));
    while (!Files.exists(folder.resolve("cut/.stockpot/period-2")) && process.isAlive()) {
      Thread.sleep(1);
    }
    process.destroyForcibly().waitFor();
    Result resumed = stockpot(folder, "finetune", "sweep.yml", "-o", "cut", "--resume");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertSameFiles("whole", "cut");

    Files.writeString(
        folder.resolve("sweep.yml"),
        Files.readString(folder.resolve("sweep.yml")).replace("random: 3", "random: 4"));
    assertThat(stockpot(folder, "finetune", "sweep.yml", "-o", "whole", "--resume", "--quiet"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: whole: holds a finished sweep with 'stock', whose runs were merged with"
                    + " each other, so none can be added; choose another folder with -o, or delete"
                    + " it\n"));
  }

  private void assertSameFiles(String expected, String actual) throws IOException {
    List<String> files = TinySoup.tree(folder.resolve(expected));
    assertThat(TinySoup.tree(folder.resolve(actual))).isEqualTo(files);
    for (String file : files) {
      if (Files.isRegularFile(folder.resolve(expected).resolve(file))) {
        assertThat(folder.resolve(actual).resolve(file))
            .hasSameBinaryContentAs(folder.resolve(expected).resolve(file));
      }
    }
  }
}
