package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.HuggingFaceCache;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.cli.config.MergeFile;
import dev.stockpot.cli.config.ModelPaths;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.Json;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.plan.MergePlanner;
import dev.stockpot.plan.PlannedMerge;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.tokenizer.Companions;
import dev.stockpot.tokenizer.Vocabulary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Vocabularies of merged models, and their embeddings.
class MergeTokensTest {
  private static final String EMBED = "model.embed_tokens.weight";

  @TempDir private Path folder;

  private List<String> notes = List.of();

  /// A base with 6 tokens, a model with two more, one whose tokenizer has tokens without rows.
  @BeforeEach
  void models() {
    model("base", 1, 6, 6);
    model("chat", 2, 8, 6, "<|im_start|>", "<|im_end|>");
    model("other", 3, 7, 6, "<|im_end|>");
    model("padded", 4, 6, 6, "<unused>");
  }

  @Test
  void theBasesTokensOnly() {
    Path out = merge("base", "chat", "tokenizer_source: base");
    assertThat(rows(out)).isEqualTo(6);
    for (int token = 0; token < 6; token++) {
      assertThat(TinyModels.row(out, EMBED, token))
          .isEqualTo(mean(row("base", token), row("chat", token)));
    }
    assertThat(TinyModels.row(out, "lm_head.weight", 5))
        .isEqualTo(
            mean(
                TinyModels.row(folder.resolve("base"), "lm_head.weight", 5),
                TinyModels.row(folder.resolve("chat"), "lm_head.weight", 5)));
  }

  @Test
  void aUnionHasEveryTokenOnceAndMissingOnesAreFilled() {
    Path out = merge("base", "other", "chat", "padded", "tokenizer_source: union");
    Vocabulary vocabulary = Vocabulary.of(Companions.of(out)).orElseThrow();
    assertThat(vocabulary.ids())
        .hasSize(8)
        .containsEntry("word5", 5)
        .containsEntry("<|im_end|>", 6)
        .containsEntry("<|im_start|>", 7)
        .doesNotContainKey("<unused>");
    assertThat(config(out).get("vocab_size")).isEqualTo(new Json.Num("8"));
    // Only chat has it, so every model has chat's.
    assertThat(TinyModels.row(out, EMBED, 7)).isEqualTo(row("chat", 6));
    // Two models have it and the base has not: the others take the mean of the two.
    float[] mean = mean(row("other", 6), row("chat", 7));
    assertThat(TinyModels.row(out, EMBED, 6))
        .isEqualTo(mean(mean, row("other", 6), row("chat", 7), mean));
    assertThat(Companions.of(out).json("tokenizer_config.json").orElseThrow().toString())
        .contains("<|im_start|>", "<|im_end|>");
  }

  @Test
  void theBasesEmbeddingGoesBeforeTheMean() {
    String merge =
        """
        merge_method: linear
        base_model: chat
        models: [{model: base}, {model: other}, {model: chat}]
        parameters: {weight: 1}
        tokenizer_source: base
        """;
    Path out = mergeText(merge);
    assertThat(rows(out)).isEqualTo(8);
    assertThat(TinyModels.row(out, EMBED, 7))
        .isEqualTo(mean(row("chat", 7), row("other", 6), row("chat", 7)));
  }

  @Test
  void theTokenizerOfAModel() {
    Path out = merge("base", "chat", "tokenizer_source: chat");
    assertThat(rows(out)).isEqualTo(8);
    assertThat(TinyModels.row(out, EMBED, 6)).isEqualTo(row("chat", 6));
    assertThat(Vocabulary.of(Companions.of(out)).orElseThrow().ids()).hasSize(8);
  }

  @Test
  void rulesForSingleTokens() {
    Path out =
        merge(
            "base",
            "chat",
            """
            tokenizer:
              source: base
              tokens:
                word1: {source: chat, force: true}
                word2: {source: {kind: model_token, model: base, token: word3}, force: true}
                word3: {source: {kind: model_token, model: chat, token_id: 7}, force: true}
                <new>: {source: {kind: zero}}
                <|im_end|>: {}
            """);
    assertThat(rows(out)).isEqualTo(8);
    assertThat(TinyModels.row(out, EMBED, 1)).isEqualTo(row("chat", 1));
    assertThat(TinyModels.row(out, EMBED, 2)).isEqualTo(row("base", 3));
    assertThat(TinyModels.row(out, EMBED, 3)).isEqualTo(row("chat", 7));
    assertThat(TinyModels.row(out, EMBED, 6)).containsOnly(0);
    assertThat(TinyModels.row(out, EMBED, 7)).isEqualTo(row("chat", 7));
    Vocabulary vocabulary = Vocabulary.of(Companions.of(out)).orElseThrow();
    assertThat(vocabulary.ids()).containsEntry("<new>", 6).containsEntry("<|im_end|>", 7);
  }

  @Test
  void rowsAreFilledUpWithTheMean() {
    Path out = merge("base", "tokenizer: {source: base, pad_to_multiple_of: 4}");
    assertThat(rows(out)).isEqualTo(8);
    assertThat(config(out).get("vocab_size")).isEqualTo(new Json.Num("8"));
    double[] mean = new double[TinyModels.WIDTH];
    for (int row = 0; row < 6; row++) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += row("base", row)[i];
      }
    }
    for (int i = 0; i < mean.length; i++) {
      assertThat(TinyModels.row(out, EMBED, 7)[i]).isEqualTo((float) (mean[i] / 6));
    }
  }

  @Test
  void mistakesAreTold() {
    assertThatThrownBy(() ->
            merge(
                "base",
                "chat",
                """
                tokenizer:
                  source: base
                  tokens:
                    <a>: {source: base}
                    <b>: {source: other}
                    <c>: {source: {kind: model_token, model: chat, token_id: 8}}
                """))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            """
            recipe.yml: this cannot be merged, 3 faults:
              recipe.yml:7: no embedding of token '<a>': base has no token '<a>'
              recipe.yml:8: no embedding of token '<b>': other is not one of the models that are merged
              recipe.yml:9: no embedding of token '<c>': chat has no row 8\
            """);
    TinyModels.llama(folder.resolve("bare"), 1, 1, 6);
    assertThatThrownBy(() -> merge("bare", "tokenizer_source: base"))
        .hasMessage(
            "recipe.yml:4: the vocabulary of bare cannot be read: it needs tokenizer.json, or"
                + " vocab.json");
    merge("base", "bare", "tokenizer_source: base");
    assertThat(notes)
        .containsExactly("bare has no tokenizer.json or vocab.json: taken to have base's tokens");
  }

  @Test
  void chatTemplates() {
    Path named = merge("base", "chat_template: chatml");
    assertThat(template(named)).contains("<|im_start|>").contains("add_generation_prompt");
    assertThat(template(merge("base", "chat_template: \"{{ messages }} as they are\"")))
        .isEqualTo("{{ messages }} as they are");
    for (String name : List.of("chat", "other")) {
      TinyModels.text(
          folder.resolve(name + "/tokenizer_config.json"), "{\"chat_template\": \"{{ two }}\"}");
    }
    TinyModels.text(folder.resolve("padded/chat_template.jinja"), "{{ one }}");
    assertThat(
            template(
                merge(
                    "base",
                    "padded",
                    "chat",
                    "other",
                    "tokenizer_source: base\nchat_template: auto")))
        .isEqualTo("{{ two }}");
    for (String name : List.of("alpaca", "llama3", "mistral", "exaone")) {
      assertThat(template(merge("base", "chat_template: " + name))).contains("messages");
    }
    assertThatThrownBy(() -> merge("base", "chat_template: chatlm"))
        .hasMessage(
            "recipe.yml:4: chat_template 'chatlm' is neither auto, nor one of alpaca, chatml,"
                + " llama3, mistral, exaone, nor a Jinja template; did you mean 'chatml'?");
  }

  private void model(String name, long seed, int rows, int words, String... added) {
    TinyModels.llama(folder.resolve(name), seed, 1, rows);
    TinyModels.tokenizer(folder.resolve(name), words, added);
  }

  /// @param words models, and at last the config's end
  private Path merge(String... words) {
    List<String> models = new ArrayList<>();
    for (int i = 0; i < words.length - 1; i++) {
      models.add("{model: " + words[i] + "}");
    }
    return mergeText(
        "merge_method: linear\nmodels: ["
            + String.join(", ", models)
            + "]\nparameters: {weight: 1}\n"
            + words[words.length - 1]);
  }

  private Path mergeText(String text) {
    TinyModels.text(folder.resolve("recipe.yml"), text);
    Path output = folder.resolve("out");
    WorkFolder.delete(output);
    ModelPaths paths = new ModelPaths(folder, new HuggingFaceCache(folder.resolve("cache")));
    try (MergeModels models = new MergeModels(paths, OpenOptions.NONE)) {
      MergeConfig config = MergeFile.read(folder.resolve("recipe.yml")).configs().getFirst();
      PlannedMerge merge =
          MergePlanner.plan(config, models.of(config, Map.of()), MergePlanner.Options.NONE);
      notes = merge.notes();
      new MergeExecutor(2, Progress.NONE)
          .execute(
              merge.plan(), merge.companions().format(1 << 20), output, false, Durability.CACHED);
    } catch (RecipeException e) {
      throw new RecipeException(e.getMessage().replace(folder + "/recipe.yml", "recipe.yml"));
    }
    return output;
  }

  private float[] row(String model, int row) {
    return TinyModels.row(folder.resolve(model), EMBED, row);
  }

  private static int rows(Path model) {
    return TinyModels.values(model, EMBED).length / TinyModels.WIDTH;
  }

  private static Map<String, Json> config(Path model) {
    return Companions.of(model).config();
  }

  private static String template(Path model) {
    Json text =
        Companions.of(model).json("tokenizer_config.json").orElseThrow().get("chat_template");
    return ((Json.Str) text).value();
  }

  /// As a merge of F32 computes it: in float64, rounded once.
  private static float[] mean(float[]... rows) {
    float[] mean = new float[TinyModels.WIDTH];
    for (int i = 0; i < mean.length; i++) {
      double sum = 0;
      for (float[] row : rows) {
        sum += row[i];
      }
      mean[i] = (float) (sum / rows.length);
    }
    return mean;
  }
}
