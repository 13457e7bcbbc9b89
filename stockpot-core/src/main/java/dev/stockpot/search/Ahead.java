package dev.stockpot.search;

import dev.stockpot.search.CandidateFiles.Candidate;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/// The candidate that probably comes next, made while the last one is being measured.
///
/// For one thread, which expects and takes; a second one makes.
final class Ahead implements AutoCloseable {
  private Optional<Expected> expected = Optional.empty();

  private record Expected(String fingerprint, CompletableFuture<Candidate> candidate) {}

  /// Begins to make a candidate, unless another is expected already.
  void expect(String fingerprint, Supplier<Candidate> make) {
    if (expected.isEmpty()) {
      CompletableFuture<Candidate> candidate = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              candidate.complete(make.get());
            } catch (RuntimeException | Error e) {
              candidate.completeExceptionally(e);
            }
          });
      expected = Optional.of(new Expected(fingerprint, candidate));
    }
  }

  /// The candidate that was expected, or one that is made now.
  Candidate take(String fingerprint, Supplier<Candidate> make) {
    if (expected.filter(next -> next.fingerprint().equals(fingerprint)).isEmpty()) {
      discard();
      return make.get();
    }
    CompletableFuture<Candidate> candidate = expected.orElseThrow().candidate();
    expected = Optional.empty();
    try {
      return candidate.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  /// Waits for what is expected and deletes it; what it fails with will be told when it is made in
  /// earnest.
  void discard() {
    expected.ifPresent(next ->
        next.candidate()
            .handle((candidate, _) -> Optional.ofNullable(candidate))
            .join()
            .ifPresent(Candidate::close));
    expected = Optional.empty();
  }

  @Override
  public void close() {
    discard();
  }
}
