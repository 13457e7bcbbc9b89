package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.Linear;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UniformIT {
  @TempDir private Path folder;

  @BeforeEach
  void write() {
    for (int i = 0; i < 3; i++) {
      TinySoup.write(folder.resolve((char) ('a' + i) + ".safetensors"), i, 4098);
    }
  }

  @Test
  void bytesAreThoseOfTheLibrary() throws Exception {
    Result result = stockpot(folder, "uniform", "*.safetensors", "-o", "out/m.safetensors");
    assertThat(result.out())
        .isEqualTo("out/m.safetensors: mean of 3 checkpoints, 4,098 parameters, 16.4 kB\n");
    assertThat(result.code()).isEqualTo(0);
    assertThat(bytes("out/m.safetensors")).isEqualTo(mean(Linear.mean(3), Optional.empty()));
    assertThat(TinySoup.tree(folder.resolve("out"))).containsExactly("m.safetensors");

    stockpot(
        folder, "uniform", "[abc].safetensors", "--weights", "1,2.5,-0.5", "-o", "w.safetensors");
    assertThat(bytes("w.safetensors"))
        .isEqualTo(mean(Linear.mean(List.of(1.0, 2.5, -0.5)), Optional.empty()));

    stockpot(folder, "uniform", "[abc].safetensors", "--out-dtype", "bf16", "-o", "h.safetensors");
    assertThat(bytes("h.safetensors"))
        .isEqualTo(mean(Linear.mean(3), Optional.of(DType.BF16)))
        .hasSizeLessThan(8300);
  }

  @Test
  void jsonIsOneDocument() throws Exception {
    Result result =
        stockpot(
            folder,
            "uniform",
            "a.safetensors",
            "c.safetensors",
            "--weights",
            "3,1",
            "--quiet",
            "--json",
            "-o",
            "m.safetensors");
    assertThat(result.err()).isEmpty();
    assertThat(JsonReader.read(result.out()))
        .isEqualTo(
            JsonReader.read(
                """
                {"output": "m.safetensors", "ingredients": {"a": 0.75, "c": 0.25}, "tensors": 1,
                 "bytes_read": 32784, "bytes_written": 16392, "notes": []}
                """));
  }

  @Test
  void everyMismatchIsToldAndNothingIsWritten() throws Exception {
    TinySoup.write(folder.resolve("d.safetensors"), Map.of("w", new float[3]));
    TinySoup.write(folder.resolve("e.safetensors"), Map.of("v", new float[4098]));
    assertThat(
            stockpot(
                folder,
                "uniform",
                "a.safetensors",
                "d.safetensors",
                "e.safetensors",
                "-o",
                "m.safetensors"))
        .isEqualTo(
            new Result(
                2,
                "",
                """
                stockpot: the ingredients do not fit together, 3 faults:
                  d.safetensors: tensor 'w': shape [3] differs from [4098] in a.safetensors
                  e.safetensors: tensor 'w': is missing; it is in a.safetensors
                  e.safetensors: tensor 'v': is not in a.safetensors
                """));
    assertThat(TinySoup.tree(folder))
        .containsExactly(
            "a.safetensors", "b.safetensors", "c.safetensors", "d.safetensors", "e.safetensors");
  }

  @Test
  void mistakesAreFoundBeforeAnyWork() throws Exception {
    assertTold(
        "./a.safetensors: is one of the inputs and would be overwritten; choose another name",
        "a.safetensors",
        "b.safetensors",
        "-o",
        "./a.safetensors");
    Files.createSymbolicLink(folder.resolve("link"), folder);
    assertTold(
        "link/a.safetensors: is one of the inputs and would be overwritten; choose another name",
        "a.safetensors",
        "b.safetensors",
        "-o",
        "link/a.safetensors");
    assertTold(
        "m.ggml: the name of an output ends in .safetensors, .pt, .gguf, .onnx; without an"
            + " extension it is a folder in Hugging Face layout",
        "a.safetensors",
        "-o",
        "m.ggml");
    assertTold(
        "--weights has 2 numbers for 3 ingredients; give one for each, in their order",
        "[abc].safetensors",
        "--weights",
        "1,2",
        "-o",
        "m.safetensors");
    assertTold(
        "--weights [1.0, -1.0] must be finite numbers whose sum is not 0",
        "a.safetensors",
        "b.safetensors",
        "--weights",
        "1,-1",
        "-o",
        "m.safetensors");
    assertTold(
        "no such file or folder: d.safetensors",
        "a.safetensors",
        "d.safetensors",
        "-o",
        "m.safetensors");
    assertThat(TinySoup.tree(folder))
        .containsExactly("a.safetensors", "b.safetensors", "c.safetensors", "link");
  }

  private void assertTold(String message, String... args) throws Exception {
    List<String> words = new ArrayList<>(List.of("uniform"));
    words.addAll(List.of(args));
    assertThat(stockpot(folder, words.toArray(String[]::new)))
        .isEqualTo(new Result(2, "", "stockpot: " + message + "\n"));
  }

  private byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  private byte[] mean(Linear method, Optional<DType> dtype) throws IOException {
    Path file = Files.createTempDirectory(folder, "expected").resolve("m.safetensors");
    List<Checkpoint> checkpoints = new ArrayList<>();
    try {
      for (String name : List.of("a", "b", "c")) {
        checkpoints.add(Checkpoints.open(folder.resolve(name + ".safetensors")));
      }
      new MergeExecutor(1, Progress.NONE)
          .execute(MergePlan.of(checkpoints, method, dtype), file, false, Durability.CACHED);
    } finally {
      checkpoints.forEach(Checkpoint::close);
    }
    return Files.readAllBytes(file);
  }
}
