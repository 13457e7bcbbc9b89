package dev.stockpot.eval;

import java.nio.file.Path;
import java.util.OptionalInt;

/// Turns texts into rows of tokens.
public interface TextTokenizer extends AutoCloseable {

  /// A row for a text, special tokens included.
  TokenRow encode(String text);

  /// A row for a pair of texts, special tokens included.
  TokenRow encode(String first, String second);

  /// What rows are filled up with.
  TokenPadding padding();

  @Override
  void close();

  /// Opens tokenizers; found by [java.util.ServiceLoader].
  interface Provider {

    /// Opens a tokenizer.
    ///
    /// @param file a Hugging Face `tokenizer.json`
    /// @param maxLength longest row, special tokens included; longer ones are cut
    /// @throws EvaluationException if it cannot be read
    TextTokenizer open(Path file, OptionalInt maxLength);
  }
}
