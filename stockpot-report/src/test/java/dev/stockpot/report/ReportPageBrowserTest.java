package dev.stockpot.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.browser.Browser;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page in a real browser.
class ReportPageBrowserTest {
  @TempDir private Path folder;

  @BeforeEach
  void needsABrowser() {
    assumeTrue(
        Browser.find().isPresent(),
        "skipped: there is no Chromium on the path (apt-get install chromium)");
  }

  @Test
  void everyFigureIsDrawnWithAMarkPerNumber() throws Exception {
    TestRun.of(6, 3).write(folder);
    try (Browser browser = open()) {
      assertThat(strings(browser, "Object.keys(stockpot.charts)"))
          .containsExactly(
              "scatter",
              "trace-greedy",
              "angles",
              "norms",
              "hyperparameters",
              "coefficients-learned",
              "stock",
              "curve-0",
              "landscape-0",
              "approximation",
              "advantage");
      assertThat(marks(browser, "scatter", "individual")).isEqualTo(6);
      assertThat(marks(browser, "scatter", "base")).isEqualTo(1);
      assertThat(marks(browser, "scatter", "soup")).isEqualTo(4);
      assertThat(marks(browser, "scatter", "ensemble")).isEqualTo(1);
      assertThat(marks(browser, "scatter", "wise-ft")).isEqualTo(3);
      assertThat(marks(browser, "trace-greedy", "kept")).isEqualTo(3);
      assertThat(marks(browser, "trace-greedy", "stopped")).isEqualTo(3);
      assertThat(marks(browser, "angles", "cells")).isEqualTo(36);
      assertThat(marks(browser, "norms", "cells")).isEqualTo(4 * 6);
      assertThat(marks(browser, "hyperparameters", "models")).isEqualTo(6);
      assertThat(marks(browser, "coefficients-learned", "cells")).isEqualTo(3 * 6);
      assertThat(marks(browser, "stock", "t")).isEqualTo(3);
      assertThat(marks(browser, "curve-0", "measured")).isEqualTo(3);
      assertThat(marks(browser, "landscape-0", "cells")).isEqualTo(6);
      assertThat(marks(browser, "landscape-0", "points")).isEqualTo(3);
      assertThat(marks(browser, "approximation", "pairs")).isEqualTo(5);
      assertThat(marks(browser, "advantage", "pairs")).isEqualTo(5);
      assertThat(browser.text("document.querySelector('#advantage figcaption').textContent"))
          .endsWith("; correlation 1.000.");
      assertThat(browser.text("document.getElementById('left-out')")).isEqualTo("null");
      assertThat(browser.text("document.querySelector('#verdict h1').textContent"))
          .isEqualTo("Chosen on select: greedy.");
      assertQuiet(browser);
    }
  }

  /// Ten thousand cells are one image, and what is under the pointer is worked out.
  @Test
  void aHundredModelsWithTwoHundredLayersAreDrawnAndTold() throws Exception {
    TestRun.of(100, 200).write(folder);
    try (Browser browser = open()) {
      assertThat(Files.size(folder.resolve("report.html"))).isLessThan(5_000_000);
      for (String figure : List.of("angles", "norms", "coefficients-learned")) {
        assertThat(marks(browser, figure, "cells")).as(figure).isEqualTo(1);
        browser.evaluate("document.getElementById('chart-%s').scrollIntoView()".formatted(figure));
        List<Double> at = Members.asNumbers("point", browser.evaluate(place(figure, "[7, 3]")));
        browser.move(at.getFirst() - 30, at.getLast() + 5);
        browser.move(at.getFirst(), at.getLast());
        assertThat(
                browser.text(
                    "document.querySelector('#chart-%s .tip b').innerText".formatted(figure)))
            .isEqualTo(figure.equals("angles") ? "ft-03 × ft-07" : rowOf(figure) + " × ft-07");
      }
      browser.evaluate("document.getElementById('chart-coefficients-learned').focus()");
      browser.press("ArrowRight");
      browser.press("ArrowRight");
      assertThat(
              browser.text(
                  "document.querySelector('#coefficients-learned [aria-live]').textContent"))
          .startsWith("layer.0.weight × ft-01, α 0.");
      assertQuiet(browser);
    }
  }

  /// The first row of norms is the whole model.
  private static String rowOf(String figure) {
    return figure.equals("norms") ? "layer.2.weight" : "layer.3.weight";
  }

  private static String place(String figure, String value) {
    return """
    (() => {
      const chart = stockpot.charts['%s'];
      const point = chart.convertToPixel({gridIndex: 0}, %s);
      const box = chart.getDom().getBoundingClientRect();
      return [box.x + point[0], box.y + point[1]];
    })()\
    """
        .formatted(figure, value);
  }

  @Test
  void valuesInThePageAreThoseOfTheResults() throws Exception {
    TestRun.of(5, 2).write(folder);
    try (Browser browser = open()) {
      for (String line : Files.readAllLines(folder.resolve("results.jsonl"))) {
        Members result = Members.of("line", JsonReader.read(line));
        String name = result.text("name").orElseThrow();
        for (String set : TestRun.SETS) {
          int correct = result.map("correct", Members::asCount).get(set);
          assertThat(browser.text(cell(name, set)))
              .as("%s on %s", name, set)
              .startsWith("%.2f".formatted(100.0 * correct / 500))
              .endsWith("(" + correct + ")");
        }
      }
      assertThat(browser.text(cell("learned", "test"))).contains("▲");
      assertQuiet(browser);
    }
  }

  @Test
  void hoveringNamesTheModelAndItsHyperparameters() throws Exception {
    TestRun.of(5, 2).write(folder);
    try (Browser browser = open()) {
      browser.evaluate("document.getElementById('chart-scatter').scrollIntoView()");
      List<Double> at =
          Members.asNumbers(
              "point",
              browser.evaluate(
                  """
                  (() => {
                    const chart = stockpot.charts.scatter;
                    const series = chart.getOption().series.find(each => each.id === 'base');
                    const point = chart.convertToPixel({seriesId: 'base'}, series.data[0].value);
                    const box = chart.getDom().getBoundingClientRect();
                    return [box.x + point[0], box.y + point[1]];
                  })()\
                  """));
      browser.move(at.getFirst() - 40, at.getLast() - 40);
      browser.move(at.getFirst(), at.getLast());
      String tip = browser.text("document.querySelector('#chart-scatter .tip').innerText");
      assertThat(tip).contains("base").contains("test").contains("of 500");

      browser.evaluate("document.getElementById('chart-scatter').focus()");
      browser.press("ArrowRight");
      assertThat(browser.text("document.querySelector('#scatter [aria-live]').textContent"))
          .contains("ft-00")
          .contains("lr 0.")
          .contains("opt adam")
          .contains("select");
      assertQuiet(browser);
    }
  }

  @Test
  void theHeadsOfTheTableSort() throws Exception {
    TestRun.of(5, 2).write(folder);
    try (Browser browser = open()) {
      clickHead(browser, "shift-b");
      List<Double> down = column(browser, "shift-b");
      assertThat(down).isSortedAccordingTo((a, b) -> Double.compare(b, a)).hasSize(14);
      assertThat(sort(browser, "shift-b")).isEqualTo("descending");
      clickHead(browser, "shift-b");
      assertThat(column(browser, "shift-b")).isEqualTo(down.reversed());
      assertThat(sort(browser, "shift-b")).isEqualTo("ascending");
      assertQuiet(browser);
    }
  }

  @Test
  void choicesRedrawAndFilesAreSaved() throws Exception {
    TestRun.of(5, 2).write(folder);
    try (Browser browser = open()) {
      choose(browser, "angles", 0, "1");
      assertThat(
              browser.text(
                  "stockpot.charts.angles.getOption().series[0].data"
                      + ".filter(([x, y, v]) => x !== y && v >= 25 && v <= 90).length"))
          .isEqualTo("20");
      choose(browser, "scatter", 0, "set:shift-a");
      assertThat(browser.text("stockpot.charts.scatter.getOption().xAxis[0].name"))
          .isEqualTo("shift-a (accuracy, %)");
      browser.evaluate(
          "window.saved = []; URL.createObjectURL = blob => { saved.push(blob); return 'data:,';"
              + " }");
      browser.evaluate(
          "document.querySelectorAll('#scatter .tools button').forEach(button => button.click())");
      String svg = ((Json.Str) browser.evaluate("saved[0].text()")).value();
      assertThat(svg).startsWith("<svg ").contains("fine-tuned models").endsWith("</svg>");
      String csv = ((Json.Str) browser.evaluate("saved[1].text()")).value();
      assertThat(csv.lines().toList())
          .hasSize(1 + 14)
          .first()
          .isEqualTo("name,recipe,shift-a,mean of shifts");
      browser.evaluate("document.getElementById('theme').click()");
      assertThat(browser.text("document.documentElement.dataset.theme")).isEqualTo("dark");
      assertQuiet(browser);
    }
  }

  @Test
  void hostileNamesAreTextAndRunNothing() throws Exception {
    List<String> names =
        List.of(
            "</script><script>window.ran = 1</script>",
            "<img src=x onerror='window.ran = 1'>",
            "\u202egnp.exe",
            "🍲 {b} {a|x} ${1} {{study}}",
            "x".repeat(300),
            "=cmd|' /C calc'!A0",
            "\"'&<>\u2028\u2029");
    new TestRun(names, 2).write(folder);
    try (Browser browser = open()) {
      assertThat(browser.text("window.ran")).isEqualTo("undefined");
      assertThat(marks(browser, "scatter", "individual")).isEqualTo(7);
      assertThat(strings(browser, "stockpot.study.models.slice(1, 8).map(model => model.name)"))
          .isEqualTo(names);
      assertThat(
              strings(
                  browser,
                  "[...document.querySelectorAll('#ranking-table td.name')].map(cell =>"
                      + " cell.textContent)"))
          .contains(names.getFirst(), names.get(1), "\\u202egnp.exe", names.get(3))
          .contains("x".repeat(59) + "…");
      assertThat(browser.text("document.querySelectorAll('img, iframe, object').length"))
          .isEqualTo("0");
      browser.evaluate("document.getElementById('chart-scatter').focus()");
      for (int i = 0; i < names.size(); i++) {
        browser.press("ArrowRight");
      }
      assertThat(browser.text("window.ran")).isEqualTo("undefined");
      assertQuiet(browser);
    }
  }

  @Test
  void onlyResultsAreNeededAndThePageSaysWhatIsLeftOut() throws Exception {
    TestRun.of(3, 1).write(folder);
    Path bare = Files.createDirectory(folder.resolve("bare"));
    Files.copy(folder.resolve("results.jsonl"), bare.resolve("results.jsonl"));
    try (Browser browser = open(bare)) {
      assertThat(strings(browser, "Object.keys(stockpot.charts)")).containsExactly("scatter");
      assertThat(browser.text("document.getElementById('left-out').textContent"))
          .isEqualTo(
              "Not shown, for the data is not there: the trace of a greedy search"
                  + " (RECIPE/trace.json); angles and norms of the ingredients (geometry.json);"
                  + " hyperparameters (hyperparameters.json); coefficients of a learned soup"
                  + " (RECIPE/coefficients.json); Model Stock by layer (stock/stock.json);"
                  + " interpolation (interpolation.json; stockpot interpolate); the landscape"
                  + " (landscape.json; stockpot landscape); soup against ensemble"
                  + " (approximation.json; stockpot pairs); models half way between two"
                  + " (advantage.json; stockpot pairs --base); tests of significance"
                  + " (statistics.json); provenance (manifest.json).");
      assertQuiet(browser);
    }
  }

  @Test
  void complaintsAndRequestsWouldBeHeard() throws Exception {
    Path page = folder.resolve("loud.html");
    Files.writeString(
        page,
        """
        <meta http-equiv="Content-Security-Policy" content="script-src 'sha256-AAAA'">
        <img src="http://localhost:9/x"><script>refused()</script>
        """);
    try (Browser browser =
        Browser.start(Browser.find().orElseThrow(), Files.createTempDirectory(folder, "profile"))) {
      browser.open(page);
      assertThat(browser.complaints()).anyMatch(each -> each.contains("Content Security Policy"));
      assertThat(browser.requests()).contains("http://localhost:9/x");
    }
  }

  private Browser open() throws IOException {
    return open(folder);
  }

  private Browser open(Path run) throws IOException {
    Path page = run.resolve("report.html");
    Files.writeString(page, ReportPage.of(RunFolder.read(run, Optional.empty())));
    Browser browser =
        Browser.start(Browser.find().orElseThrow(), Files.createTempDirectory(folder, "profile"));
    browser.open(page);
    browser.evaluate("stockpot.draw()");
    return browser;
  }

  /// Neither complaints nor requests for anything but the page.
  private static void assertQuiet(Browser browser) {
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.requests()).hasSize(1).allMatch(address -> address.startsWith("file:"));
  }

  /// How many items of a series are drawn: graphics that belong to data, each item once.
  private static int marks(Browser browser, String chart, String series) {
    return Integer.parseInt(
        browser.text(
            """
            (() => {
              const model = stockpot.charts['%s'].getModel().getSeries().find(each => each.id === '%s');
              const data = model.getData();
              return data.mapArray(i => data.getItemGraphicEl(i)).filter(Boolean).length;
            })()\
            """
                .formatted(chart, series)));
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

  private static List<Double> column(Browser browser, String set) {
    return Members.asNumbers(
        "column",
        browser.evaluate(
            """
            (() => {
              const table = document.getElementById('ranking-table');
              const at = [...table.querySelectorAll('thead th')].findIndex(head => head.textContent === '%s');
              return [...table.querySelectorAll('tbody tr')].map(row => parseFloat(row.children[at].textContent));
            })()\
            """
                .formatted(set)));
  }

  private static String head(String set) {
    return "[...document.querySelectorAll('#ranking-table th')].find(each => each.textContent === '%s')"
        .formatted(set);
  }

  private static String sort(Browser browser, String set) {
    return browser.text(head(set) + ".getAttribute('aria-sort')");
  }

  private static void clickHead(Browser browser, String set) {
    List<Double> at =
        Members.asNumbers(
            "point",
            browser.evaluate(
                """
                (() => {
                  const button = %s.querySelector('button');
                  button.scrollIntoView({block: 'center'});
                  const box = button.getBoundingClientRect();
                  return [box.x + box.width / 2, box.y + box.height / 2];
                })()\
                """
                    .formatted(head(set))));
    browser.click(at.getFirst(), at.getLast());
  }

  private static void choose(Browser browser, String figure, int select, String value) {
    browser.evaluate(
        """
        (() => {
          const select = document.querySelectorAll('#%s select')[%d];
          select.value = '%s';
          select.dispatchEvent(new Event('change'));
        })()\
        """
            .formatted(figure, select, value));
  }

  private static List<String> strings(Browser browser, String expression) {
    return Members.asList(expression, browser.evaluate(expression), Members::asText);
  }
}
