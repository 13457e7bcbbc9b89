package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.browser.Browser;
import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The report of the demo in a browser, and of results from elsewhere in the terminal.
class ReportIT {
  @TempDir private Path folder;

  @Test
  void theDemosReportShowsItsResults() throws Exception {
    assumeTrue(
        Browser.find().isPresent(),
        "skipped: there is no Chromium on the path (apt-get install chromium)");
    assertThat(stockpot(folder, "demo", "-o", "run", "--quiet").code()).isEqualTo(0);
    Path page = folder.resolve("run/report.html");
    try (Browser browser =
        Browser.start(Browser.find().orElseThrow(), Files.createDirectory(folder.resolve("p")))) {
      browser.open(page);
      browser.evaluate("stockpot.draw()");
      assertThat(browser.text("Object.keys(stockpot.charts)"))
          .contains("scatter", "trace-greedy", "trace-greedy-ensemble", "hyperparameters");
      for (String line : Files.readAllLines(folder.resolve("run/results.jsonl"))) {
        Map<String, Json> result = members(JsonReader.read(line));
        String name = ((Json.Str) result.get("name")).value();
        members(result.get("correct"))
            .forEach((set, count) ->
                assertThat(browser.text(cell(name, set)))
                    .as("%s on %s", name, set)
                    .endsWith("(" + ((Json.Num) count).text() + ")"));
        assertThat(
                JsonReader.read(
                    browser.text(
                        "JSON.stringify(stockpot.study.models.find(each => each.name === '%s').metrics)"
                            .formatted(name))))
            .usingRecursiveComparison()
            .isEqualTo(result.get("metrics"));
      }
      assertThat(browser.text("document.querySelector('tr.winner .name').textContent"))
          .isEqualTo("greedy");
      assertThat(browser.complaints()).isEmpty();
      assertThat(browser.requests()).containsExactly(page.toUri().toString());
    }
  }

  @Test
  void aFinishedRunIsDrawnAgainWithFigures() throws Exception {
    TinySoup.make(folder, "[best, uniform, greedy]");
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "run", "--quiet").code()).isEqualTo(0);
    byte[] page = Files.readAllBytes(folder.resolve("run/report.html"));
    Files.delete(folder.resolve("run/report.html"));
    Result result = stockpot(folder, "report", "run", "--figures", "figures");
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .endsWith("\nrun/report.html\nfigures/scatter.svg\nfigures/scatter.png\n");
    assertThat(folder.resolve("run/report.html")).hasBinaryContent(page);
    assertThat(folder.resolve("figures/scatter.svg")).isNotEmptyFile();
    assertThat(folder.resolve("figures/scatter.png")).isNotEmptyFile();
  }

  @Test
  void resultsFromElsewhereAreRanked() throws Exception {
    write(
        "models.jsonl",
        "{\"model_name\": \"m0\", \"val\": 0.5, \"test\": 0.4, \"s\": 0.5, \"p\": 0.5}",
        "{\"model_name\": \"m1\", \"val\": 0.6, \"test\": 0.5, \"s\": 0.6, \"p\": 0.8}",
        "{\"model_name\": \"m2\", \"val\": 0.6, \"test\": 0.6, \"s\": 0.9, \"p\": 0.9}");
    write(
        "soup.jsonl",
        "{\"name\": \"soup\", \"metrics\": {\"val\": 0.7, \"test\": 0.7, \"s\": 1, \"p\": 0.9}}");
    assertThat(
            report(
                "--results",
                "models.jsonl",
                "soup.jsonl",
                "--select",
                "val",
                "--test",
                "test",
                "--shift",
                "s",
                "p"))
        .isEqualTo(
            new Result(
                0,
                """
                accuracy, %  recipe        val   test       s      p  mean of shifts
                soup         soup        70.00  70.00  100.00  90.00           95.00
                m2           individual  60.00  60.00   90.00  90.00           90.00
                m1           individual  60.00  50.00   60.00  80.00           70.00
                m0           individual  50.00  40.00   50.00  50.00           50.00

                Correlation of val with test over the fine-tuned models: 0.8660
                Correlation of test with the mean of shifts over the fine-tuned models: 1.0000
                Chosen on val: soup (70.00 %; best single model m1: 60.00 %). On test it gets 70.00 %\
                 against 50.00 %: better. On the mean of shifts it gets 95.00 % against 70.00 %: better.
                report.html
                """,
                ""));
    assertThat(folder.resolve("report.html")).isNotEmptyFile();
    Map<String, Json> document =
        members(
            JsonReader.read(
                report(
                        "--results",
                        "models.jsonl",
                        "--select",
                        "val",
                        "--test",
                        "test",
                        "--json",
                        "-o",
                        "page.html")
                    .out()));
    assertThat(document.get("files")).isEqualTo(JsonReader.read("[\"page.html\"]"));
    assertThat(document.get("ranking"))
        .isEqualTo(
            JsonReader.read(
                """
                [{"name": "m2", "recipe": "individual", "select": 0.6, "id": 0.6},
                 {"name": "m1", "recipe": "individual", "select": 0.6, "id": 0.5},
                 {"name": "m0", "recipe": "individual", "select": 0.5, "id": 0.4}]\
                """));
  }

  @Test
  void whatToDrawHasToBeSaid() throws Exception {
    String which =
        "stockpot: report draws either the folder of a finished run or results from elsewhere; name"
            + " one of DIR and --results\n";
    assertThat(report()).isEqualTo(new Result(2, "", which));
    assertThat(report("run", "--results", "models.jsonl")).isEqualTo(new Result(2, "", which));
    assertThat(report("--results", "models.jsonl"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: --results needs --select SET, the held-out set that models were chosen"
                    + " on\n"));
  }

  @Test
  void lineAndPlaneAreMeasuredAndJoinTheReport() throws Exception {
    String digits = StockpotProcess.ROOT.resolve("examples/digits").toString();
    String eval = digits + "/eval.yml";
    String a = digits + "/ft-08.safetensors";
    String b = digits + "/ft-09.safetensors";
    Result line =
        stockpot(
            folder, "interpolate", a, b, "--eval", eval, "--steps", "2", "--quiet", "-o", "run");
    assertThat(line.err()).isEmpty();
    // reference.json: 536 and 533 of 600 on select; the greedy soup of both has 540.
    assertThat(line.out().lines().map(each -> each.replaceAll(" +", " ")))
        .contains("accuracy from ft-08 to ft-09")
        .anyMatch(each -> each.startsWith(" 0.0000 89.33 88.67 "))
        .anyMatch(each -> each.startsWith(" 0.5000 90.00 89.24 "))
        .anyMatch(each -> each.startsWith(" 1.0000 88.83 89.10 "))
        .anyMatch(each -> each.startsWith("barrier 0.00 0.00 "))
        .last()
        .isEqualTo("The report: run/report.html");
    Result plane =
        stockpot(
            folder,
            "landscape",
            digits + "/base.safetensors",
            a,
            b,
            "--eval",
            eval,
            "--grid",
            "2",
            "--json",
            "--quiet",
            "-o",
            "run");
    assertThat(plane.err()).isEmpty();
    Map<String, Json> document = members(JsonReader.read(plane.out()));
    assertThat(document.keySet()).containsExactly("points", "angle_degrees", "x", "y", "values");
    assertThat(document)
        .isEqualTo(
            members(JsonReader.read(Files.readString(folder.resolve("run/landscape.json")))));
    assertThat(Files.readString(folder.resolve("run/report.html")))
        .contains("\"curves\":[{\"from\":\"ft-08\",\"to\":\"ft-09\"")
        .contains("\"landscapes\":[{\"points\":[{\"name\":\"base\",\"x\":0");

    assertThat(stockpot(folder, "landscape", a, a, b, "--eval", eval, "--quiet").err())
        .isEqualTo("stockpot: %s is named twice; name different checkpoints\n".formatted(a));
    Files.copy(Path.of(a), folder.resolve("copy.safetensors"));
    assertThat(
            stockpot(folder, "landscape", a, "copy.safetensors", b, "--eval", eval, "--quiet")
                .err())
        .isEqualTo(
            "stockpot: ft-08, copy and ft-09 lie on one line, or two of them are the same: there is"
                + " no plane through them; choose other models, or use stockpot interpolate\n");
    assertThat(stockpot(folder, "landscape", a, b, a, "--eval", eval, "--grid", "1").err())
        .isEqualTo("stockpot: --grid 1: at least 2 is needed\n");
    assertThat(stockpot(folder, "interpolate", a, b, "--eval", eval, "--steps", "0").err())
        .isEqualTo("stockpot: --steps 0: at least 1 is needed\n");
    assertThat(
            stockpot(folder, "interpolate", digits + "/ft-0*.safetensors", b, "--eval", eval).err())
        .isEqualTo(
            "stockpot: %s/ft-0*.safetensors matches 10 checkpoints; name one\n".formatted(digits));
  }

  @Test
  void pairsAreComparedAndJoinTheReport() throws Exception {
    String digits = StockpotProcess.ROOT.resolve("examples/digits").toString();
    String[] command = {
      "pairs",
      digits + "/ft-0[589].safetensors",
      "--base",
      digits + "/base.safetensors",
      "--eval",
      digits + "/eval.yml",
      "--alphas",
      "0.4,0.5",
      "--cache",
      "cache",
      "--json",
      "--quiet",
      "-o",
      "run"
    };
    Result pairs = stockpot(folder, command);
    assertThat(pairs.err()).isEmpty();
    Map<String, Json> all = members(JsonReader.read(pairs.out()));
    assertThat(all.get("approximation"))
        .isEqualTo(JsonReader.read(Files.readString(folder.resolve("run/approximation.json"))));
    assertThat(all.get("advantage"))
        .isEqualTo(JsonReader.read(Files.readString(folder.resolve("run/advantage.json"))));
    // Three pairs by six sets, twice where there are two shares.
    assertThat(((Json.Arr) members(all.get("approximation")).get("pairs")).elements()).hasSize(36);
    // reference.json: 536 and 533 of 600 on select, their soup has 540.
    Map<String, Json> half =
        ((Json.Arr) members(all.get("advantage")).get("pairs"))
            .elements().stream()
                .map(ReportIT::members)
                .filter(each -> each.get("first").equals(new Json.Str("ft-08")))
                .filter(each -> each.get("set").equals(new Json.Str("select")))
                .findFirst()
                .orElseThrow();
    assertThat(((Json.Num) half.get("advantage")).asDouble())
        .isCloseTo((540 - (536 + 533) / 2.0) / 600, within(1e-12));
    assertThat(Files.readString(folder.resolve("run/report.html")))
        .contains("\"approximation\":[{\"first\":\"ft-05\",\"second\":\"ft-08\"")
        .contains("\"advantage\":{\"metric\":\"accuracy\"");
    // What is kept is not measured again, and gives the same.
    assertThat(stockpot(folder, command)).isEqualTo(pairs);

    assertThat(
            stockpot(
                    folder,
                    "pairs",
                    digits + "/ft-0[89].safetensors",
                    "--eval",
                    digits + "/eval.yml",
                    "--alphas",
                    "0.01")
                .err())
        .isEqualTo(
            "stockpot: --alphas 0.01: has to be from 0.05 to 0.95, so that a step of 0.05 stays"
                + " between the two models\n");
    assertThat(
            stockpot(folder, "pairs", digits + "/ft-09.safetensors", "--eval", digits + "/eval.yml")
                .err())
        .isEqualTo("stockpot: pairs needs at least two checkpoints; name another\n");
  }

  private Result report(String... words) throws IOException, InterruptedException {
    String[] all = new String[words.length + 1];
    all[0] = "report";
    System.arraycopy(words, 0, all, 1, words.length);
    return stockpot(folder, all);
  }

  private void write(String file, String... lines) throws IOException {
    Files.write(folder.resolve(file), List.of(lines));
  }

  private static String cell(String name, String set) {
    return """
    (() => {
      const table = document.getElementById('ranking-table');
      const heads = [...table.querySelectorAll('thead th')].map(head => head.textContent);
      const row = [...table.querySelectorAll('tbody tr')]
        .find(each => each.querySelector('.name bdi').textContent === '%s');
      return row.children[heads.indexOf('%s')].textContent;
    })()\
    """
        .formatted(name, set);
  }

  private static Map<String, Json> members(Json json) {
    return ((Json.Obj) json).members();
  }
}
