package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.cli.StockpotProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is measured of models of the bundled family, and what the recipes make of it.
class ModelStatisticsIT {
  private static final Path DIGITS =
      StockpotProcess.ROOT.toAbsolutePath().normalize().resolve("examples/digits");

  @TempDir private Path folder;

  @Test
  void fisherMergingTakesWhatWasMeasured() throws Exception {
    write("{torchscript: %1$s/model.ts.pt}");
    for (String model : new String[] {"03", "08"}) {
      Result result = measure(model);
      assertThat(result.code()).as(result.err()).isEqualTo(0);
      assertThat(result.err())
          .contains(
              "note: eval.yml: names no training data (data: {train: …}), so the examples are those"
                  + " of select; a soup made with them has seen select");
      assertThat(result.out())
          .isEqualTo(
              """
              {
                "fisher": "fisher-%s.safetensors",
                "parameters": 10,
                "set": "select",
                "examples": 50
              }
              """
                  .formatted(model));
    }
    Path first = folder.resolve("fisher-03.safetensors");
    byte[] bytes = Files.readAllBytes(first);
    assertThat(measure("03", "--threads", "1").code()).isZero();
    assertThat(first).hasBinaryContent(bytes);
    assertThat(measure("03", "--threads", "2").code()).isZero();
    assertThat(first).hasBinaryContent(bytes);
    Files.writeString(
        folder.resolve("soup.yml"),
        """
        ingredients: ["%s/ft-0[38].safetensors"]
        recipes: [uniform, {fisher: {statistics: ["fisher-0?.safetensors"]}}]
        %s\
        """
            .formatted(DIGITS, Files.readString(folder.resolve("eval.yml"))));

    Result cooked = stockpot(folder, "cook", "soup.yml", "-o", "run", "--quiet");

    assertThat(cooked.code()).as(cooked.err()).isEqualTo(0);
    assertThat(Files.readAllBytes(folder.resolve("run/fisher/model.safetensors")))
        .isNotEqualTo(Files.readAllBytes(folder.resolve("run/uniform/model.safetensors")));
  }

  @Test
  void regMeanTakesWhatWasMeasured() throws Exception {
    write("{torchscript: %1$s/model.ts.pt}");
    for (String model : List.of("03", "08")) {
      Result result = gram(model, "--json");
      assertThat(result.code()).as(result.err()).isEqualTo(0);
      assertThat(result.err())
          .contains(
              "note: Gram matrices of 2 linear layers take 1.13 MiB of memory, and 594 kB in gram-%s.safetensors"
                  .formatted(model));
      assertThat(result.out())
          .isEqualTo(
              """
              {
                "gram": "gram-%s.safetensors",
                "layers": 2,
                "set": "select",
                "examples": 50
              }
              """
                  .formatted(model));
    }
    Path first = folder.resolve("gram-03.safetensors");
    byte[] bytes = Files.readAllBytes(first);
    for (String threads : List.of("1", "2")) {
      assertThat(gram("03", "--threads", threads).out())
          .isEqualTo(
              "gram-03.safetensors: Gram matrices of 2 linear layers from 50 examples of select\n");
      assertThat(first).hasBinaryContent(bytes);
    }
    Files.writeString(
        folder.resolve("soup.yml"),
        """
        ingredients: ["%s/ft-0[38].safetensors"]
        recipes: [uniform, {regmean: {statistics: ["gram-0?.safetensors"]}}]
        %s\
        """
            .formatted(DIGITS, Files.readString(folder.resolve("eval.yml"))));
    Files.writeString(
        folder.resolve("merge.yml"),
        """
        merge_method: regmean
        models:
          - {model: %1$s/ft-03.safetensors, gram: gram-03.safetensors}
          - {model: %1$s/ft-08.safetensors, gram: gram-08.safetensors}
        """
            .formatted(DIGITS));

    Result cooked = stockpot(folder, "cook", "soup.yml", "-o", "run", "--quiet");
    Result merged = stockpot(folder, "merge", "merge.yml", "merged.safetensors", "--quiet");

    assertThat(cooked.code()).as(cooked.err()).isEqualTo(0);
    assertThat(merged.code()).as(merged.err()).isEqualTo(0);
    assertThat(folder.resolve("merged.safetensors"))
        .hasBinaryContent(Files.readAllBytes(folder.resolve("run/regmean/model.safetensors")));
    try (Checkpoint uniform = Checkpoints.open(folder.resolve("run/uniform/model.safetensors"));
        Checkpoint regMean = Checkpoints.open(folder.resolve("merged.safetensors"))) {
      assertThat(
              uniform.tensors().keySet().stream()
                  .filter(name ->
                      uniform.tensor(name).data().mismatch(regMean.tensor(name).data()) >= 0))
          .containsExactlyInAnyOrder("fc1.weight", "head.weight");
    }
  }

  @Test
  void whatIsToBeMeasuredMustBeSaid() throws Exception {
    write("{torchscript: %1$s/model.ts.pt}");
    assertThat(wrong())
        .startsWith("stockpot: nothing to measure: give --fisher OUT, --gram OUT, or both\n");
    assertThat(wrong("--gram", "a.safetensors", "--empirical"))
        .startsWith("stockpot: --empirical is about the Fisher matrix; add --fisher OUT\n");
    assertThat(wrong("--gram", "a.safetensors", "--fisher", "a.safetensors"))
        .startsWith(
            "stockpot: --fisher and --gram are both a.safetensors; give each its own file\n");
  }

  @Test
  void withoutGradientsThereIsNoFisher() throws Exception {
    write("{onnx: %1$s/model.onnx}");
    Result result = measure("03");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .contains(
            "eval.yml: there is no network that gives gradients (evaluator: {torchscript: …})");
    assertThat(folder.resolve("fisher-03.safetensors")).doesNotExist();
  }

  private Result gram(String model, String... more) throws Exception {
    return statistics(model, "--gram", Stream.of(more));
  }

  /// Writes `fisher-03.safetensors` or `gram-03.safetensors`.
  private Result statistics(String model, String what, Stream<String> more) throws Exception {
    String target = what.substring(2) + "-" + model + ".safetensors";
    Stream<String> words =
        Stream.of(
            "statistics",
            DIGITS + "/ft-" + model + ".safetensors",
            "--eval",
            "eval.yml",
            what,
            target,
            "--examples",
            "50");
    return stockpot(folder, Stream.concat(words, more).toArray(String[]::new));
  }

  /// What is said of a mistake.
  private String wrong(String... options) throws Exception {
    Result result =
        stockpot(
            folder,
            Stream.concat(
                    Stream.of("statistics", DIGITS + "/ft-03.safetensors", "--eval", "eval.yml"),
                    Stream.of(options))
                .toArray(String[]::new));
    assertThat(result.code()).isEqualTo(2);
    return result.err();
  }

  private Result measure(String model, String... more) throws Exception {
    return statistics(model, "--fisher", Stream.concat(Stream.of("--json"), Stream.of(more)));
  }

  private void write(String evaluator) throws Exception {
    Files.writeString(
        folder.resolve("eval.yml"),
        """
        evaluator: %s
        input: {layout: nchw, scale: 16}
        data:
          select: {x: %2$s/data/select-x.npy, y: %2$s/data/select-y.npy}
        metric: accuracy
        """
            .formatted(evaluator.formatted(DIGITS), DIGITS));
  }
}
