package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// LoRA adapters in place of checkpoints, and the other way round.
class LoraIT {
  private static final Path DIGITS = Path.of("..", "examples", "digits").toAbsolutePath();

  @TempDir private static Path made;

  @TempDir private Path folder;

  @BeforeAll
  static void extract() throws Exception {
    copy(DIGITS, made, "base.safetensors", "ft-00.safetensors", "ft-01.safetensors");
    for (int i = 0; i < 2; i++) {
      String tuned = "ft-0" + i + ".safetensors";
      String target = "l" + i;
      Result result =
          stockpot(made, "extract-lora", "base.safetensors", tuned, "-o", target, "--rank", "4");
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.out())
          .startsWith("module")
          .endsWith("\n" + target + ": a LoRA adapter of rank 4, for 1 module\n");
      assertThat(result.err())
          .contains(
              "note: 9 tensors differ and are not in the adapter: conv1.bias, conv1.weight,"
                  + " conv2.bias, conv2.weight, fc1.bias, ...");
    }
  }

  @BeforeEach
  void copy() throws Exception {
    copy(DIGITS, folder, "base.safetensors", "ft-00.safetensors", "ft-01.safetensors");
    for (String adapter : new String[] {"l0", "l1"}) {
      Files.createDirectory(folder.resolve(adapter));
      copy(
          made,
          folder,
          adapter + "/adapter_config.json",
          adapter + "/adapter_model.safetensors",
          adapter + "/README.md");
    }
  }

  @Test
  void adaptersStandForAdaptedCheckpoints() throws Exception {
    // The merged checkpoints, then their mean; and the mean at once.
    Result merged = run("uniform", "l0", "--out-dtype", "F64", "-o", "m0.safetensors");
    assertThat(merged.out())
        .isEqualTo("m0.safetensors: mean of 1 checkpoint, 16,154 parameters, 129 kB\n");
    run("uniform", "base.safetensors+l1", "--out-dtype", "F64", "-o", "m1.safetensors");
    run("uniform", "m0.safetensors", "m1.safetensors", "--out-dtype", "F32", "-o", "b.safetensors");
    run("uniform", "l0", "l1", "--base", "base.safetensors", "-o", "a.safetensors");
    assertThat(folder.resolve("a.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("b.safetensors"));

    run("uniform", "l0", "-o", "one.safetensors");
    assertThat(run("verify", "l0", "one.safetensors").out())
        .isEqualTo(
            """
            l0: sound: 10 tensors, 16,154 parameters, no NaN or infinity
            bit for bit the tensors of one.safetensors
            """);
    assertThat(run("compare", "l0", "one.safetensors").out())
        .contains("\nl0 and one.safetensors hold the same\n");
  }

  @Test
  void aSoupOfAdaptersIsAnAdapter() throws Exception {
    Result exact =
        run("uniform", "l0", "l1", "--as-adapter", "-o", "soup", "--out-dtype", "F64", "--json");
    Map<String, Json> document = members(exact);
    assertThat(document.keySet())
        .containsExactly("output", "ingredients", "rank", "relative_error", "modules");
    assertThat(document.get("rank")).isEqualTo(new Json.Num("8"));
    assertThat(number(document, "relative_error")).isLessThan(1e-14);
    assertThat(TinySoup.tree(folder.resolve("soup")))
        .containsExactly("README.md", "adapter_config.json", "adapter_model.safetensors");

    run("uniform", "l0", "l1", "-o", "merged.safetensors");
    run("uniform", "soup", "-o", "again.safetensors");
    try (Checkpoint merged = Checkpoints.open(folder.resolve("merged.safetensors"));
        Checkpoint again = Checkpoints.open(folder.resolve("again.safetensors"))) {
      assertThat(again.tensors()).isEqualTo(merged.tensors());
    }
    Map<String, Json> compared =
        members(run("compare", "merged.safetensors", "again.safetensors", "--json"));
    assertThat(compared).isNotEmpty();

    Result less = run("uniform", "l0", "l1", "--as-adapter", "--rank", "3", "-o", "less");
    assertThat(less.out())
        .startsWith("module")
        .endsWith("\nless: mean of 2 LoRA adapters as one of rank 3\n");
    assertThat(less.out().lines().skip(1).findFirst().orElseThrow()).startsWith("fc1 ");
  }

  @Test
  void adaptersAreEvaluatedAndChosen() throws Exception {
    String eval = DIGITS.resolve("eval.yml").toString();
    run("uniform", "l0", "-o", "m0.safetensors");
    String direct = run("evaluate", "l0", "--eval", eval, "--json").out();
    String merged = run("evaluate", "m0.safetensors", "--eval", eval, "--json").out();
    assertThat(direct).isEqualTo(merged.replace("\"m0\"", "\"l0\""));

    run("greedy", "l0", "l1", "--eval", eval, "-o", "soup.safetensors");
    assertThat(folder.resolve("soup.safetensors")).isRegularFile();
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder(
            "base.safetensors",
            "ft-00.safetensors",
            "ft-01.safetensors",
            "l0",
            "l1",
            "m0.safetensors",
            "soup.safetensors");
  }

  @Test
  void inspectShowsTheAdapterOrTheAdaptedModel() throws Exception {
    assertThat(run("inspect", "l0").out())
        .startsWith("tensor")
        .contains("base_model.model.fc1.lora_A.weight  F32    [4, 384]")
        .endsWith(
            "\nnote: a LoRA adapter of rank 4, alpha 4.0, for fc1; its base:"
                + " base.safetensors\n");
    assertThat(run("inspect", "l0", "--base", "base.safetensors").out())
        .contains("fc1.weight")
        .endsWith("\nnote: the adapter l0 is applied to base.safetensors\n");
  }

  @Test
  void mistakesAreToldOf() throws Exception {
    Files.move(folder.resolve("base.safetensors"), folder.resolve("elsewhere.safetensors"));
    Result missing = stockpot(folder, "uniform", "l0", "-o", "soup.safetensors");
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err())
        .startsWith(
            "stockpot: l0/adapter_config.json: the base 'base.safetensors' is neither a path nor in"
                + " the Hugging Face cache (")
        .endsWith("); give it with --base\n");
    assertFails(
        "elsewhere.safetensors: is no LoRA adapter; --as-adapter averages adapters only",
        "uniform",
        "elsewhere.safetensors",
        "--as-adapter",
        "-o",
        "soup");
    assertFails(
        "soup.safetensors: an adapter is a folder; name one, without an extension",
        "uniform",
        "l0",
        "--as-adapter",
        "-o",
        "soup.safetensors");
    assertFails(
        "--rank is for --as-adapter; a merged checkpoint has no rank\n"
            + "Try: stockpot uniform --help",
        "uniform",
        "l0",
        "--rank",
        "3",
        "-o",
        "soup");
    assertFails(
        "l0+nowhere: the adapter 'nowhere' is neither a path nor in the Hugging Face cache",
        "uniform",
        "l0+nowhere",
        "-o",
        "soup");
    assertFails(
        "--rank is 0; it must be at least 1\nTry: stockpot extract-lora --help",
        "extract-lora",
        "a",
        "b",
        "--rank",
        "0",
        "-o",
        "soup");
    assertFails(
        "l1: cannot be written: it is not empty; name a new folder, or delete it",
        "extract-lora",
        "elsewhere.safetensors",
        "ft-00.safetensors",
        "--rank",
        "4",
        "-o",
        "l1");
  }

  private static void copy(Path from, Path to, String... names) throws Exception {
    for (String name : names) {
      Files.copy(from.resolve(name), to.resolve(name));
    }
  }

  private Result run(String... words) throws Exception {
    Result result = stockpot(folder, words);
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  private void assertFails(String message, String... words) throws Exception {
    assertThat(stockpot(folder, words)).isEqualTo(new Result(2, "", "stockpot: " + message + "\n"));
  }

  private static Map<String, Json> members(Result result) {
    return ((Json.Obj) JsonReader.read(result.out())).members();
  }

  private static double number(Map<String, Json> members, String name) {
    return ((Json.Num) members.get(name)).asDouble();
  }
}
