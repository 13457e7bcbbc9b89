package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.command;
import static dev.stockpot.cli.StockpotProcess.start;
import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.internal.io.Sha256;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergeIT {
  private static final String LINEAR =
      """
      merge_method: linear
      models:
        - model: a
          parameters: {weight: 0.25}
        - model: b
          parameters: {weight: 0.75}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void models() {
    TinyModels.llama(folder.resolve("a"), 1, 40, 6);
    TinyModels.tokenizer(folder.resolve("a"), 6);
    TinyModels.llama(folder.resolve("b"), 2, 40, 6);
    TinyModels.llama(folder.resolve("c"), 3, 40, 6);
    TinyModels.llama(folder.resolve("base"), 4, 40, 6);
  }

  @Test
  void aFolderWithAllThatBelongsToAModel() throws Exception {
    config(LINEAR + "out_dtype: bfloat16\n");
    Result result = stockpot(folder, "merge", "config.yml", "out", "--quiet");
    assertThat(result)
        .isEqualTo(new Result(0, "out: linear of 2 models, 2,132 parameters, 4.26 kB\n", ""));
    assertThat(TinySoup.tree(folder.resolve("out")))
        .containsExactly(
            "README.md",
            "config.json",
            "mergekit_config.yml",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json");
    assertThat(folder.resolve("out/mergekit_config.yml"))
        .hasSameTextualContentAs(folder.resolve("config.yml"));
    assertThat(Files.readString(folder.resolve("out/config.json")))
        .contains("\"torch_dtype\": \"bfloat16\"", "\"num_hidden_layers\": 40");
    assertThat(Files.readString(folder.resolve("out/README.md")))
        .startsWith("---\ntags:\n- merge\n- stockpot\n---\n# out\n\nMerged by `linear`, made by")
        .contains("- `a`\n- `b`\n\n```yaml\nmerge_method: linear");
  }

  @Test
  void aFileAndItsJson() throws Exception {
    config(LINEAR);
    Result result =
        stockpot(folder, "merge", "config.yml", "o.safetensors", "--json", "--hash", "--quiet");
    assertThat(result.err()).isEmpty();
    Json.Obj document = (Json.Obj) JsonReader.read(result.out());
    assertThat(document.members())
        .containsEntry("output", new Json.Str("o.safetensors"))
        .containsEntry("merge_method", new Json.Str("linear"))
        .containsEntry("tensors", new Json.Num("123"));
    assertThat(((Json.Obj) document.members().get("sha256")).members())
        .containsEntry(
            "a/model.safetensors",
            new Json.Str(Sha256.ofFile(folder.resolve("a/model.safetensors"), _ -> {})));
    float[] norm = TinyModels.values(folder.resolve("o.safetensors"), "model.norm.weight");
    float[] a = TinyModels.values(folder.resolve("a"), "model.norm.weight");
    float[] b = TinyModels.values(folder.resolve("b"), "model.norm.weight");
    for (int i = 0; i < norm.length; i++) {
      assertThat(norm[i]).isEqualTo((float) (0.25 * a[i] + 0.75 * b[i]));
    }
  }

  @Test
  void whatHasNoEffectIsWarnedOfAlsoWhenQuiet() throws Exception {
    config(LINEAR + "parameters: {density: 0.5, weight: {filter: self_atn, value: 2}}\n");
    Result result =
        stockpot(folder, "merge", "config.yml", "out", "--dry-run", "--quiet", "--json");
    List<String> warnings =
        List.of(
            "config.yml:7: 'density' has no effect: merge_method linear has no such parameter",
            "config.yml:7: filter 'self_atn' is in no tensor's name; did you mean 'self_attn'?");
    assertThat(result.code()).isEqualTo(0);
    assertThat(result.err()).isEqualTo("warning: " + String.join("\nwarning: ", warnings) + "\n");
    assertThat(((Json.Obj) JsonReader.read(result.out())).members())
        .containsEntry("warnings", JsonWriter.of(warnings))
        .containsEntry("notes", JsonWriter.of(List.of()));
  }

  @Test
  void tooLittleMemoryIsToldBeforeAnythingIsDone() throws Exception {
    config(LINEAR);
    String[] dry = {
      "merge", "config.yml", "out", "--dry-run", "--memory", "100k", "--threads", "1"
    };
    assertThat(stockpot(folder, dry).err())
        .startsWith("stockpot: the merge does not fit into memory, 123 faults:\n")
        .contains(
            "a: tensor 'lm_head.weight': merging it takes 160 KiB of memory with 1 thread, and 100"
                + " KiB are allowed; raise --memory or lower --threads\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          linear|models: [{model: a, parameters: {weight: 1.0}}, {model: b, parameters: {weight: 0.3}}, {model: c, parameters: {weight: 0.5}}];merge_method: linear;dtype: float16|40
          slerp by slices|slices: [{sources: [{model: a, layer_range: [0, 40]}, {model: b, layer_range: [0, 40]}]}];merge_method: slerp;base_model: a;parameters: {t: [{filter: self_attn, value: [0, 0.5, 0.3, 0.7, 1]}, {filter: mlp, value: [1, 0.5, 0.7, 0.3, 0]}, {value: 0.5}]};dtype: float16|40
          slerp by models|models: [{model: a}, {model: b}];merge_method: slerp;base_model: a;parameters: {t: [{filter: self_attn, value: [0, 0.5, 0.3, 0.7, 1]}, {filter: mlp, value: [1, 0.5, 0.7, 0.3, 0]}, {value: 0.5}]};dtype: float16|40
          ties|models: [{model: a, parameters: {density: [1, 0.7, 0.1], weight: 1.0}}, {model: b, parameters: {density: 0.5, weight: [0, 0.3, 0.7, 1]}}, {model: c, parameters: {density: 0.33, weight: [{filter: mlp, value: 0.5}, {value: 0}]}}];merge_method: ties;base_model: base;parameters: {normalize: true, int8_mask: true};dtype: float16|40
          passthrough|slices: [{sources: [{model: a, layer_range: [0, 24]}]}, {sources: [{model: b, layer_range: [20, 40]}]}];merge_method: passthrough;dtype: float16|44
          arcee_fusion|models: [{model: a}, {model: b}];merge_method: arcee_fusion;base_model: a;dtype: bfloat16|40
          """)
  void theExamplesOfMergekitsDocumentation(String name, String text, int layers) throws Exception {
    config(text.replace(";", "\n"));
    Result result = stockpot(folder, "merge", "config.yml", "out");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    assertThat(told(result)).as(name).isEmpty();
    assertThat(Files.readString(folder.resolve("out/config.json")))
        .contains("\"num_hidden_layers\": " + layers);
    try (var made = dev.stockpot.checkpoint.Checkpoints.open(folder.resolve("out"))) {
      assertThat(made.tensors().keySet())
          .containsExactlyInAnyOrderElementsOf(
              TinyModels.specs(layers, 6).stream().map(TensorSpec::name).toList());
    }
  }

  @Test
  void aDryRunSaysWhatWouldBeDone() throws Exception {
    config(
        """
        slices:
          - sources: [{model: a, layer_range: [0, 24]}]
          - sources: [{model: b, layer_range: [20, 40]}]
        merge_method: passthrough
        dtype: float16
        """);
    Result result = stockpot(folder, "merge", "config.yml", "out", "--dry-run");
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .startsWith(
            """
            passthrough to F16, inputs rounded to F16: 73 tensors, 2.54 kB
                a: scale 1
              model.embed_tokens.weight
            """)
        .contains(
            """
            passthrough to F16, inputs rounded to F16: 60 tensors, 2.08 kB
                b layers 20-39: scale 1
              model.layers.24-43.input_layernorm.weight
            """)
        .contains("\nout: 135 tensors, 4.68 kB written, 9.36 kB read; memory for tensors at most ");
    assertThat(folder.resolve("out")).doesNotExist();
    result = stockpot(folder, "merge", "config.yml", "out", "--dry-run", "--json");
    Json.Obj document = (Json.Obj) JsonReader.read(result.out());
    assertThat(((Json.Arr) document.members().get("steps")).elements()).hasSize(135);
  }

  @Test
  void mergekitsOptionsAreTaken() throws Exception {
    config(LINEAR);
    Result result =
        stockpot(
            folder,
            "merge",
            "config.yml",
            "out",
            "--cuda",
            "--lazy-unpickle",
            "--no-copy-tokenizer",
            "--allow-crimes",
            "--trust-remote-code",
            "--device",
            "cpu",
            "--out-shard-size",
            "1K",
            "--random-seed",
            "7",
            "-j",
            "1",
            "--no-write-model-card",
            "-v");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    assertThat(told(result))
        .isEqualTo(
            "note: --cuda, --lazy-unpickle, --allow-crimes, --trust-remote-code, --device, -v: not"
                + " needed here, no effect\n");
    assertThat(TinySoup.tree(folder.resolve("out")))
        .containsExactly(
            "config.json",
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors",
            "model.safetensors.index.json");
  }

  @Test
  void partsAreMergedAndTheRestIsCopied() throws Exception {
    config(LINEAR + "base_model: b\n");
    stockpot(folder, "merge", "config.yml", "all.safetensors");
    Result result =
        stockpot(
            folder,
            "merge",
            "config.yml",
            "part.safetensors",
            "--only",
            "mlp",
            "--except",
            "layers.1.");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    Path part = folder.resolve("part.safetensors");
    String merged = "model.layers.2.mlp.up_proj.weight";
    assertThat(TinyModels.values(part, merged))
        .isEqualTo(TinyModels.values(folder.resolve("all.safetensors"), merged));
    for (String copied :
        List.of("model.layers.1.mlp.up_proj.weight", "lm_head.weight", "model.norm.weight")) {
      assertThat(TinyModels.values(part, copied))
          .isEqualTo(TinyModels.values(folder.resolve("b"), copied));
    }
  }

  @Test
  void severalMergesInOneFile() throws Exception {
    config(
        """
        name: second
        merge_method: linear
        models: [{model: first, parameters: {weight: 1}}, {model: c, parameters: {weight: 1}}]
        ---
        merge_method: linear
        models: [{model: second, parameters: {weight: 1}}]
        dtype: bfloat16
        ---
        name: first
        merge_method: linear
        models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 1}}]
        ---
        name: alone
        merge_method: linear
        models: [{model: a, parameters: {weight: 1}}]
        """);
    Result result = stockpot(folder, "merge", "config.yml", "out");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    assertThat(told(result))
        .isEqualTo(
            """
            note: config.yml:13: merge 'alone' is not needed and not made; --intermediate-dir makes and keeps it
            merging first
            merging second
            """);
    assertThat(names()).containsExactly("a", "b", "base", "c", "config.yml", "out");

    assertThat(stockpot(folder, "merge", "config.yml", "out2", "-I", "steps", "--quiet").code())
        .isEqualTo(0);
    assertThat(TinySoup.tree(folder.resolve("steps")))
        .contains("alone", "first/config.json", "second/model.safetensors");
    assertThat(folder.resolve("out2/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("out/model.safetensors"));
    assertThat(told(stockpot(folder, "merge", "config.yml", "out3", "-I", "steps")))
        .isEqualTo(
            """
            note: steps/first is there already and used as it is
            note: steps/second is there already and used as it is
            note: steps/alone is there already and used as it is
            """);
  }

  @Test
  void mistakesAreToldBeforeAnythingIsWritten() throws Exception {
    config(LINEAR.replace("linear", "linaer"));
    assertThat(stockpot(folder, "merge", "config.yml", "out"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: config.yml:1: unknown merge_method 'linaer'; did you mean 'linear'?\n"));
    config(
        "name: x\n"
            + LINEAR.replace("model: a", "model: y")
            + "---\nname: y\n"
            + LINEAR.replace("model: a", "model: x"));
    assertThat(stockpot(folder, "merge", "config.yml", "out").err())
        .isEqualTo("stockpot: config.yml:9: these merges need each other: y, x, y\n");
    config(LINEAR);
    assertThat(stockpot(folder, "merge", "config.yml", "a").err())
        .isEqualTo(
            "stockpot: a: cannot be written: it is not empty; name a new folder, or delete it\n");
    assertThat(names()).containsExactly("a", "b", "base", "c", "config.yml");
  }

  @Test
  void aMergeThatIsKilledLeavesNoModelAndIsDoneAgain() throws Exception {
    List<TensorSpec> large = List.of(TinyModels.spec("w", 6_000, 1_000));
    for (int i = 0; i < 4; i++) {
      TinyModels.write(folder.resolve("large-" + i), large, i);
    }
    config(
        """
        merge_method: linear
        models: [{model: large-0}, {model: large-1}, {model: large-2}, {model: large-3}]
        parameters: {weight: 1}
        """);
    assertThat(stockpot(folder, "merge", "config.yml", "whole").code()).isEqualTo(0);
    int killed = 0;
    for (int attempt = 0; attempt < 5; attempt++) {
      Process process = start(folder, command("merge", "config.yml", "out", "--threads", "1"));
      try {
        while (process.isAlive() && partials().isEmpty()) {
          Thread.sleep(1);
        }
      } finally {
        process.destroyForcibly();
      }
      if (process.waitFor() == 128 + 9) {
        killed++;
        assertThat(folder.resolve("out")).doesNotExist();
      } else {
        dev.stockpot.internal.io.WorkFolder.delete(folder.resolve("out"));
      }
    }
    assertThat(killed).isPositive();
    assertThat(partials()).isNotEmpty();
    assertThat(stockpot(folder, "merge", "config.yml", "out").code()).isEqualTo(0);
    assertThat(partials()).isEmpty();
    assertThat(folder.resolve("out/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
  }

  /// What was told, without the progress.
  private static String told(Result result) {
    return result
        .err()
        .lines()
        .filter(line -> !line.startsWith("merging ...") && !line.startsWith("merging: "))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  private List<String> partials() throws IOException {
    return names().stream().filter(name -> name.endsWith(".partial")).toList();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void config(String text) {
    TinyModels.text(folder.resolve("config.yml"), text);
  }
}
