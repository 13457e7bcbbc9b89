package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.StockpotProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
  @TempDir private Path folder;

  @Test
  void demoRanksSaysWhatToDoNextAndReplacesOnlyAnEarlierDemo() throws Exception {
    Result result = stockpot(folder, "demo", "--quiet");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isEqualTo(0);
    List<String> lines = result.out().lines().toList();
    assertThat(lines.getFirst()).startsWith("accuracy, % (correct) ").endsWith("  mean of shifts");
    assertThat(lines.subList(2, 26).stream().map(line -> line.replaceFirst(" .*", "")))
        .containsExactlyInAnyOrder(
            "base",
            "ft-00",
            "ft-01",
            "ft-02",
            "ft-03",
            "ft-04",
            "ft-05",
            "ft-06",
            "ft-07",
            "ft-08",
            "ft-09",
            "best",
            "uniform",
            "greedy",
            "stock",
            "wise-ft",
            "wise-ft@0",
            "wise-ft@0.2",
            "wise-ft@0.4",
            "wise-ft@0.6",
            "wise-ft@0.8",
            "wise-ft@1",
            "ensemble",
            "greedy-ensemble");
    assertThat(result.out())
        .contains(
            """

            greedy, a soup of 2 chosen on select, got 622 of 697 on test against 618 by ft-08, the\
             single model that was best on select: 4 more; the difference is not more than noise\
             (exact McNemar p = 0.39; with this set a gain of at least 8 would have shown). Mean of\
             shifts: 74.82 % against 75.36 %, 0.54 points less, not more than noise (sign flips p =\
             0.17).
            Its checkpoint: stockpot-demo/greedy/model.safetensors
            The report: stockpot-demo/report.html

            What to do next:
              look into the soup     stockpot inspect stockpot-demo/greedy/model.safetensors --stats
            """);
    Path results = folder.resolve("stockpot-demo/results.jsonl");
    byte[] first = Files.readAllBytes(results);
    Files.writeString(results, "old");
    assertThat(stockpot(folder, "demo", "--quiet").code()).isEqualTo(0);
    assertThat(results).hasBinaryContent(first);

    String message =
        ": is there and no finished demo; choose another folder with -o, or delete it\n";
    Files.createDirectories(folder.resolve("mine/.stockpot"));
    assertThat(stockpot(folder, "demo", "-o", "mine"))
        .isEqualTo(new Result(2, "", "stockpot: mine" + message));
    Files.writeString(folder.resolve("mine/results.jsonl"), "");
    Files.writeString(folder.resolve("mine/manifest.json"), "{\"command\": [\"cook\"]}");
    assertThat(stockpot(folder, "demo", "-o", "mine"))
        .isEqualTo(new Result(2, "", "stockpot: mine" + message));
    assertThat(TinySoup.tree(folder.resolve("mine")))
        .containsExactly(".stockpot", "manifest.json", "results.jsonl");
  }
}
