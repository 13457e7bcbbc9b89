package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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

/// Statistics of the bundled family against those computed apart from Stockpot.
///
/// Golden values: soups were averaged with NumPy 2.4 in float64; every model ran in Python's ONNX
/// Runtime 1.30 with the graph's initializers replaced; from which examples were right, SciPy
/// 1.17.1 (`binomtest`, `bootstrap` BCa with 200 000 resamples, `permutation_test` with 400 000,
/// clusters over the four shifts, `linregress` of logits, `spearmanr`, `pearsonr`) and statsmodels
/// 0.15 (`multipletests`) gave the numbers.
class StatisticsIT {
  private static final Path DIGITS =
      StockpotProcess.ROOT.toAbsolutePath().normalize().resolve("examples/digits");

  @TempDir private Path folder;

  @Test
  void statisticsOfTheDigitsAreScipys() throws Exception {
    Result result =
        stockpot(folder, "cook", DIGITS.resolve("soup.yml").toString(), "-o", "run", "--quiet");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    assertThat(result.out())
        .contains(
            "greedy, a soup of 2 chosen on select, got 622 of 697 on test against 618 by ft-08, the"
                + " single model that was best on select: 4 more; the difference is not more than"
                + " noise (exact McNemar p = 0.39; with this set a gain of at least 8 would have"
                + " shown). Mean of shifts: 74.82 % against 75.36 %, 0.54 points less, not more"
                + " than noise (sign flips p = 0.17).\n");
    Map<String, Json> document = read("statistics.json");
    assertThat(document.get("against")).isEqualTo(new Json.Str("ft-08"));
    assertThat(document.get("primary")).isEqualTo(new Json.Str("test"));

    Map<String, Json> uniform = named(document.get("comparisons"), "uniform");
    assertTest(uniform, 10, 5, 0.3017578125, -0.0028694404591104736, 0.018651362984218076);
    assertShifts(uniform, -0.00860832137733142, 0.0538, -0.016858, 0.0);
    assertThat(number(uniform.get("gain_on_select"))).isCloseTo(2 / 600.0, within(1e-12));
    assertThat(number(uniform.get("effective_robustness")))
        .isCloseTo(-0.010458148111178511, within(1e-12));
    assertThat(number(uniform.get("p_holm"))).isEqualTo(1);

    Map<String, Json> greedy = named(document.get("comparisons"), "greedy");
    assertTest(greedy, 8, 4, 0.3876953125, -0.0028694404591104736, 0.015781922525107604);
    assertShifts(greedy, -0.005380200860832138, 0.1713, -0.012554, 0.001793);
    assertThat(number(greedy.get("selection_optimism")))
        .isCloseTo(4 / 600.0 - 4 / 697.0, within(1e-12));
    assertThat(number(greedy.get("effective_robustness")))
        .isCloseTo(-0.004907161420831252, within(1e-12));

    Map<String, Json> ensemble = named(document.get("comparisons"), "ensemble");
    assertTest(ensemble, 10, 7, 0.629058837890625, -0.007173601147776184, 0.015781922525107604);
    assertShifts(ensemble, -0.006456241032998565, 0.1474, -0.014706, 0.001793);

    Map<String, Json> ingredients = members(document.get("ingredients"));
    assertThat(number(ingredients.get("select_spearman")))
        .isCloseTo(0.5449151450798769, within(1e-12));
    assertThat(number(ingredients.get("select_pearson")))
        .isCloseTo(0.5441608770654852, within(1e-12));
    Map<String, Json> line = members(ingredients.get("line"));
    assertThat(number(line.get("slope"))).isCloseTo(0.833882585559569, within(1e-12));
    assertThat(number(line.get("intercept"))).isCloseTo(-0.6487499315930161, within(1e-12));

    Map<String, Json> model = named(document.get("models"), "greedy");
    assertInterval(
        members(model.get("intervals")).get("test"), 0.8672025818084244, 0.9132877746274475, 1e-12);
    assertThat(number(named(document.get("models"), "ft-06").get("effective_robustness")))
        .isCloseTo(0.013689613765333952, within(1e-12));
    assertThat(((Json.Arr) read("diagnostics.json").get("diagnostics")).elements()).isEmpty();
    // As NumPy has it, from the safetensors files.
    Map<String, Json> total = members(read("geometry.json").get("total"));
    assertThat(number(((Json.Arr) total.get("norms")).elements().get(4)))
        .isCloseTo(2.619, within(0.0005));
  }

  @Test
  void setsThatShareExamplesAreRefusedBeforeAnyWork() throws Exception {
    Files.writeString(
        folder.resolve("soup.yml"),
        """
        ingredients: ["%1$s/ft-*.safetensors"]
        evaluator: {onnx: %1$s/model.onnx}
        input: {layout: nchw, scale: 16}
        data:
          select: {x: %1$s/data/select-x.npy, y: %1$s/data/select-y.npy}
          report:
            test: {x: %1$s/data/select-x.npy, y: %1$s/data/select-y.npy}
        metric: accuracy
        recipes: [uniform]
        """
            .formatted(DIGITS));
    for (String dry : List.of("--dry-run", "--quiet")) {
      assertThat(stockpot(folder, "cook", "soup.yml", "-o", "run", dry))
          .isEqualTo(
              new Result(
                  2,
                  "",
                  "stockpot: set 'test': shares 600 of its 600 examples with 'select': the first is"
                      + " example 0, which is example 0 there; what is chosen on an example must"
                      + " not be reported on it: take the shared ones out of one of the two\n"));
    }
    assertThat(folder.resolve("run")).doesNotExist();
  }

  private static void assertTest(
      Map<String, Json> comparison, int wins, int losses, double p, double low, double high) {
    Map<String, Json> test = members(members(comparison.get("measures")).get("test"));
    assertThat(test.get("test")).isEqualTo(new Json.Str("exact-mcnemar"));
    assertThat(test.get("wins")).isEqualTo(new Json.Num("" + wins));
    assertThat(test.get("losses")).isEqualTo(new Json.Num("" + losses));
    assertThat(number(test.get("p"))).isCloseTo(p, within(1e-12));
    // Of counts: the next one is 0.0014 away.
    assertInterval(test.get("interval"), low, high, 1e-12);
  }

  private static void assertShifts(
      Map<String, Json> comparison, double gain, double p, double low, double high) {
    Map<String, Json> shifts = members(members(comparison.get("measures")).get("mean of shifts"));
    assertThat(shifts.get("test")).isEqualTo(new Json.Str("sign-flips"));
    assertThat(number(shifts.get("gain"))).isCloseTo(gain, within(1e-12));
    // Four standard errors of 10 000 draws.
    assertThat(number(shifts.get("p"))).isCloseTo(p, within(0.016));
    assertInterval(shifts.get("interval"), low, high, 0.0008);
  }

  private static void assertInterval(Json interval, double low, double high, double error) {
    List<Json> ends = ((Json.Arr) interval).elements();
    assertThat(number(ends.getFirst())).isCloseTo(low, within(error));
    assertThat(number(ends.getLast())).isCloseTo(high, within(error));
  }

  private static Map<String, Json> named(Json list, String name) {
    return ((Json.Arr) list)
        .elements().stream()
            .map(StatisticsIT::members)
            .filter(each -> each.get("name").equals(new Json.Str(name)))
            .findFirst()
            .orElseThrow();
  }

  private Map<String, Json> read(String file) throws IOException {
    return members(JsonReader.read(Files.readString(folder.resolve("run").resolve(file))));
  }

  private static double number(Json number) {
    return ((Json.Num) number).asDouble();
  }

  private static Map<String, Json> members(Json object) {
    return ((Json.Obj) object).members();
  }
}
