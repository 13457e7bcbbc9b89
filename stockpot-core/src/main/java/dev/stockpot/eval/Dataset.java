package dev.stockpot.eval;

import java.lang.foreign.Arena;
import java.security.MessageDigest;
import java.util.List;

/// A set of examples; batches are made on demand, by one thread at a time.
public interface Dataset extends AutoCloseable {

  /// Name of the set.
  String name();

  /// Number of examples, at least 1.
  int size();

  /// What the examples should give, one target each.
  Targets targets();

  /// Largest number of bytes that an example takes in a batch.
  long exampleBytes();

  /// Examples as the model takes them, in the order asked for.
  ///
  /// @param arena for the batch's memory
  /// @throws IndexOutOfBoundsException if there is no such example
  /// @throws EvaluationException naming the example that cannot be read
  Batch batch(int[] examples, Arena arena);

  /// What the user should know of the set, such as files that were left out.
  default List<String> notes() {
    return List.of();
  }

  /// Feeds an example's stored content to a digest: equal examples give equal digests.
  void digest(int example, MessageDigest digest);

  @Override
  void close();
}
