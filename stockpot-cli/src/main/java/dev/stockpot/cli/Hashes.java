package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.internal.io.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// SHA-256 of files, several at a time.
final class Hashes {
  private Hashes() {}

  /// One hash per file, in the files' order.
  static Map<Path, String> of(List<Path> files, int threads, Progress progress) {
    long bytes = files.stream().mapToLong(Hashes::size).sum();
    Map<Path, CompletableFuture<String>> pending = new LinkedHashMap<>();
    Map<Path, String> hashes = new LinkedHashMap<>();
    try (Progress.Task task =
            progress.begin("hashing", new Progress.Total(bytes, Progress.Unit.BYTES));
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (Path file : files) {
        pending.put(
            file, CompletableFuture.supplyAsync(() -> Sha256.ofFile(file, task::advance), pool));
      }
      pending.forEach((file, hash) -> hashes.put(file, hash.join()));
    } catch (CompletionException e) {
      if (e.getCause() instanceof UncheckedIOException io) {
        throw io;
      }
      throw e;
    }
    return hashes;
  }

  /// The hash of a checkpoint's file; of its files' hashes, if there are several.
  ///
  /// @param hashes of its files, at least
  static String fingerprint(Checkpoint checkpoint, Map<Path, String> hashes) {
    List<String> own = checkpoint.files().stream().map(hashes::get).toList();
    return own.size() == 1 ? own.getFirst() : Sha256.ofText(String.join("\n", own));
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
