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

/// Sweeps by a program of the user's.
class FinetuneIT {
  @TempDir private Path folder;

  @BeforeEach
  void script() throws IOException {
    TinySoup.make(folder, "[best, uniform]");
    Files.writeString(
        folder.resolve("train.sh"),
        """
        echo "$3" >> trained
        sleep 0.05
        cp "ft-$2.safetensors" "$1"
        echo '{"epoch": 1, "loss": 0.5, "accuracy": 0.25}'
        echo '{"epoch": 2, "loss": '"$4"', "accuracy": 0.75}'
        """);
  }

  private void sweep(String hyperparameters) throws IOException {
    Files.writeString(
        folder.resolve("sweep.yml"),
        """
        base: base.safetensors
        trainer: {command: [bash, train.sh, "{output}", "{which}", "{run}", "{loss}"]}
        hyperparameters: HYPERPARAMETERS
        evaluator: {command: [bash, measure.sh, "{checkpoint}", "{data}"]}
        data: {select: first half, report: {test: second half}}
        """
            .replace("HYPERPARAMETERS", hyperparameters));
  }

  @Test
  void divergedRunsAreRecordedAndTheRestIsCooked() throws Exception {
    sweep("{which: [1, 2, 3], loss: [0.25, NaN]}");
    Result dry = stockpot(folder, "finetune", "sweep.yml", "--dry-run");
    assertThat(dry.out())
        .isEqualTo(
            """
            run     which  loss  seed
            run-00      1  0.25     0
            run-01      1   NaN     1
            run-02      2  0.25     2
            run-03      2   NaN     3
            run-04      3  0.25     4
            run-05      3   NaN     5
            Would call the program 6 times, 1 at once.
            """);
    assertThat(folder.resolve("sweep")).doesNotExist();
    Result result = stockpot(folder, "finetune", "sweep.yml", "--jobs", "2");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .matches(
            """
            run     which  loss  seed  loss  select, %%  status
            run-00      1  0.25     0  0.25  {5} *[0-9.]+  finished
            run-01      1   NaN     1   nan          -  diverged
            (?s).*To cook them: stockpot cook sweep/soup.yml
            """
                .replace("%%", "%"));
    assertThat(TinySoup.tree(folder.resolve("sweep")))
        .contains("run-00/model.safetensors", "run-01/run.json", "soup.yml", "sweep.json")
        .doesNotContain("run-01/model.safetensors", ".stockpot");
    Result cook = stockpot(folder, "cook", "sweep/soup.yml", "-o", "cooked", "--quiet");
    assertThat(cook.code()).as(cook.err()).isZero();
    assertThat(cook.out()).contains("run-04", "uniform").doesNotContain("run-01");
    assertThat(stockpot(folder, "finetune", "sweep.yml").err())
        .isEqualTo(
            "stockpot: sweep: holds a finished sweep; choose another folder with -o, delete it, or"
                + " add runs to it with --resume\n");
  }

  @Test
  void resumedSweepHasTheSameBytesAndRunsNothingTwice() throws Exception {
    sweep("{which: [1, 2, 3, 4, 5, 6], loss: 0.25}");
    assertThat(stockpot(folder, "finetune", "sweep.yml", "-o", "whole").code()).isZero();
    Files.delete(folder.resolve("trained"));
    Process process = start(folder, command("finetune", "sweep.yml", "-o", "cut"));
    while (!Files.exists(folder.resolve("cut/run-02/run.json")) && process.isAlive()) {
      Thread.sleep(2);
    }
    process.destroyForcibly().waitFor();
    assertThat(stockpot(folder, "finetune", "sweep.yml", "-o", "cut").err())
        .isEqualTo(
            "stockpot: cut: holds a sweep that was cut off; go on with --resume, or delete it\n");
    Result resumed = stockpot(folder, "finetune", "sweep.yml", "-o", "cut", "--resume", "--quiet");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    List<String> files = TinySoup.tree(folder.resolve("whole"));
    assertThat(TinySoup.tree(folder.resolve("cut"))).isEqualTo(files);
    for (String file : files) {
      if (Files.isRegularFile(folder.resolve("whole").resolve(file))) {
        assertThat(folder.resolve("cut").resolve(file))
            .hasSameBinaryContentAs(folder.resolve("whole").resolve(file));
      }
    }
    assertThat(Files.readAllLines(folder.resolve("trained")).stream().limit(3))
        .containsExactly("run-00", "run-01", "run-02");
    assertThat(Files.readAllLines(folder.resolve("trained")).stream().skip(4))
        .doesNotContain("run-00", "run-01", "run-02");
  }

  @Test
  void failedRunsAreToldAndTriedAgain() throws Exception {
    sweep("{which: [1, 9, 2], loss: 0.25}");
    Files.writeString(
        folder.resolve("train.sh"), "set -e\n" + Files.readString(folder.resolve("train.sh")));
    Result result = stockpot(folder, "finetune", "sweep.yml", "--quiet");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            """
            stockpot: 1 of 3 runs failed; mend what the program says, and go on with --resume
              run-01: the program ended with exit code 1; sweep/run-01/log.txt ends:
                cp: cannot stat 'ft-9.safetensors': No such file or directory
            """);
    TinySoup.write(folder.resolve("ft-9.safetensors"), 9, 65);
    Result resumed = stockpot(folder, "finetune", "sweep.yml", "--resume", "--json");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("\"status\": \"finished\"").doesNotContain("failed");
    assertThat(Files.readAllLines(folder.resolve("trained")))
        .containsExactly("run-00", "run-01", "run-02", "run-01");
  }
}
