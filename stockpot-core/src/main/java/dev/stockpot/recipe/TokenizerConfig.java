package dev.stockpot.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/// How the output's vocabulary is made.
///
/// @param at where it is written
/// @param source whose tokens it has
/// @param tokens rules for single tokens; those that are not in the vocabulary are added to it
/// @param padToMultipleOf the number of rows is rounded up to a multiple of this
public record TokenizerConfig(
    Place at, Source source, SequencedMap<String, TokenRule> tokens, OptionalInt padToMultipleOf) {

  public TokenizerConfig {
    tokens = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tokens));
  }

  /// Whose tokens.
  public sealed interface Source {
    /// The base's, or the first model's where there is no base.
    record Base() implements Source {}

    /// Those of all models.
    record Union() implements Source {}

    /// One model's.
    record Model(ModelReference model) implements Source {}
  }

  /// What a token's embedding is in models that do not have the token.
  ///
  /// @param force whether that embedding is for models that have it, too
  public record TokenRule(Place at, Optional<Embedding> embedding, boolean force) {}

  /// Where an embedding is from.
  public sealed interface Embedding {
    /// All zero.
    record Zero() implements Embedding {}

    /// The same token's in a model.
    record OfModel(ModelReference model) implements Embedding {}

    /// Another token's in a model.
    record OfToken(ModelReference model, String token) implements Embedding {}

    /// A row of a model's embeddings.
    record OfRow(ModelReference model, int row) implements Embedding {}
  }
}
