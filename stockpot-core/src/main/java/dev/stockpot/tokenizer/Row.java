package dev.stockpot.tokenizer;

import dev.stockpot.checkpoint.Checkpoint;
import java.util.List;

/// Where a row of a model's embeddings is from, when they are brought to another vocabulary.
public sealed interface Row {

  /// A row as some model stores it.
  ///
  /// @param tensor that model's embeddings
  record Stored(Checkpoint checkpoint, String tensor, long index) implements Row {}

  /// The mean of rows of several models, rounded once.
  record Mean(List<Stored> rows) implements Row {
    public Mean {
      rows = List.copyOf(rows);
    }
  }

  /// All zero.
  record Zero() implements Row {}

  /// The mean of all rows that are tokens: for rows that fill up to a round number.
  ///
  /// @see <a href="https://nlp.stanford.edu/~johnhew/vocab-expansion.html">Hewitt 2021</a>
  record Padding() implements Row {}
}
