package dev.stockpot.libtorch;

import dev.stockpot.eval.EvaluationException;
import dev.stockpot.internal.io.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/// Loads libtorch when it is first needed.
///
/// JavaCPP unpacks the native libraries once per user (900 MB with [Mkl], in
/// `$XDG_CACHE_HOME/stockpot/natives` or `~/.cache/stockpot/natives`; in the temporary folder where
/// that cannot be written), under a lock, so that processes may start together.
final class Libtorch {
  private static final String CACHE = "org.bytedeco.javacpp.cachedir";

  private Libtorch() {}

  /// Makes libtorch ready; what it fails with first, it fails with again.
  ///
  /// @throws EvaluationException if there is none for this machine
  static void load() {
    try {
      Loaded.now();
    } catch (LinkageError e) {
      throw new EvaluationException(
          "libtorch cannot be loaded on this machine (%s): %s"
              .formatted(Loader.getPlatform(), e.getMessage()),
          e);
    }
  }

  /// Makes libtorch ready for this thread.
  ///
  /// @param threads to compute with
  static void load(int threads) {
    load();
    torch.set_num_threads(threads);
  }

  /// What a native error says, without the C++ stack.
  static String reason(RuntimeException error) {
    String message = Optional.ofNullable(error.getMessage()).orElse(error.toString());
    // A script's error ends with the line of the operation that failed.
    int script = message.lastIndexOf("RuntimeError: ");
    String said = script < 0 ? message : message.substring(script + "RuntimeError: ".length());
    return said.lines().findFirst().orElse(said);
  }

  private static final class Loaded {
    static {
      Signals.endAtOnce();
      if (System.getProperty(CACHE) == null) {
        System.setProperty(CACHE, cache().toString());
      }
      // These limits count mapped checkpoints, too, which is memory that the system can take back.
      System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
      System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
      boolean mkl = Mkl.choose();
      Loader.load(torch.class);
      if (mkl) {
        Mkl.begin();
      } else {
        // OpenBLAS's own threads fight with those of libtorch, which divides the work already.
        openblas.blas_set_num_threads(1);
      }
      // Optimised executors profile the first batches, and may give those other last digits.
      torch.setGraphExecutorOptimize(false);
    }

    static void now() {}

    private static Path cache() {
      Path home =
          Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
              .filter(path -> !path.isEmpty())
              .map(Path::of)
              .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"));
      Path cache = home.resolve("stockpot").resolve("natives");
      try {
        return Files.createDirectories(cache);
      } catch (IOException e) {
        return Path.of(System.getProperty("java.io.tmpdir"), "stockpot-natives");
      }
    }
  }
}
