package dev.stockpot.cli.config;

import dev.stockpot.recipe.ModelReference;
import dev.stockpot.recipe.TokenizerConfig;
import dev.stockpot.recipe.TokenizerConfig.Embedding;
import dev.stockpot.recipe.TokenizerConfig.Source;
import dev.stockpot.recipe.TokenizerConfig.TokenRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/// Reads `tokenizer_source` and `tokenizer` of a merge config.
final class TokenizerValues {
  private static final int MOST_ROWS = 1 << 24;

  private TokenizerValues() {}

  static TokenizerConfig ofSource(YamlValue value) {
    return new TokenizerConfig(
        value.at().place(), source(value), new LinkedHashMap<>(), OptionalInt.empty());
  }

  static TokenizerConfig of(YamlMapping tokenizer) {
    tokenizer.only(List.of("source", "tokens", "pad_to_multiple_of"));
    SequencedMap<String, TokenRule> tokens = new LinkedHashMap<>();
    MergeFile.present(tokenizer, "tokens")
        .ifPresent(value ->
            value.mapping().entries().forEach((token, rule) -> tokens.put(token, rule(rule))));
    Optional<YamlValue> multiple = MergeFile.present(tokenizer, "pad_to_multiple_of");
    return new TokenizerConfig(
        tokenizer.at().place(),
        MergeFile.present(tokenizer, "source")
            .map(TokenizerValues::source)
            .orElse(new Source.Union()),
        tokens,
        multiple.isPresent() ? OptionalInt.of(count(multiple.get(), 1)) : OptionalInt.empty());
  }

  private static Source source(YamlValue value) {
    if (value instanceof YamlValue.Scalar) {
      switch (value.text()) {
        case "union" -> {
          return new Source.Union();
        }
        case "base" -> {
          return new Source.Base();
        }
        default -> {}
      }
    }
    return new Source.Model(MergeFile.reference(value));
  }

  private static TokenRule rule(YamlValue value) {
    YamlMapping rule = value.mapping().only(List.of("source", "force"));
    return new TokenRule(
        rule.at().place(),
        MergeFile.present(rule, "source").map(TokenizerValues::embedding),
        MergeFile.present(rule, "force").map(ParameterValues::flag).orElse(false));
  }

  private static Embedding embedding(YamlValue value) {
    if (!(value instanceof YamlMapping mapping) || mapping.find("kind").isEmpty()) {
      return new Embedding.OfModel(MergeFile.reference(value));
    }
    if (mapping.require("kind").oneOf("kind", List.of("model_token", "zero")).equals("zero")) {
      mapping.only(List.of("kind"));
      return new Embedding.Zero();
    }
    mapping.only(List.of("kind", "model", "token", "token_id"));
    ModelReference model = MergeFile.reference(mapping.require("model"));
    Optional<YamlValue> token = MergeFile.present(mapping, "token");
    Optional<YamlValue> row = MergeFile.present(mapping, "token_id");
    if (token.isPresent() == row.isPresent()) {
      throw mapping.error("'" + mapping.at().name() + "' needs one of token, token_id");
    }
    return token.isPresent()
        ? new Embedding.OfToken(model, token.get().text())
        : new Embedding.OfRow(model, count(row.get(), 0));
  }

  private static int count(YamlValue value, int least) {
    double number = value.number();
    if (number != Math.rint(number) || number < least || number > MOST_ROWS) {
      throw value.error("'" + value.at().name() + "' must be a whole number from " + least + " on");
    }
    return (int) number;
  }
}
