package dev.stockpot.tokenizers;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Loads the native library out of its jar, without a trace in the user's home, and without a word
/// to the network.
final class NativeLibrary {
  private static boolean loaded;

  private NativeLibrary() {}

  /// Loads it, once per process.
  static synchronized void load() {
    if (loaded) {
      return;
    }
    // DJL would report its use to its makers, and look for libraries to download.
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
    // It logs through SLF4J, which would say that there is no logger.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    try {
      Path folder = Files.createTempDirectory("stockpot-tokenizers-");
      System.setProperty("ENGINE_CACHE_DIR", folder.toString());
      try {
        LibUtils.checkStatus();
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("temporary folder: " + e.getMessage(), e);
    }
    loaded = true;
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      try {
        Files.delete(path);
      } catch (IOException e) {
        // Windows does not delete a library that is loaded.
        path.toFile().deleteOnExit();
      }
    }
  }
}
