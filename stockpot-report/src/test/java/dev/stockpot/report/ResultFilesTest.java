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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Results from elsewhere, of several shapes.
class ResultFilesTest {
  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    // y = 2x − 0.3 on the shifts but for the last, whose duplicate pulls as much.
    Files.writeString(
        folder.resolve("models.jsonl"),
        """
        {"model_name": "m0", "val": 0.50, "test": 0.40, "sketch": 0.5, "photo": 0.5}
        {"model_name": "m1", "val": 0.61, "test": 0.50, "sketch": 0.6, "photo": 0.8}
        {"model_name": "m2", "val": 0.59, "test": 0.60, "sketch": 0.9, "photo": 0.9}
        {"model_name": "m3", "val": 0.59, "test": 0.60, "sketch": 0.9, "photo": 0.9}
        """);
    Files.writeString(
        folder.resolve("soup.jsonl"),
        """
        {"name": "greedy_soup", "metrics": {"val": 0.63, "test": 0.58, "sketch": 0.7, "photo": 0.9}}
        """);
    Files.writeString(folder.resolve("h.json"), "{\"m1\": {\"lr\": 1e-5, \"aug\": [1, 2]}}");
  }

  @Test
  void setsLieFlatOrUnderMetricsAndModelsInSeveralFiles() {
    Study study = read("models.jsonl", "soup.jsonl");
    assertThat(study.ranked().stream().map(Model::name))
        .containsExactly("m2", "m3", "greedy_soup", "m1", "m0");
    Model soup = study.models().getLast();
    assertThat(soup.kind()).isEqualTo(Kind.SOUP);
    assertThat(study.mean(soup, Role.SHIFT).orElseThrow()).isCloseTo(0.8, within(1e-15));
    assertThat(study.models().get(1).hyperparameters())
        .containsEntry("lr", 1e-5)
        .containsEntry("aug", "[1,2]");
    assertThat(study.parts().verdict().orElseThrow().sentence())
        .isEqualTo(
            "Chosen on val: greedy_soup (63.00 %; best single model m1: 61.00 %). On test it gets"
                + " 58.00 % against 50.00 %: better. On the mean of shifts it gets 80.00 % against"
                + " 70.00 %: better.");
    assertThat(study.parts().findings())
        .containsExactly(
            new Finding(
                "duplicate",
                "m2 and m3 have the same numbers on every set: probably one model twice, which then"
                    + " counts twice in a soup.",
                List.of("m2", "m3")));
    // Pearson by hand over the four models: test (.4 .5 .6 .6) with shifts (.5 .7 .9 .9) is a line.
    assertThat(study.correlations().keySet())
        .containsExactly("val with test", "test with the mean of shifts");
    assertThat(study.correlations().get("test with the mean of shifts"))
        .isCloseTo(1, within(1e-12));
  }

  @Test
  void aSoupThatIsWorseOnSelectIsNotTaken() throws Exception {
    Files.writeString(
        folder.resolve("soup.jsonl"),
        "{\"name\": \"uniform_soup\", \"val\": 0.6, \"test\": 0.9, \"sketch\": 1, \"photo\": 1}");
    assertThat(read("models.jsonl", "soup.jsonl").parts().verdict().orElseThrow())
        .isEqualTo(
            new Verdict(
                "No soup beats the best single model, m1, on val: 61.00 %.",
                Optional.of("m1"), Optional.empty(), Optional.empty()));
  }

  @Test
  void mistakesAreNamed() throws Exception {
    Files.writeString(folder.resolve("less.jsonl"), "{\"name\": \"x\", \"val\": 1, \"other\": 1}");
    fails(
        "less.jsonl: 'x' has no accuracy on the set 'test'; its sets are val, other", "less.jsonl");
    fails(
        "models.jsonl: 'm0' has results already; name each model once",
        "models.jsonl",
        "models.jsonl");
    fails("none.jsonl: there is no such file", "none.jsonl");
    Files.writeString(folder.resolve("empty.jsonl"), "\n");
    fails("empty.jsonl: holds no results; a line of JSON per model is expected", "empty.jsonl");
    Files.writeString(folder.resolve("h.json"), "[]");
    fails(
        "h.json: cannot be read as hyperparameters, an object per model: 'document' is an array,"
            + " not an object",
        "models.jsonl");
  }

  private void fails(String message, String... files) {
    assertThatThrownBy(() -> read(files))
        .isInstanceOf(RecipeException.class)
        .hasMessage(folder + "/" + message);
  }

  private Study read(String... files) {
    return new ResultFiles(
            List.of(files).stream().map(folder::resolve).toList(),
            ResultFiles.sets("val", List.of("test"), List.of("sketch", "photo")),
            "accuracy",
            true,
            Optional.of(folder.resolve("h.json")))
        .read();
  }
}
