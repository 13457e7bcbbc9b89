package dev.stockpot.plan;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.recipe.TokenizerConfig;
import dev.stockpot.tokenizer.Companions;
import dev.stockpot.tokenizer.MergedVocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// The tokens of the output: whose files they are described in, and the models with their
/// embeddings brought to them.
///
/// @param models as they are merged
/// @param companions with the tokenizer's files; those of the base or first model where the config
///   says nothing of tokens
/// @param rows of the output's embeddings, if the config says something of tokens
record OutputTokens(
    Map<ModelReference, Model> models,
    Companions companions,
    OptionalInt rows,
    List<String> notes) {
  private static final Pattern EMBEDDING =
      Pattern.compile(
          "(.*\\.)?(embed_tokens|wte|word_embeddings|tok_embeddings|token_embedding|embed_in"
              + "|embed_out|lm_head|shared|output_projection|predictions\\.decoder)"
              + "\\.(weight|bias)|(.*\\.)?predictions\\.bias");

  static OutputTokens of(MergeConfig config, Map<ModelReference, Model> models) {
    List<String> notes = new ArrayList<>();
    Companions donor = models.get(config.donor()).companions();
    OutputTokens tokens =
        config.tokenizer().isEmpty()
            ? new OutputTokens(models, donor, OptionalInt.empty(), notes)
            : merged(config, config.tokenizer().get(), models, notes);
    if (config.chatTemplate().isEmpty()) {
      return tokens;
    }
    List<Companions> all = config.models().stream().map(it -> models.get(it).companions()).toList();
    Map<String, String> files =
        ChatTemplate.files(
            config.at("chat_template"),
            config.chatTemplate().get(),
            tokens.companions(),
            all,
            notes);
    return new OutputTokens(tokens.models(), tokens.companions().with(files), tokens.rows(), notes);
  }

  /// What to do about embeddings of different vocabularies, for the end of a message.
  static String hint(TensorSpec a, TensorSpec b) {
    boolean vocabularies =
        isEmbedding(a.name())
            && !a.shape().isEmpty()
            && a.shape().size() == b.shape().size()
            && a.shape()
                .subList(1, a.shape().size())
                .equals(b.shape().subList(1, b.shape().size()));
    return vocabularies
        ? "; the vocabularies differ: say tokenizer_source: base, or union for the tokens of all"
        : "";
  }

  static boolean isEmbedding(String tensor) {
    return EMBEDDING.matcher(tensor).matches();
  }

  private static OutputTokens merged(
      MergeConfig config,
      TokenizerConfig tokenizer,
      Map<ModelReference, Model> models,
      List<String> notes) {
    Faults faults = new Faults();
    Map<ModelReference, MergedVocabulary.Member> members = new LinkedHashMap<>();
    for (ModelReference reference : config.models()) {
      Model model = models.get(reference);
      members.put(
          reference,
          new MergedVocabulary.Member(
              model.checkpoint(), model.companions(), embeddings(model.checkpoint())));
    }
    Map<ModelReference, Companions> companions = new LinkedHashMap<>();
    models.forEach((reference, model) -> companions.put(reference, model.companions()));
    MergedVocabulary merged =
        MergedVocabulary.of(
            tokenizer, config.base(), config.donor(), members, companions, faults::add);
    faults.check(config.at().file());
    notes.addAll(merged.notes());
    Map<ModelReference, Model> views = new LinkedHashMap<>(models);
    merged
        .views()
        .forEach((reference, view) ->
            views.computeIfPresent(reference, (_, model) -> model.seenAs(view)));
    // The folder is the tokenizer's; what is not the tokenizer's is the donor's.
    Map<String, String> others = new LinkedHashMap<>();
    Companions donor = models.get(config.donor()).companions();
    for (String name :
        List.of("config.json", "generation_config.json", "preprocessor_config.json")) {
      donor.text(name).ifPresent(text -> others.put(name, text));
    }
    others.putAll(merged.files());
    return new OutputTokens(
        views, merged.tokenizer().with(others), OptionalInt.of(merged.rows()), notes);
  }

  /// The tensors with a row per token: those so named, with as many rows as the input embeddings.
  private static List<String> embeddings(Checkpoint checkpoint) {
    List<TensorSpec> named =
        checkpoint.tensors().values().stream()
            .filter(spec -> isEmbedding(spec.name()) && !spec.shape().isEmpty())
            .filter(spec -> spec.dtype().isFloat())
            .toList();
    long rows = named.stream().mapToLong(spec -> spec.shape().getFirst()).max().orElse(0);
    return named.stream()
        .filter(spec -> spec.shape().getFirst() == rows)
        .map(TensorSpec::name)
        .toList();
  }
}
