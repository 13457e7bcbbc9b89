package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.internal.json.JsonReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The command as its users meet it: a process.
class CommandLineIT {
  @TempDir private Path folder;

  @Test
  void versionAndHelpAreResults() throws Exception {
    assertThat(stockpot("--version").out()).matches("stockpot [0-9].*\n");
    Result bare = stockpot();
    assertThat(bare).isEqualTo(stockpot("--help"));
    assertThat(bare.code()).isEqualTo(0);
    assertThat(bare.err()).isEmpty();
  }

  @Test
  void everyCommandHelpsWithAnExample() throws Exception {
    String help = stockpot("--help").out();
    assertThat(help).contains("\nExample:\n  stockpot ");
    String commands = help.substring(help.indexOf("Commands:\n") + 10, help.indexOf("\nExample:"));
    // A description's further lines are indented more.
    List<String> names =
        commands
            .lines()
            .filter(line -> line.matches("  \\S.*"))
            .map(line -> line.strip().replaceFirst(" .*", ""))
            .toList();
    assertThat(names).contains("inspect");
    for (String name : names) {
      Result result = stockpot(name, "--help");
      assertThat(result.code()).isEqualTo(0);
      assertThat(result.out()).contains("\nExample:\n  stockpot " + name);
      assertThat(result.err()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inspct x > unknown command 'inspct'; did you mean 'inspect'? > stockpot",
        "inspect --stat x > unknown option '--stat'; did you mean '--stats'? > stockpot inspect",
        "inspect > missing required parameter: 'CHECKPOINT' > stockpot inspect",
        "inspect a b > too many arguments: b > stockpot inspect",
        "inspect a --first x > invalid value for option '--first': 'x' is not an int > stockpot"
            + " inspect",
        "inspect a --first 9999 > --first is 9999; it must be from 0 to 2048 > stockpot inspect"
      })
  void mistakenArgumentsAreToldInTwoLines(String example) throws Exception {
    List<String> parts = List.of(example.split(" > "));
    Result result = stockpot(parts.get(0).split(" "));
    assertThat(result)
        .isEqualTo(
            new Result(
                2, "", "stockpot: " + parts.get(1) + "\nTry: " + parts.get(2) + " --help\n"));
  }

  @Test
  void missingAndBrokenFilesAreTheUsersMistake() throws Exception {
    assertThat(stockpot("inspect", "no.safetensors"))
        .isEqualTo(new Result(2, "", "stockpot: no.safetensors: no such file or folder\n"));
    Files.write(folder.resolve("short.safetensors"), new byte[3]);
    assertThat(stockpot("inspect", "short.safetensors"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: short.safetensors: has 3 bytes; a safetensors file has at least 8. Is it"
                    + " complete?\n"));
    Result debug = stockpot("inspect", "--debug", "no.safetensors");
    assertThat(debug.code()).isEqualTo(2);
    assertThat(debug.err())
        .startsWith("stockpot: no.safetensors: no such file or folder\n")
        .contains("\tat dev.stockpot");
  }

  @Test
  void inspectPrintsTensorsAndTotals() throws Exception {
    write("a.safetensors", 3);
    assertThat(stockpot("inspect", "a.safetensors"))
        .isEqualTo(
            new Result(
                0,
                """
                tensor   dtype  shape  size
                empty    F32    [0]     0 B
                layer.0  F32    [4]    16 B
                layer.1  F32    [4]    16 B
                layer.2  F32    [4]    16 B
                steps    U64    []      8 B

                dtype  tensors  parameters  size
                U64          1           1   8 B
                F32          4          12  48 B
                all          5          13  56 B

                metadata
                format    pt
                """,
                ""));
  }

  @Test
  void statisticsAreExactAndProgressGoesToStderr() throws Exception {
    write("a.safetensors", 1);
    Result result = stockpot("inspect", "a.safetensors", "--stats");
    assertThat(result.code()).isEqualTo(0);
    assertThat(result.out())
        .startsWith(
            """
            tensor   dtype  shape  size                   min                   max       mean       norm  NaN  Inf
            empty    F32    [0]     0 B                     -                     -          -          0    0    0
            layer.0  F32    [4]    16 B                    -3                   inf        inf        inf    1    1
            steps    U64    []      8 B  18446744073709551615  18446744073709551615  1.8447e19  1.8447e19    0    0
            """);
    assertThat(result.err()).startsWith("reading ...\nreading: done in ");
    assertThat(stockpot("inspect", "a.safetensors", "--stats", "--quiet").err()).isEmpty();
  }

  @Test
  void jsonIsOneDocument() throws Exception {
    write("a.safetensors", 1);
    Result result = stockpot("inspect", "a.safetensors", "--stats", "--json", "--quiet");
    assertThat(result.err()).isEmpty();
    assertThat(JsonReader.read(result.out()))
        .isEqualTo(
            JsonReader.read(
                """
                {"file": "a.safetensors",
                 "tensors": [
                  {"name": "empty", "dtype": "F32", "shape": [0], "bytes": 0, "stats":
                    {"min": null, "max": null, "mean": null, "norm": 0.0, "nan": 0, "inf": 0}},
                  {"name": "layer.0", "dtype": "F32", "shape": [4], "bytes": 16, "stats":
                    {"min": -3.0, "max": null, "mean": null, "norm": null, "nan": 1, "inf": 1}},
                  {"name": "steps", "dtype": "U64", "shape": [], "bytes": 8, "stats":
                    {"min": 18446744073709551615, "max": 18446744073709551615,
                     "mean": 1.8446744073709552E19, "norm": 1.8446744073709552E19,
                     "nan": 0, "inf": 0}}],
                 "parameters": 5, "bytes": 24, "metadata": {"format": "pt"}, "notes": []}
                """));
  }

  @Test
  void oneTensorIsShownWithItsFirstValues() throws Exception {
    write("a.safetensors", 1);
    assertThat(stockpot("inspect", "a.safetensors", "--tensor", "layer.0", "--first", "3"))
        .isEqualTo(
            new Result(
                0,
                """
                tensor   dtype  shape  size
                layer.0  F32    [4]    16 B

                -3.0
                0.1
                NaN
                ... and 1 more
                """,
                ""));
    assertThat(stockpot("inspect", "a.safetensors", "--tensor", "layer0"))
        .isEqualTo(
            new Result(
                2, "", "stockpot: a.safetensors: no tensor 'layer0'; did you mean 'layer.0'?\n"));
  }

  @Test
  void readerThatLeavesEndsTheCommandInSilence() throws Exception {
    write("a.safetensors", 3000);
    List<String> words = StockpotProcess.command("inspect", "a.safetensors", "--json");
    String java = "'" + String.join("' '", words) + "'";
    Result result =
        StockpotProcess.run(
            folder, List.of("bash", "-c", java + " | head -1; echo ${PIPESTATUS[0]}"));
    assertThat(result).isEqualTo(new Result(0, "{\n0\n", ""));
  }

  private void write(String name, int layers) {
    List<TensorSpec> specs = new ArrayList<>();
    IntStream.range(0, layers)
        .forEach(i -> specs.add(new TensorSpec("layer." + i, DType.F32, List.of(4L))));
    specs.add(new TensorSpec("empty", DType.F32, List.of(0L)));
    specs.add(new TensorSpec("steps", DType.U64, List.of()));
    float[] values = {-3, 0.1f, Float.NaN, Float.POSITIVE_INFINITY};
    try (CheckpointWriter writer =
        Checkpoints.create(
            folder.resolve(name), specs, Map.of("format", "pt"), Durability.CACHED)) {
      for (TensorSpec spec : specs) {
        ByteBuffer bytes = ByteBuffer.allocate((int) spec.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        if (spec.dtype() == DType.U64) {
          bytes.putLong(0, -1);
        } else {
          bytes.asFloatBuffer().put(values, 0, (int) spec.elements());
        }
        writer.write(spec.name(), 0, bytes);
      }
      writer.commit();
    }
  }

  private Result stockpot(String... args) throws IOException, InterruptedException {
    return StockpotProcess.stockpot(folder, args);
  }
}
