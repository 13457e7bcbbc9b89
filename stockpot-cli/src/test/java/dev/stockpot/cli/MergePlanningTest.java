package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.HuggingFaceCache;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.config.MergeFile;
import dev.stockpot.cli.config.ModelPaths;
import dev.stockpot.internal.json.Json;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.Step;
import dev.stockpot.plan.MergePlanner;
import dev.stockpot.plan.PlannedMerge;
import dev.stockpot.plan.PlannedStep;
import dev.stockpot.plan.TensorFilter;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a config and models to a plan, and where need be to what comes out.
class MergePlanningTest {
  private static final int LAYERS = 4;
  private static final int ROWS = 6;

  @TempDir private Path folder;

  @BeforeEach
  void models() {
    for (String name : List.of("a", "b", "c", "base")) {
      TinyModels.llama(folder.resolve(name), name.hashCode(), LAYERS, ROWS);
    }
  }

  @Test
  void gradientsRunOverTheLayersAndBeginOutsideThem() {
    PlannedMerge merge =
        plan(
            """
            merge_method: slerp
            base_model: a
            models: [{model: a}, {model: b}]
            parameters:
              t:
                - {filter: self_attn, value: [0, 1]}
                - value: [0.5, 0.25]
            """);
    assertThat(global(merge, "model.layers.0.self_attn.q_proj.weight", "t")).isEqualTo(0.0);
    assertThat(global(merge, "model.layers.1.self_attn.q_proj.weight", "t")).isEqualTo(1.0 / 3);
    assertThat(global(merge, "model.layers.3.self_attn.q_proj.weight", "t")).isEqualTo(1.0);
    assertThat(global(merge, "model.layers.3.mlp.up_proj.weight", "t")).isEqualTo(0.25);
    assertThat(global(merge, "model.norm.weight", "t")).isEqualTo(0.5);
    assertThat(step(merge, "model.norm.weight").inputs().getFirst().model()).hasToString("a");
  }

  @Test
  void theMostSpecialValueDecides() {
    PlannedMerge merge =
        plan(
            """
            merge_method: linear
            slices:
              - sources:
                  - {model: a, layer_range: [0, 2], parameters: {weight: [{filter: mlp, value: 7}]}}
                  - {model: b, layer_range: [0, 2]}
                parameters: {weight: [{filter: attn, value: 5}]}
              - sources:
                  - {model: a, layer_range: [2, 4]}
                  - {model: b, layer_range: [2, 4]}
            parameters: {weight: 3}
            """);
    assertThat(each(merge, "model.layers.0.mlp.up_proj.weight", "weight"))
        .containsExactly(7.0, 3.0);
    assertThat(each(merge, "model.layers.1.self_attn.q_proj.weight", "weight"))
        .containsExactly(5.0, 5.0);
    assertThat(each(merge, "model.layers.2.self_attn.q_proj.weight", "weight"))
        .containsExactly(3.0, 3.0);
    assertThat(merge.warnings()).isEmpty();
    assertThat(merge.notes()).isEmpty();
  }

  @Test
  void slicesAreStackedAndTheConfigFollows() {
    PlannedMerge merge =
        plan(
            """
            merge_method: passthrough
            slices:
              - sources: [{model: a, layer_range: [0, 3]}]
              - sources: [{model: b, layer_range: [1, 4]}]
            dtype: float16
            """);
    assertThat(origin(merge, "model.embed_tokens.weight")).isEqualTo("a model.embed_tokens.weight");
    assertThat(origin(merge, "model.layers.2.mlp.up_proj.weight"))
        .isEqualTo("a model.layers.2.mlp.up_proj.weight");
    assertThat(origin(merge, "model.layers.3.mlp.up_proj.weight"))
        .isEqualTo("b model.layers.1.mlp.up_proj.weight");
    assertThat(origin(merge, "model.norm.weight")).isEqualTo("b model.norm.weight");
    assertThat(origin(merge, "lm_head.weight")).isEqualTo("b lm_head.weight");
    assertThat(merge.steps()).hasSize(3 + 6 * 3);
    Map<String, Json> config = merge.companions().config();
    assertThat(config.get("num_hidden_layers")).isEqualTo(new Json.Num("6"));
    assertThat(config.get("torch_dtype")).isEqualTo(new Json.Str("float16"));
    assertThat(((Json.Arr) config.get("layer_types")).elements())
        .extracting(type -> ((Json.Str) type).value())
        .containsExactly("type-0", "type-1", "type-2", "type-1", "type-2", "type-3");
  }

  @Test
  void linesScalesTheTaskVectorsOfEveryLayer() {
    PlannedMerge merge =
        plan(
            """
            merge_method: task_arithmetic
            base_model: base
            models: [{model: a, parameters: {weight: 1}}]
            parameters: {lambda: 2, lines: {alpha: 0.25, beta: 0.5}}
            """);
    assertThat(global(merge, "model.layers.0.mlp.up_proj.weight", "lambda")).isEqualTo(0.5);
    assertThat(global(merge, "model.layers.3.mlp.up_proj.weight", "lambda")).isEqualTo(1.5);
    assertThat(global(merge, "lm_head.weight", "lambda")).isEqualTo(0.5);
  }

  @Test
  void dtypesOfInputAndOutput() {
    String models = "merge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}]\n";
    assertThat(mix(plan(models)).rounding()).isEmpty();
    assertThat(mix(plan(models)).output().dtype()).isEqualTo(DType.F32);
    Step.Mix rounded = mix(plan(models + "dtype: bfloat16\n"));
    assertThat(rounded.rounding()).contains(DType.BF16);
    assertThat(rounded.output().dtype()).isEqualTo(DType.BF16);
    assertThat(mix(plan(models + "dtype: bfloat16\nout_dtype: float32\n")).output().dtype())
        .isEqualTo(DType.F32);
    MergePlanner.Options said =
        new MergePlanner.Options(Optional.of(DType.F64), 0, TensorFilter.ALL);
    assertThat(mix(plan(models + "dtype: bfloat16\nout_dtype: float32\n", said)).output().dtype())
        .isEqualTo(DType.F64);
  }

  @Test
  void everyTensorHasASeedOfItsOwn() {
    String config = "merge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}]\n";
    List<Long> seeds = seeds(plan(config));
    assertThat(seeds).doesNotHaveDuplicates().isEqualTo(seeds(plan(config)));
    assertThat(seeds(plan(config, new MergePlanner.Options(Optional.empty(), 1, TensorFilter.ALL))))
        .doesNotContainAnyElementsOf(seeds);
    // printf '0\0lm_head.weight' | sha256sum
    assertThat(Long.toHexString(seed(step(plan(config), "lm_head.weight"))))
        .isEqualTo(SEED_OF_HEAD);
  }

  private static final String SEED_OF_HEAD = "4944292f2bf690fd";

  @Test
  void whatIsNotMergedIsCopiedFromTheBase() {
    TensorFilter filter =
        new TensorFilter(List.of("self_attn", "*up_proj*"), List.of("*layers.?.self*"));
    PlannedMerge merge =
        plan(
            """
            merge_method: task_arithmetic
            base_model: base
            models: [{model: a, parameters: {weight: 1}}]
            out_dtype: bfloat16
            """,
            new MergePlanner.Options(Optional.empty(), 0, filter));
    assertThat(step(merge, "model.layers.1.mlp.up_proj.weight").step())
        .isInstanceOf(Step.Mix.class);
    for (String copied :
        List.of("model.layers.1.self_attn.q_proj.weight", "model.embed_tokens.weight")) {
      PlannedStep step = step(merge, copied);
      assertThat(step.step()).isInstanceOf(Step.Copy.class);
      assertThat(step.step().output().dtype()).isEqualTo(DType.F32);
      assertThat(origin(merge, copied)).isEqualTo("base " + copied);
    }
    assertThatThrownBy(() ->
            plan(
                "merge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}]",
                new MergePlanner.Options(
                    Optional.empty(), 0, new TensorFilter(List.of("atn"), List.of()))))
        .isInstanceOf(RecipeException.class)
        .hasMessage("filter 'atn' of --only or --except fits no tensor of the output");
    assertThatThrownBy(() ->
            plan(
                linear("a", "b"),
                new MergePlanner.Options(
                    Optional.empty(),
                    0,
                    new TensorFilter(List.of(), List.of("embed_token.weight")))))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            "filter 'embed_token.weight' of --only or --except fits no tensor of the output; did"
                + " you mean 'embed_tokens.weight'?");
  }

  @Test
  void integersAreCopiedAndTheBasePlaysNoPart() {
    for (String name : List.of("a", "base")) {
      TensorSpec ids = new TensorSpec("ids", DType.I32, List.of(2L));
      TinyModels.write(
          folder.resolve(name + ".safetensors"),
          List.of(TinyModels.spec("w", 3), ids),
          name.hashCode());
    }
    PlannedMerge merge =
        plan(
            """
            merge_method: task_arithmetic
            base_model: base.safetensors
            models: [{model: a.safetensors, parameters: {weight: 1}}]
            """);
    assertThat(step(merge, "ids").step().inputs()).hasSize(1);
    assertThat(origin(merge, "ids")).isEqualTo("a.safetensors ids");
  }

  @Test
  void aTiedHeadIsStoodInForByTheEmbeddings() throws Exception {
    tie("b");
    PlannedMerge merge = plan(linear("a", "b"));
    assertThat(step(merge, "lm_head.weight").inputs())
        .extracting(PlannedStep.Input::tensor)
        .containsExactly("lm_head.weight", "model.embed_tokens.weight");
    assertThat(merge.companions().config().get("tie_word_embeddings"))
        .isEqualTo(new Json.Bool(false));
    assertThat(merge.notes())
        .containsExactly(
            "DIR/b has no lm_head.weight: its embeddings, to which it is tied, stand in"
                .replace("DIR", folder.toString()));
    tie("a");
    assertThat(plan(linear("a", "b")).steps())
        .noneMatch(step -> step.step().output().name().equals("lm_head.weight"));
  }

  @Test
  void buffersThatNotAllModelsStoreAreLeftOut() {
    List<TensorSpec> specs = new ArrayList<>(TinyModels.specs(LAYERS, ROWS));
    specs.add(TinyModels.spec("model.layers.0.self_attn.rotary_emb.inv_freq", 2));
    TinyModels.write(folder.resolve("d"), specs, 1);
    PlannedMerge merge = plan(linear("a", "d"));
    assertThat(merge.steps()).hasSize(TinyModels.specs(LAYERS, ROWS).size());
    assertThat(merge.notes())
        .containsExactly(
            "model.layers.0.self_attn.rotary_emb.inv_freq is left out: the models make it when they"
                + " are loaded, and not all store it");
  }

  @Test
  void everyMismatchIsToldAtOnce() {
    List<TensorSpec> specs = new ArrayList<>(TinyModels.specs(LAYERS, ROWS + 2));
    specs.removeIf(spec -> spec.name().equals("model.norm.weight"));
    specs.add(TinyModels.spec("extra", 1));
    TinyModels.write(folder.resolve("d"), specs, 1);
    assertTold(
        linear("a", "d"),
        """
        recipe.yml: this cannot be merged, 4 faults:
          DIR/d: tensor 'extra': is not in DIR/a
          DIR/d: tensor 'lm_head.weight': shape [8, 4] differs from [6, 4] in DIR/a; the vocabularies differ: say tokenizer_source: base, or union for the tokens of all
          DIR/d: tensor 'model.embed_tokens.weight': shape [8, 4] differs from [6, 4] in DIR/a; the vocabularies differ: say tokenizer_source: base, or union for the tokens of all
          DIR/d: tensor 'model.norm.weight': is missing; it is in DIR/a\
        """);
  }

  @Test
  void whatIsMissingIsTold() {
    assertTold(
        "merge_method: linear\nmodels:\n- model: a\n- model: b\n  parameters: {weight: 1}",
        "recipe.yml:3: linear needs 'weight' for a (first for tensor 'lm_head.weight'):"
            + " give it under the model's parameters, or for all models under parameters");
    assertTold(
        "merge_method: slerp\nmodels: [{model: a}]\nbase_model: b",
        "recipe.yml:1: slerp needs 't' (first for tensor 'lm_head.weight'): give it"
            + " under parameters");
    assertTold(
        "merge_method: ties\nmodels: [{model: a}]",
        "recipe.yml:1: missing key 'base_model': ties needs one");
    assertTold(
        "merge_method: slerp\nmodels: [{model: a}, {model: b}]\nbase_model: c\nparameters: {t: 1}",
        "recipe.yml:2: slerp merges one model besides the base; here are 2");
    assertTold(
        "merge_method: fisher\nmodels:\n- model: a\n- model: b\n  fisher: c",
        "recipe.yml:3: fisher needs 'fisher' for a: the path of a checkpoint");
    assertTold(
        "merge_method: ties\nbase_model: b\nmodels: [{model: a}]\n"
            + "parameters: {weight: 1, density: -0.5}",
        "recipe.yml:4: ties: density -0.5 must be at least 0 (first for tensor 'lm_head.weight')");
    assertTold(
        "merge_method: linear\nmodels: [{model: a}]\nparameters: {weight: 0}",
        "recipe.yml:3: linear: the weights [0.0] add up to 0 (first for tensor 'lm_head.weight')");
  }

  @Test
  void slicesThatDoNotFitAreTold() {
    assertTold(
        """
        merge_method: linear
        parameters: {weight: 1}
        slices:
        - sources:
          - {model: a, layer_range: [0, 5]}
          - {model: b, layer_range: [0, 4]}
        """,
        """
        recipe.yml: this cannot be merged, 2 faults:
          recipe.yml:5: layer_range [0, 5] ends after the last layer of DIR/a, which has 4
          recipe.yml:6: this has 4 layers and the slice's first source 5; all sources of a slice have the same number\
        """);
    assertTold(
        """
        merge_method: task_arithmetic
        base_model: base
        slices: [{sources: [{model: a, layer_range: [0, 4], parameters: {weight: 1}}]}]
        """,
        "recipe.yml:3: the base base is not among this slice's sources; list it with its"
            + " layer_range");
    TinyModels.text(folder.resolve("a/config.json"), "{\"num_hidden_layers\": 3}");
    assertTold(
        "merge_method: passthrough\nslices: [{sources: [{model: a, layer_range: [0, 4]}]}]",
        "recipe.yml:2: DIR/a has model.layers (4 layers), and its config.json says 3; mend one of"
            + " them");
  }

  @Test
  void modelsWithSeveralStacksAreMergedByModules() {
    List<TensorSpec> specs = new ArrayList<>();
    specs.add(TinyModels.spec("shared.weight", 6, 4));
    for (String stack : List.of("encoder", "decoder")) {
      for (int layer = 0; layer < 3; layer++) {
        specs.add(TinyModels.spec(stack + ".block." + layer + ".layer.0.wi.weight", 4, 4));
      }
      specs.add(TinyModels.spec(stack + ".final_layer_norm.weight", 4));
    }
    for (String name : List.of("t5", "u5")) {
      TinyModels.write(folder.resolve(name), specs, name.hashCode());
      TinyModels.text(
          folder.resolve(name + "/config.json"),
          "{\"num_layers\": 3, \"num_decoder_layers\": 3, \"torch_dtype\": \"float32\"}");
    }
    assertTold(
        "merge_method: passthrough\nslices: [{sources: [{model: t5, layer_range: [0, 3]}]}]",
        "recipe.yml:2: DIR/t5 has several stacks of layers: decoder.block (3 layers), encoder.block"
            + " (3 layers); say which slices are for which by modules: {decoder.block: {slices:"
            + " [...]}, encoder.block: {slices: [...]}}, or {models: [...]} for a module that is"
            + " merged whole");
    PlannedMerge merge =
        plan(
            """
            merge_method: passthrough
            modules:
              encoder: {models: [{model: t5}]}
              decoder:
                slices:
                  - sources: [{model: u5, layer_range: [0, 3]}]
                  - sources: [{model: t5, layer_range: [2, 3]}]
            """);
    assertThat(origin(merge, "shared.weight")).isEqualTo("t5 shared.weight");
    assertThat(origin(merge, "encoder.final_layer_norm.weight"))
        .isEqualTo("t5 encoder.final_layer_norm.weight");
    assertThat(origin(merge, "decoder.block.1.layer.0.wi.weight"))
        .isEqualTo("u5 decoder.block.1.layer.0.wi.weight");
    assertThat(origin(merge, "decoder.block.3.layer.0.wi.weight"))
        .isEqualTo("t5 decoder.block.2.layer.0.wi.weight");
    assertThat(merge.companions().config())
        .containsEntry("num_layers", new Json.Num("3"))
        .containsEntry("num_decoder_layers", new Json.Num("4"));
    assertTold(
        "merge_method: passthrough\nmodules: {coder: {models: [{model: t5}]}}",
        "recipe.yml:2: module 'coder' is no stack of layers in DIR/t5; it has decoder.block (3"
            + " layers), encoder.block (3 layers)");
    assertTold(
        "merge_method: passthrough\nmodules: {encoder: {models: [{model: t5}]}}",
        "recipe.yml:2: no module is for decoder.block (3 layers) in DIR/t5; add it under modules");
  }

  @Test
  void aModelHasOneName() {
    assertThat(
            plan("merge_method: ties\nbase_model: base/\nparameters: {weight: 1}\n"
                    + "models: [{model: a}, {model: base}]")
                .steps()
                .getFirst()
                .inputs())
        .hasSize(2);
    assertTold(
        "merge_method: ties\nbase_model: base\nparameters: {weight: 1}\n"
            + "models:\n- model: a\n- model: ./base",
        "recipe.yml:2: 'base' is the same as './base'; name it in the same way everywhere");
  }

  @Test
  void whatIsWrittenToNoEffectIsWarnedOf() {
    PlannedMerge merge =
        plan(
            """
            merge_method: ties
            base_model: base
            models:
              - model: a
                parameters:
                  density: 1
                  weight:
                    - {filter: self_atn, value: 1}
                    - value: 0.5
                    - {filter: mlp, value: 0.1}
              - model: base
                parameters: {weight: 1}
            parameters:
              density: 0.3
            """);
    assertThat(merge.warnings())
        .containsExactly(
            "recipe.yml:14: this 'density' has no effect: other values come before it",
            "recipe.yml:8: filter 'self_atn' is in no tensor's name; did you mean 'self_attn'?",
            "recipe.yml:10: this 'weight' has no effect: other values come before it",
            "recipe.yml:12: this 'weight' has no effect: base is the base");
  }

  @Test
  void valuesThatAMethodRefusesAreToldWithTheirLine() {
    String models = "base_model: base\nmodels:\n  - model: a\n  - model: b\n    parameters:\n";
    assertTold(
        "merge_method: ties\n" + models + "      density: -1\nparameters: {weight: 1}",
        "recipe.yml:7: ties: density -1.0 must be at least 0 (first for tensor 'lm_head.weight')");
    assertTold(
        "merge_method: ties\n" + models + "      density: [1, -3]\nparameters: {weight: 1}",
        "recipe.yml:7: ties: density -0.33333333333333326 must be at least 0 (first for tensor"
            + " 'model.layers.1.input_layernorm.weight')");
    assertTold(
        "merge_method: slerp\nbase_model: a\nmodels: [{model: b}]\nparameters: {}",
        "recipe.yml:4: slerp needs 't' (first for tensor 'lm_head.weight'): give it under"
            + " parameters");
    assertTold(
        "merge_method: linear\nmodels:\n- {model: a, parameters: {weight: 1}}\nbase_model: base",
        "recipe.yml:4: linear needs 'weight' for base (first for tensor 'lm_head.weight'): give it"
            + " under the model's parameters, or for all models under parameters");
  }

  @Test
  void statisticsFollowTheIngredients() {
    TinyModels.llama(folder.resolve("fa"), 11, LAYERS, ROWS);
    TinyModels.llama(folder.resolve("fb"), 12, LAYERS, ROWS);
    PlannedMerge merge =
        plan("merge_method: fisher\nmodels: [{model: a, fisher: fa}, {model: b, fisher: fb}]");
    assertThat(step(merge, "model.norm.weight").step().inputs())
        .extracting(source -> folder.relativize(source.checkpoint().path()).toString())
        .containsExactly("a", "b", "fa", "fb");
    TinyModels.write(folder.resolve("ga"), List.of(TinyModels.spec("lm_head.weight", 4, 4)), 1);
    TinyModels.write(folder.resolve("gb"), List.of(TinyModels.spec("lm_head.weight", 6, 6)), 1);
    PlannedMerge mean =
        plan("merge_method: regmean\nmodels: [{model: a, gram: ga}, {model: b, gram: ga}]");
    assertThat(step(mean, "lm_head.weight").step().inputs()).hasSize(4);
    assertThat(step(mean, "model.norm.weight").step().inputs()).hasSize(2);
    assertTold(
        "merge_method: regmean\nmodels: [{model: a, gram: ga}, {model: b, gram: gb}]",
        "DIR/gb: tensor 'lm_head.weight': F32 [6, 6] is not what regmean needs: floats of shape"
            + " [4, 4]");
  }

  @Test
  void modelsThatAreNotThereAreToldAtOnce() {
    assertTold(
        """
        merge_method: linear
        models:
        - model: nowhere.safetensors
        - model: org/x@v1
        - model: a@v1
        - model: /nowhere/at/all
        """,
        """
        recipe.yml: some models cannot be used, 4 faults:
          recipe.yml:3: no such file or folder: nowhere.safetensors (nor DIR/nowhere.safetensors)
          recipe.yml:4: no such file or folder: org/x; as a model it is not in the Hugging Face cache either (DIR/cache). To get it: hf download org/x --revision v1
          recipe.yml:5: DIR/a is a local path, which has no revisions; leave @v1
          recipe.yml:6: no such file or folder: /nowhere/at/all\
        """);
  }

  @Test
  void modelsAreFoundInTheCacheByRevision() throws Exception {
    Path model = folder.resolve("cache/models--org--x");
    TinyModels.llama(model.resolve("snapshots/abc"), 1, LAYERS, ROWS);
    TinyModels.text(model.resolve("refs/v1"), "abc\n");
    for (String word : List.of("org/x@v1", "org/x@abc")) {
      assertThat(plan(linear(word, "a")).plan().ingredients().getFirst().path())
          .isEqualTo(model.resolve("snapshots/abc"));
    }
    assertThat(Files.exists(model.resolve("refs/main"))).isFalse();
  }

  @Test
  void aMergeOfSlicesIsThatOfModels() {
    String t = "parameters: {t: [{filter: self_attn, value: [0, 0.5, 1]}, {value: [1, 0.2]}]}\n";
    Path models =
        merge(
            "merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\n" + t, "models");
    Path slices =
        merge(
            "merge_method: slerp\nbase_model: a\nslices: [{sources: [{model: a, layer_range: [0,"
                + " 4]}, {model: b, layer_range: [0, 4]}]}]\n"
                + t,
            "slices");
    for (TensorSpec spec : TinyModels.specs(LAYERS, ROWS)) {
      assertThat(TinyModels.values(slices, spec.name()))
          .as(spec.name())
          .isEqualTo(TinyModels.values(models, spec.name()));
    }
  }

  @Test
  void adaptersAreAddedToTheirModels() {
    String module = "base_model.model.model.layers.1.self_attn.q_proj.lora_";
    TinyModels.write(
        folder.resolve("lora/adapter_model.safetensors"),
        List.of(
            TinyModels.spec(module + "A.weight", 1, 4), TinyModels.spec(module + "B.weight", 4, 1)),
        9);
    TinyModels.text(
        folder.resolve("lora/adapter_config.json"),
        """
        {"peft_type": "LORA", "r": 1, "lora_alpha": 1, "target_modules": ["q_proj"], "bias": "none"}
        """);
    Path out = merge(linear("a+lora"), "adapted");
    String tensor = "model.layers.1.self_attn.q_proj.weight";
    float[] plain = TinyModels.values(folder.resolve("a"), tensor);
    Path adapter = folder.resolve("lora/adapter_model.safetensors");
    float[] down = TinyModels.values(adapter, module + "A.weight");
    float[] up = TinyModels.values(adapter, module + "B.weight");
    float[] adapted = TinyModels.values(out, tensor);
    for (int i = 0; i < plain.length; i++) {
      double expected = plain[i] + (double) up[i / 4] * down[i % 4];
      assertThat((double) adapted[i]).isCloseTo(expected, within(1e-6));
    }
    assertThat(plan(linear("a+lora")).steps())
        .allMatch(step -> step.step().output().dtype() == DType.F32);
    assertThat(plan(linear("a+lora")).companions().config()).containsKey("num_hidden_layers");
    assertTold(linear("a+b"), "DIR/b: is no folder of a LoRA adapter (adapter_config.json)");
  }

  private void tie(String name) {
    List<TensorSpec> specs = new ArrayList<>(TinyModels.specs(LAYERS, ROWS));
    specs.removeLast();
    dev.stockpot.internal.io.WorkFolder.delete(folder.resolve(name));
    TinyModels.write(folder.resolve(name), specs, 5);
    TinyModels.text(
        folder.resolve(name + "/config.json"),
        "{\"num_hidden_layers\": 4, \"tie_word_embeddings\": true, \"torch_dtype\": \"float32\"}");
  }

  private static String linear(String... models) {
    return "merge_method: linear\nparameters: {weight: 1}\nmodels: ["
        + String.join(", ", Arrays.stream(models).map(model -> "{model: " + model + "}").toList())
        + "]\n";
  }

  private PlannedMerge plan(String text) {
    return plan(text, MergePlanner.Options.NONE);
  }

  /// Plans with models in the test's folder.
  private PlannedMerge plan(String text, MergePlanner.Options options) {
    TinyModels.text(folder.resolve("recipe.yml"), text);
    try {
      MergeFile.Merges merges = MergeFile.read(folder.resolve("recipe.yml"));
      MergeConfig config = merges.configs().getFirst();
      MergeModels models = new MergeModels(paths(), OpenOptions.NONE);
      PlannedMerge merge = MergePlanner.plan(config, models.of(config, Map.of()), options);
      models.close();
      return new PlannedMerge(
          merge.config(),
          merge.plan(),
          merge.steps(),
          merge.companions(),
          merge.warnings().stream()
              .map(warning -> warning.replace(folder + "/recipe.yml", "recipe.yml"))
              .toList(),
          merge.notes());
    } catch (RecipeException e) {
      throw new RecipeException(e.getMessage().replace(folder + "/recipe.yml", "recipe.yml"));
    }
  }

  private ModelPaths paths() {
    return new ModelPaths(folder, new HuggingFaceCache(folder.resolve("cache")));
  }

  private Path merge(String text, String name) {
    TinyModels.text(folder.resolve("recipe.yml"), text);
    MergeConfig config = MergeFile.read(folder.resolve("recipe.yml")).configs().getFirst();
    Path output = folder.resolve(name + ".safetensors");
    try (MergeModels models = new MergeModels(paths(), OpenOptions.NONE)) {
      new MergeExecutor(2, Progress.NONE)
          .execute(
              MergePlanner.plan(config, models.of(config, Map.of()), MergePlanner.Options.NONE)
                  .plan(),
              output,
              false,
              Durability.CACHED);
    }
    return output;
  }

  private void assertTold(String text, String message) {
    assertThatThrownBy(() -> plan(text))
        .isInstanceOf(RecipeException.class)
        .hasMessage(message.replace("DIR", folder.toString()));
  }

  private static PlannedStep step(PlannedMerge merge, String tensor) {
    return merge.steps().stream()
        .filter(step -> step.step().output().name().equals(tensor))
        .findFirst()
        .orElseThrow();
  }

  private static Step.Mix mix(PlannedMerge merge) {
    return (Step.Mix) step(merge, "model.norm.weight").step();
  }

  private static Object global(PlannedMerge merge, String tensor, String name) {
    return step(merge, tensor).parameters().orElseThrow().global().get(name);
  }

  private static List<Object> each(PlannedMerge merge, String tensor, String name) {
    return step(merge, tensor).parameters().orElseThrow().each().stream()
        .map(values -> values.get(name))
        .toList();
  }

  private static String origin(PlannedMerge merge, String tensor) {
    PlannedStep.Input input = step(merge, tensor).inputs().getFirst();
    return input.model() + " " + input.tensor();
  }

  private static List<Long> seeds(PlannedMerge merge) {
    return merge.steps().stream().map(MergePlanningTest::seed).toList();
  }

  private static long seed(PlannedStep step) {
    return ((Step.Mix) step.step()).layer().tensorSeed();
  }
}
