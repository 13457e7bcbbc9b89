package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.StockpotProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is trained here, at its smallest: one epoch each.
class ScratchIT {
  @TempDir private Path folder;

  @Test
  void aDemoFromScratchEndsInTwoRankingsAndGoesOnWhereItWasCutOff() throws Exception {
    Result result = stockpot(folder, "demo", "--from-scratch", "--brief", "--quiet");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out().lines().filter(line -> line.startsWith("accuracy, % (correct) ")))
        .hasSize(2);
    assertThat(result.out())
        .endsWith(
            """

            What to do next:
              look at the reports    stockpot-scratch/digits/cooked/report.html, stockpot-scratch/names/cooked/report.html
              see how it was done    stockpot-scratch/names/pretrain.yml, sweep.yml, sweep/soup.yml
              fine-tune otherwise    change stockpot-scratch/names/sweep.yml, then
                                     stockpot finetune stockpot-scratch/names/sweep.yml -o sweep
                                     stockpot cook sweep/soup.yml -o cooked
            """);
    Path scratch = folder.resolve("stockpot-scratch");
    Path results = scratch.resolve("names/cooked/results.jsonl");
    byte[] first = Files.readAllBytes(results);

    // As if it had been killed in the middle.
    Files.writeString(
        scratch.resolve("demo.json"),
        Files.readString(scratch.resolve("demo.json")).replace("true", "false"));
    Files.delete(results);
    Path kept = scratch.resolve("digits/pretrained/run-00/model.safetensors");
    Object written = Files.getLastModifiedTime(kept);
    assertThat(stockpot(folder, "demo", "--from-scratch", "--brief", "--quiet").code()).isZero();
    assertThat(results).hasBinaryContent(first);
    assertThat(Files.getLastModifiedTime(kept)).isEqualTo(written);
  }

  @Test
  void aFolderThatNoDemoMadeIsLeftAlone() throws Exception {
    Files.createDirectories(folder.resolve("mine"));
    Files.writeString(folder.resolve("mine/demo.json"), "{}");

    assertThat(stockpot(folder, "demo", "--from-scratch", "-o", "mine"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: mine: is there and no demo from scratch; choose another folder with -o,"
                    + " or delete it\n"));
  }

  @Test
  void miniaturesAskEveryClaimOfEveryPool() throws Exception {
    List<String> words =
        List.of(
            "miniatures",
            "--brief",
            "--task",
            "digits",
            "--pools",
            "2",
            "--models",
            "3",
            "--twins",
            "3");
    Result result = stockpot(folder, words.toArray(String[]::new));

    assertThat(result.err())
        .contains("2 of 2 pools to train, cook and measure: about 1 min on two cores");
    assertThat(result.code()).isZero();
    assertThat(result.out()).isEqualTo("What the pools say: stockpot-miniatures/miniatures.md\n");
    Path document = folder.resolve("stockpot-miniatures/miniatures.md");
    String text = Files.readString(document);
    assertThat(text).contains("## digits").doesNotContain("## names");
    assertThat(text.lines().filter(line -> line.endsWith("2 of 2 | reproduced |")))
        .as("the one claim about every pool")
        .hasSize(1);

    Path pool = folder.resolve("stockpot-miniatures/digits/pool-02/pool.json");
    byte[] first = Files.readAllBytes(pool);
    Files.delete(pool);
    assertThat(stockpot(folder, words.toArray(String[]::new)).err()).contains("1 of 2 pools");
    assertThat(pool).hasBinaryContent(first);
    assertThat(stockpot(folder, "miniatures", "--pools", "2"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: stockpot-miniatures: holds miniatures of other settings; choose another"
                    + " folder with -o, or delete it\n"));
    assertThat(stockpot(folder, "miniatures", "--task", "cats"))
        .isEqualTo(new Result(2, "", "stockpot: --task is cats; it must be digits or names\n"));
  }
}
