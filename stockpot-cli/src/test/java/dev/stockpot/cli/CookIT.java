package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.internal.io.Sha256;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `cook` with a script that measures: sets are strings, and nobody knows logits.
class CookIT {
  @TempDir private Path folder;

  @BeforeEach
  void make() throws IOException {
    TinySoup.make(folder, "[best, uniform, greedy, ensemble, greedy-ensemble]");
  }

  @Test
  void folderHoldsResultsCheckpointsAndManifest() throws Exception {
    Result result = stockpot(folder, "cook", "soup.yml", "-o", "run");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    assertThat(result.err())
        .contains(
            "note: ensemble is skipped: it averages logits, and this evaluator gives only metrics;"
                + " use an onnx evaluator\n");
    assertThat(result.out())
        .containsPattern("^accuracy, % .correct. +of +select +test +shift-a +mean of shifts\n")
        .containsPattern(
            "\nagainst ft-\\d, points +test +95 % +p +p .Holm. +select +optimism +shift-a +p"
                + " +robustness\n")
        .containsPattern("\n((uniform|greedy), a soup of \\d chosen on select, got|No soup beats)")
        .containsPattern("\nIts checkpoint: run/(best|uniform|greedy)/model.safetensors\n")
        .endsWith("\nThe report: run/report.html\n");
    assertThat(TinySoup.tree(folder.resolve("run")))
        .containsExactly(
            "best",
            "best/model.safetensors",
            "diagnostics.json",
            "geometry.json",
            "greedy",
            "greedy/model.safetensors",
            "greedy/trace.json",
            "manifest.json",
            "report.html",
            "results.jsonl",
            "statistics.json",
            "uniform",
            "uniform/model.safetensors");
    List<String> lines = Files.readAllLines(folder.resolve("run/results.jsonl"));
    assertThat(lines.stream().map(line -> text(line, "name") + " " + text(line, "recipe")))
        .containsExactly(
            "base base",
            "ft-1 individual",
            "ft-2 individual",
            "ft-3 individual",
            "ft-4 individual",
            "ft-5 individual",
            "ft-6 individual",
            "best best",
            "uniform uniform",
            "greedy greedy");
    assertThat(lines)
        .allSatisfy(line -> {
          assertThat(members(JsonReader.read(line)).keySet())
              .containsExactly("name", "recipe", "ingredients", "metrics", "n");
          assertThat(members(members(JsonReader.read(line)).get("metrics")).keySet())
              .containsExactly("select", "test", "shift-a");
        });

    Map<String, Json> manifest =
        members(JsonReader.read(Files.readString(folder.resolve("run/manifest.json"))));
    assertThat(manifest.keySet())
        .containsExactly(
            "command",
            "versions",
            "seed",
            "metric",
            "higher_is_better",
            "sets",
            "verdict",
            "chosen",
            "evaluations",
            "inputs",
            "outputs",
            "seconds",
            "notes");
    assertThat(manifest.get("command"))
        .isEqualTo(JsonReader.read("[\"cook\", \"soup.yml\", \"-o\", \"run\"]"));
    assertHashes(
        manifest.get("inputs"),
        "base.safetensors",
        "ft-1.safetensors",
        "ft-2.safetensors",
        "ft-3.safetensors",
        "ft-4.safetensors",
        "ft-5.safetensors",
        "ft-6.safetensors",
        "soup.yml");
    assertHashes(
        manifest.get("outputs"),
        "run/best/model.safetensors",
        "run/diagnostics.json",
        "run/geometry.json",
        "run/greedy/model.safetensors",
        "run/greedy/trace.json",
        "run/results.jsonl",
        "run/statistics.json",
        "run/uniform/model.safetensors");
    // Base, ingredients and two soups on three sets; five trials, of which one or none is greedy.
    assertThat(TinySoup.calls(folder)).isBetween(3 * 8 + 5, 3 * 9 + 5);
  }

  @Test
  void jsonIsOneDocument() throws Exception {
    Result result = stockpot(folder, "cook", "soup.yml", "--json", "--quiet");
    assertThat(result.err()).isEmpty();
    Map<String, Json> document = members(JsonReader.read(result.out()));
    assertThat(document.keySet())
        .containsExactly("folder", "results", "statistics", "verdict", "notes");
    assertThat(document.get("folder")).isEqualTo(new Json.Str("soup"));
    List<Json> results = ((Json.Arr) document.get("results")).elements();
    List<Json> lines =
        Files.readAllLines(folder.resolve("soup/results.jsonl")).stream()
            .map(JsonReader::read)
            .toList();
    assertThat(results).containsExactlyInAnyOrderElementsOf(lines);
    assertThat(((Json.Arr) document.get("notes")).elements()).hasSize(2);
  }

  @Test
  void dryRunSaysWhatWouldBeDoneAndWritesNothing() throws Exception {
    List<String> before = TinySoup.tree(folder);
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "run", "--dry-run"))
        .isEqualTo(
            new Result(
                0,
                """
                checkpoint  parameters   size
                base                65  260 B
                ft-1                65  260 B
                ft-2                65  260 B
                ft-3                65  260 B
                ft-4                65  260 B
                ft-5                65  260 B
                ft-6                65  260 B

                best: run/best/model.safetensors
                uniform: run/uniform/model.safetensors
                greedy: run/greedy/model.safetensors
                ensemble: would be skipped, it averages logits, and this evaluator gives\
                 only metrics; use an onnx evaluator
                greedy-ensemble: would be skipped, it averages logits, and this evaluator gives\
                 only metrics; use an onnx evaluator

                Before the first evaluation, all weights are looked at once: 1.82 kB to read.
                5 recipes from 6 ingredients and a base; at most 15 evaluations on select, and 10\
                 on 2 other sets.
                At most: as long as the command takes; disk: 780 B for soups, 1.04 kB more while it\
                 runs; memory: 260 B of weights at a time, beside the network's own.
                """,
                ""));
    assertThat(TinySoup.tree(folder)).isEqualTo(before);
  }

  @Test
  void evaluationsInACacheServeOtherRuns() throws Exception {
    Result first = stockpot(folder, "cook", "soup.yml", "-o", "one", "--cache", "kept", "--quiet");
    assertThat(first.code()).as(first.err()).isEqualTo(0);
    int calls = TinySoup.calls(folder);
    assertThat(calls).isPositive();
    Result second = stockpot(folder, "cook", "soup.yml", "-o", "two", "--cache", "kept", "--quiet");
    assertThat(second.code()).as(second.err()).isEqualTo(0);
    assertThat(TinySoup.calls(folder)).isEqualTo(calls);
    assertThat(folder.resolve("two/results.jsonl"))
        .hasSameBinaryContentAs(folder.resolve("one/results.jsonl"));
  }

  @Test
  void folderOfAnotherRunIsLeftAlone() throws Exception {
    Files.createDirectories(folder.resolve("done"));
    Files.writeString(folder.resolve("done/manifest.json"), "{}");
    Files.createDirectories(folder.resolve("begun/.stockpot"));
    List<String> before = TinySoup.tree(folder);
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "done"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: done: holds a finished run; choose another folder with -o, or delete"
                    + " it\n"));
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "done", "--dry-run"))
        .isEqualTo(stockpot(folder, "cook", "soup.yml", "-o", "done"));
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "begun"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: begun: holds a run that was cut off; go on with --resume, or delete"
                    + " it\n"));
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "soup.yml"))
        .isEqualTo(new Result(2, "", "stockpot: soup.yml: is a file; name a folder with -o\n"));
    assertThat(TinySoup.tree(folder)).isEqualTo(before);
  }

  private void assertHashes(Json hashes, String... files) throws IOException {
    assertThat(new TreeSet<>(members(hashes).keySet())).containsExactly(files);
    for (String file : files) {
      assertThat(members(hashes).get(file))
          .as(file)
          .isEqualTo(new Json.Str(Sha256.ofFile(folder.resolve(file), _ -> {})));
    }
  }

  private static String text(String line, String member) {
    return ((Json.Str) members(JsonReader.read(line)).get(member)).value();
  }

  private static Map<String, Json> members(Json object) {
    return ((Json.Obj) object).members();
  }
}
