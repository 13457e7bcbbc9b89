package dev.stockpot.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.eval.Role;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir private Path folder;

  @Test
  void everyFileAddsItsPart() throws Exception {
    TestRun.of(4, 2).write(folder);
    Study study = read();
    assertThat(study.metric()).isEqualTo("accuracy");
    assertThat(study.sets())
        .containsExactly(
            new StudySet("select", Role.SELECT),
            new StudySet("test", Role.ID),
            new StudySet("shift-a", Role.SHIFT),
            new StudySet("shift-b", Role.SHIFT));
    assertThat(study.models().stream().map(Model::kind).distinct())
        .containsExactly(Kind.BASE, Kind.INDIVIDUAL, Kind.SOUP, Kind.ENSEMBLE, Kind.WISE_FT);
    assertThat(study.models().get(1).hyperparameters()).containsEntry("opt", "adam");
    Study.Parts parts = study.parts();
    assertThat(parts.warnings()).isEmpty();
    assertThat(parts.traces()).hasSize(1);
    assertThat(parts.traces().getFirst().steps())
        .contains(
            new Trace.Step("ft-01", OptionalDouble.empty(), OptionalDouble.of(0.79), false),
            new Trace.Step("ft-02", OptionalDouble.of(0.8), OptionalDouble.empty(), true));
    Geometry geometry = parts.geometry().orElseThrow();
    assertThat(geometry.norms().rows()).containsExactly("all", "layer.0.weight", "layer.1.weight");
    assertThat(geometry.angles())
        .hasSize(3)
        .allSatisfy(map -> assertThat(map.values().get(1).get(3)).isBetween(25.0, 90.0));
    assertThat(parts.coefficients().getFirst().of()).isEqualTo("learned");
    assertThat(parts.stock())
        .hasSize(2)
        .allMatch(layer -> layer.norm().equals(OptionalDouble.of(1)));
    assertThat(parts.comparisons())
        .containsExactly(
            new Comparison(
                "learned",
                "ft-00",
                "test",
                0.05,
                Optional.of(new Interval(0.01, 0.09)),
                OptionalDouble.of(0.01),
                OptionalDouble.of(0.03),
                OptionalDouble.of(0.02),
                "exact McNemar, Holm",
                true));
    assertThat(parts.intervals())
        .containsExactly(new Study.ModelInterval("greedy", "test", new Interval(0.5, 0.9)));
    assertThat(parts.findings())
        .contains(
            new Finding("norm-outlier", "ft-03 lies far away; leave it out.", List.of("ft-03")));
    assertThat(parts.curves()).hasSize(1);
    assertThat(parts.landscapes().getFirst().points()).hasSize(3);
    assertThat(parts.approximation().orElseThrow().pairs())
        .hasSize(6)
        .startsWith(
            new Approximation.Pair(
                "ft-00",
                "ft-01",
                Optional.of("select"),
                OptionalDouble.of(0.5),
                0.01,
                0.012,
                OptionalDouble.of(-0.01)));
    assertThat(parts.advantage().orElseThrow().pairs())
        .hasSize(6)
        .startsWith(new Advantage.Pair("ft-00", "ft-01", "select", 31, 0.002));
    assertThat(parts.provenance().orElseThrow().facts()).containsEntry("seed", "0");
  }

  @Test
  void theCommandIsThatOfTheWeightsWhereTheySayAll() throws Exception {
    TestRun.of(2, 1).write(folder);
    String manifest = Files.readString(folder.resolve("manifest.json"));
    String known =
        manifest.replace(
            "\"inputs\":{", "\"inputs\":{\"a b/ft-00.safetensors\":\"1\",\"ft-01.pt\":\"2\",");
    assertThat(command(known))
        .contains("stockpot uniform 'a b/ft-00.safetensors' ft-01.pt -o soup.safetensors");
    // Of Model Stock the weights do not say what each layer takes.
    assertThat(command(known.replace("\"chosen\":\"greedy\"", "\"chosen\":\"stock\"")))
        .contains("stockpot cook soup.yml");
    assertThat(command(manifest)).contains("stockpot cook soup.yml");
  }

  private Optional<String> command(String manifest) throws Exception {
    Files.writeString(folder.resolve("manifest.json"), manifest);
    return read().parts().verdict().orElseThrow().command();
  }

  @Test
  void whatCannotBeReadIsLeftOutWithAWarning() throws Exception {
    TestRun.of(3, 1).write(folder);
    Files.writeString(folder.resolve("greedy/trace.json"), "{\"trace\": 1}");
    Files.writeString(folder.resolve("geometry.json"), "{");
    Files.writeString(
        folder.resolve("landscape.json"),
        "{\"points\": [], \"x\": [0], \"y\": [0], \"values\": {\"test accuracy\": [[1, 2]]}}");
    Study.Parts parts = read().parts();
    assertThat(parts.traces()).isEmpty();
    assertThat(parts.geometry()).isEmpty();
    assertThat(parts.landscapes()).isEmpty();
    assertThat(parts.warnings())
        .containsExactly(
            "greedy/trace.json is left out: 'trace' is a number, not an array",
            "geometry.json is left out: the JSON document ends too early",
            "landscape.json is left out: 1 by 1 values expected");
  }

  @Test
  void aRecipeIsNoPath() throws Exception {
    Path run = folder.resolve("run");
    Files.createDirectories(run);
    Files.createDirectories(folder.resolve("x"));
    Files.writeString(folder.resolve("x/trace.json"), "{\"trace\": 1}");
    results(
        run,
        "{\"name\": \"a\", \"recipe\": \"../x\", \"metrics\": {\"select\": {\"accuracy\": 1}}}");
    assertThat(RunFolder.read(run, Optional.empty()).parts().warnings()).isEmpty();
  }

  @Test
  void theWinnersCommandNamesItsIngredientsFiles() throws Exception {
    results(
        folder,
        """
        {"name": "a", "recipe": "individual", "metrics": {"select": {"accuracy": 0.5}}}
        {"name": "greedy", "recipe": "greedy", "ingredients": {"b": 0.5, "a": 0.5}, \
        "metrics": {"select": {"accuracy": 0.6}}}
        """);
    Files.writeString(
        folder.resolve("manifest.json"),
        """
        {"verdict": "It is good.", "chosen": "greedy", "inputs":
        {"runs/a.safetensors": "0", "my runs/b.pt": "1", "soup.yml": "2"}}
        """);
    Files.createDirectories(folder.resolve("greedy"));
    Files.writeString(folder.resolve("greedy/model.safetensors"), "");
    assertThat(read().parts().verdict())
        .contains(
            new Verdict(
                "It is good.",
                Optional.of("greedy"),
                Optional.of(folder.resolve("greedy/model.safetensors").toString()),
                Optional.of(
                    "stockpot uniform 'my runs/b.pt' runs/a.safetensors -o soup.safetensors")));
  }

  @Test
  void aFolderWithoutResultsIsNoRun() {
    assertThatThrownBy(this::read)
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            folder
                + ": holds no results.jsonl; name the folder of a finished run (stockpot cook), or"
                + " results from elsewhere with --results");
  }

  @Test
  void aBrokenLineIsNamed() throws Exception {
    results(
        folder,
        "{\"name\": \"a\", \"metrics\": {\"select\": {\"accuracy\": 1}}}\n\n{\"name\": 3}\n");
    assertThatThrownBy(this::read)
        .isInstanceOf(RecipeException.class)
        .hasMessage(folder.resolve("results.jsonl") + ":3: 'name' is a number, not a string");
  }

  private static void results(Path run, String lines) throws IOException {
    Files.writeString(run.resolve("results.jsonl"), lines);
  }

  private Study read() {
    return RunFolder.read(folder, Optional.empty());
  }

  @Test
  void wilsonsIntervalIsThatOfTheLiterature() {
    // The roots of (p − share)² = z² p (1 − p) / n, found by bisection in Python.
    assertInterval(Interval.wilson(622.0 / 697, 697), 0.8672025818084, 0.9132877746274);
    assertInterval(Interval.wilson(0, 10), 0, 0.2775327998629);
    assertInterval(Interval.wilson(1, 10), 0.7224672001371, 1);
  }

  private static void assertInterval(Interval interval, double low, double high) {
    assertThat(interval.low()).isCloseTo(low, within(1e-12));
    assertThat(interval.high()).isCloseTo(high, within(1e-12));
  }
}
