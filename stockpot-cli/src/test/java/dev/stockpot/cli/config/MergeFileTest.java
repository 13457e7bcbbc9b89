package dev.stockpot.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.MergeConfig.Range;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.recipe.Setting;
import dev.stockpot.recipe.TokenizerConfig.Embedding;
import dev.stockpot.recipe.TokenizerConfig.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergeFileTest {
  @TempDir private Path folder;

  @Test
  void modelsWithTheirParametersAreRead() throws IOException {
    MergeConfig config =
        only(
            """
            models:
              - model: org/a@v1+lora/x@v2
                parameters: {weight: [0, 0.5, 1], density: 0.5}
              - model: {model: {path: b, revision: main}, lora: null}
                parameters:
                  weight:
                    - {filter: mlp, value: "1e-1"}
                    - filter: "*"
                      value: 0.3
            merge_method: ties
            base_model: base
            parameters: {normalize: yes, int8_mask: true, lines: {alpha: 0.5, beta: 1}}
            dtype: torch.float16
            out_dtype: bfloat16
            chat_template: auto
            """);
    assertThat(config.method()).isEqualTo("ties");
    assertThat(config.base()).contains(ModelReference.of("base"));
    assertThat(config.dtype()).contains(DType.F16);
    assertThat(config.outDType()).contains(DType.BF16);
    assertThat(config.chatTemplate()).contains("auto");
    assertThat(config.models())
        .containsExactly(
            ModelReference.of("org/a@v1+lora/x@v2"),
            ModelReference.of("b@main"),
            ModelReference.of("base"));
    assertThat(config.donor()).isEqualTo(ModelReference.of("base"));
    assertThat(value(config.parameters().get("normalize"), "w", 0)).isEqualTo(true);
    assertThat(config.parameters()).containsOnlyKeys("normalize");
    assertThat(config.lines().orElseThrow().alpha()).isEqualTo(0.5);
    Setting gradient = config.modules().getFirst().models().get(0).parameters().get("weight");
    assertThat(value(gradient, "w", 0)).isEqualTo(0.0);
    assertThat(value(gradient, "w", 0.25)).isEqualTo(0.25);
    assertThat(value(gradient, "w", 1)).isEqualTo(1.0);
    Setting filtered = config.modules().getFirst().models().get(1).parameters().get("weight");
    assertThat(value(filtered, "x.mlp.y", 0)).isEqualTo(0.1);
    assertThat(value(filtered, "x", 0)).isEqualTo(0.3);
  }

  @Test
  void slicesAndModulesAreRead() throws IOException {
    MergeConfig slices =
        only(
            """
            slices:
              - sources:
                  - {model: a, layer_range: [0, 24]}
              - sources:
                  - {model: b, layer_range: [20, 40], parameters: {scale: 2}}
                residual_weight: 1
            merge_method: passthrough
            """);
    assertThat(slices.modules()).hasSize(1);
    assertThat(slices.modules().getFirst().slices().get(1).sources().getFirst().range())
        .contains(new Range(20, 40));
    assertThat(warnings).containsExactly("recipe.yml:6: 'residual_weight' has no effect");
    MergeConfig modules =
        only(
            """
            merge_method: linear
            modules:
              encoder: {models: [{model: a}], parameters: {weight: 1}}
              decoder: {slices: [{sources: [{model: a, layer_range: [0, 1]}]}]}
            """);
    assertThat(modules.modules())
        .extracting(MergeConfig.Module::name)
        .containsExactly(Optional.of("encoder"), Optional.of("decoder"));
    assertThat(modules.modules().getFirst().parameters()).containsOnlyKeys("weight");
  }

  @Test
  void tokenizersAreRead() throws IOException {
    String merge = "merge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}]\n";
    assertThat(only(merge + "tokenizer_source: union").tokenizer().orElseThrow().source())
        .isEqualTo(new Source.Union());
    assertThat(only(merge + "tokenizer_source: base").tokenizer().orElseThrow().source())
        .isEqualTo(new Source.Base());
    var tokenizer =
        only(merge
                + """
                tokenizer:
                  source: org/b
                  tokens:
                    <|a|>: {source: c, force: true}
                    <|b|>: {source: {kind: zero}}
                    <|c|>: {source: {kind: model_token, model: c, token: x}}
                    <|d|>: {source: {kind: model_token, model: c, token_id: 7}}
                    <|e|>: {}
                  pad_to_multiple_of: 64
                """)
            .tokenizer()
            .orElseThrow();
    ModelReference c = ModelReference.of("c");
    assertThat(tokenizer.source()).isEqualTo(new Source.Model(ModelReference.of("org/b")));
    assertThat(tokenizer.padToMultipleOf()).isEqualTo(OptionalInt.of(64));
    assertThat(tokenizer.tokens().values().stream().map(rule -> rule.embedding()).toList())
        .isEqualTo(
            List.of(
                Optional.of(new Embedding.OfModel(c)),
                Optional.of(new Embedding.Zero()),
                Optional.of(new Embedding.OfToken(c, "x")),
                Optional.of(new Embedding.OfRow(c, 7)),
                Optional.empty()));
    assertThat(tokenizer.tokens().get("<|a|>").force()).isTrue();
  }

  @Test
  void severalDocumentsAreSeveralMerges() throws IOException {
    assertThat(
            read("""
            name: first
            merge_method: linear
            models: [{model: a}]
            ---
            merge_method: linear
            models: [{model: first}]
            ---
            """)
                .configs())
        .extracting(MergeConfig::name)
        .containsExactly(Optional.of("first"), Optional.empty());
  }

  @Test
  void whatHasNoEffectIsWarnedOf() throws IOException {
    read(
        """
        merge_method: slerp
        base_model: a
        models:
          - model: a
          - model: b
            parameters: {weight: 0.5, t: 0.3}
        parameters: {t: 0.5, density: 0.2, rescale: true}
        """);
    assertThat(warnings)
        .containsExactly(
            "recipe.yml:6: 'weight' has no effect: merge_method slerp has no such parameter",
            "recipe.yml:6: 't' has no effect here: it is one value for all models; put it under"
                + " the merge's parameters",
            "recipe.yml:7: 'density' has no effect: merge_method slerp has no such parameter");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          merge_method: model_stok; models: [{model: a}]| 1: unknown merge_method 'model_stok'; did you mean 'model_stock'?
          models: [{model: a}]| 1: missing key 'merge_method'
          merge_method: linear| 1: needs one of models, slices, modules
          merge_method: linear; models: [{model: a}]; slices: [{sources: [{model: a, layer_range: [0, 1]}]}]| 3: 'models' and 'slices' exclude each other
          merge_method: linear; models: [{modle: a}]| 2: unknown key 'modle' in 'models'; did you mean 'model'?
          merge_method: linear; models: [{model: a, wieght: 1}]| 2: unknown key 'wieght' in 'models'; known are model, parameters
          merge_method: linear; models: [{model: a}]; base_modle: b| 3: unknown key 'base_modle'; did you mean 'base_model'?
          merge_method: ties; models: [{model: a}]| 1: missing key 'base_model': ties needs one
          merge_method: linear; models: [a]| 2: 'models' is text instead of a mapping; write - model: a
          merge_method: ties; models: [{model: a}]; base_model: b; density: 0.5| 4: 'density' is a parameter of a model: put it under parameters: (the model's own, or the merge's for all models)
          merge_method: ties; models: [{model: a}]; base_model: b; normalize: true| 4: 'normalize' is a parameter of the merge: put it under the merge's parameters:
          merge_method: linear; models: [{model: a, weight: 1}]| 2: 'weight' is a parameter of a model: put it under parameters: (the model's own, or the merge's for all models)
          merge_method: linear; models: [{model: a, dtype: float16}]| 2: 'dtype' goes to the top of the merge, beside merge_method
          merge_method: linear; models: [{model: a}]; layer_range: [0, 1]| 3: 'layer_range' goes with a model under the sources of slices
          merge_method: linear; models: [{model: a}]; parameters: {dtype: float16}| 3: 'dtype' is no parameter; it goes to the top of the merge, beside merge_method
          merge_method: linear; models: [{model: a}]; parameters: {filter: mlp}| 3: 'filter' is no parameter; it goes under a parameter, as weight: [{filter: mlp, value: 0.5}, {value: 0.2}]
          merge_method: linear; models: [{model: a}]; chat_template: chatmll| 3: chat_template 'chatmll' is neither auto, nor one of alpaca, chatml, llama3, mistral, exaone, nor a Jinja template; did you mean 'chatml'?
          merge_method: linear; modules: {}| 2: 'modules' is empty
          merge_method: linear; models: [{model: a, parameters: {wieght: 1}}]| 2: unknown parameter 'wieght' of merge_method linear; did you mean 'weight'?
          merge_method: linear; models: [{model: a, layer_range: [0, 1]}]| 2: 'layer_range' goes with slices; models are merged whole
          merge_method: linear; slices: [{sources: [{model: a}]}]| 2: missing key 'layer_range' in 'slices.sources'
          merge_method: linear; slices: [{sources: [{model: a, layer_range: [4, 4]}]}]| 2: 'slices.sources.layer_range' must be [a, b]: the layers from a up to, not including, b
          merge_method: linear; models: [{model: a, fisher: f}]| 2: 'fisher' means nothing to merge_method linear
          merge_method: linear; models: [{model: a+b+c}]| 2: 'models.model': a model has at most one adapter: path+adapter
          merge_method: linear; models: [{model: '@main'}]| 2: 'models.model': a model is written path[@revision][+adapter]
          merge_method: linear; models: [{model: a}]; dtype: bf16| 3: unknown dtype 'bf16'; did you mean 'bfloat16'?
          merge_method: linear; models: [{model: a}]; dtype: int8| 3: unknown dtype 'int8'; known are bfloat16, float16, float32, float64
          merge_method: linear; models: [{model: a}]; parameters: {weight: high}| 3: 'parameters.weight' is text instead of a number
          merge_method: linear; models: [{model: a}]; parameters: {normalize: 2}| 3: 'parameters.normalize' is a number instead of true or false
          merge_method: linear; models: [{model: a}]; parameters: {weight: [{filter: a}]}| 3: missing key 'value' in 'parameters.weight'
          merge_method: model_stock; models: [{model: a}]; parameters: {angle: mean}; base_model: b| 3: unknown angle 'mean'; known are mean-cosine, mean-angle, direct
          merge_method: linear; models: [{model: a}]; parameters: {lines: {alpha: 1, beta: 1}}| 3: 'lines' scales lambda, which merge_method linear has not
          merge_method: linear; models: [{model: a}]; tokenizer_source: base; tokenizer: {source: base}| 4: 'tokenizer_source' and 'tokenizer' exclude each other
          merge_method: linear; models: [{model: a}]; tokenizer: {tokens: {x: {source: {kind: none}}}}| 3: unknown kind 'none'; known are model_token, zero
          merge_method: linear; models: [{model: a}]; tokenizer: {pad_to_multiple_of: 0}| 3: 'tokenizer.pad_to_multiple_of' must be a whole number from 1 on
          """)
  void mistakesAreToldWithTheirLine(String text, String message) {
    assertThatThrownBy(() -> read(text.replace("; ", "\n")))
        .isInstanceOf(RecipeException.class)
        .hasMessage("recipe.yml:" + message.replaceFirst("^ ", ""));
  }

  @Test
  void allMistakesAreToldTogether() {
    assertThatThrownBy(() ->
            read(
                """
                merge_methd: ties
                base_model: base
                models:
                  - model: a
                    parameters: {weight: x, densty: 0.5}
                  - modle: b
                    parameters: {weight: 1, normalize: maybe}
                dtype: float3
                out_dtype: bf16
                tokenizer: {pad_to_multiple_of: 0}
                ---
                merge_method: tie
                name: second
                models: [{model: a, parameters: {weght: 1}}]
                """))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            """
            9 mistakes:
              recipe.yml:1: unknown key 'merge_methd'; did you mean 'merge_method'?
              recipe.yml:5: 'models.parameters.weight' is text instead of a number
              recipe.yml:5: unknown parameter 'densty' of merge_method ties; did you mean 'density'?
              recipe.yml:6: unknown key 'modle' in 'models'; did you mean 'model'?
              recipe.yml:8: unknown dtype 'float3'; did you mean 'float32'?
              recipe.yml:9: unknown dtype 'bf16'; did you mean 'bfloat16'?
              recipe.yml:10: 'tokenizer.pad_to_multiple_of' must be a whole number from 1 on
              recipe.yml:12: unknown merge_method 'tie'; did you mean 'ties'?
              recipe.yml:14: unknown parameter 'weght'; did you mean 'weight'?\
            """);
  }

  private List<String> warnings = List.of();

  private MergeConfig only(String text) throws IOException {
    List<MergeConfig> configs = read(text).configs();
    assertThat(configs).hasSize(1);
    return configs.getFirst();
  }

  private MergeFile.Merges read(String text) throws IOException {
    Path file = folder.resolve("recipe.yml");
    Files.writeString(file, text);
    try {
      MergeFile.Merges merges = MergeFile.read(file);
      warnings = merges.warnings().stream().map(each -> each.replace(folder + "/", "")).toList();
      return merges;
    } catch (RecipeException e) {
      throw new RecipeException(e.getMessage().replace(folder + "/", ""));
    }
  }

  private static Object value(Setting setting, String tensor, double depth) {
    return setting.of(tensor).orElseThrow().value(depth);
  }
}
