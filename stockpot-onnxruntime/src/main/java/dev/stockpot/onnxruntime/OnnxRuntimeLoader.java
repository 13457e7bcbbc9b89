package dev.stockpot.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import dev.stockpot.internal.io.Signals;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Loads ONNX Runtime's native libraries so that nothing of them stays on disk.
///
/// Left to itself, ONNX Runtime 1.29 leaves an empty folder in the temporary folder with every run,
/// because it asks for the folder to be deleted before the files in it. Here they are deleted as
/// soon as they are loaded, or on exit where the system does not allow that.
final class OnnxRuntimeLoader {
  /// Where ONNX Runtime looks for libraries first. Whoever sets it is not interfered with.
  private static final String PATH_PROPERTY = "onnxruntime.native.path";

  private static final List<String> LIBRARIES = List.of("onnxruntime", "onnxruntime4j_jni");

  private static Optional<OrtEnvironment> environment = Optional.empty();

  private OnnxRuntimeLoader() {}

  /// The process's environment, which is never closed: ONNX Runtime does that at exit.
  static synchronized OrtEnvironment environment() {
    if (environment.isEmpty()) {
      environment = Optional.of(System.getProperty(PATH_PROPERTY) == null ? unpack() : start());
    }
    return environment.get();
  }

  private static OrtEnvironment start() {
    Signals.endAtOnce();
    // Failures come as exceptions; what is logged besides is of no use to the user.
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "stockpot");
  }

  private static OrtEnvironment unpack() {
    try {
      Path folder = Files.createTempDirectory("stockpot-onnxruntime");
      // Deleted on exit where a loaded library cannot be deleted, in reverse order.
      folder.toFile().deleteOnExit();
      try {
        for (String library : LIBRARIES) {
          unpack(library, folder);
        }
        System.setProperty(PATH_PROPERTY, folder.toString());
        return start();
      } finally {
        System.clearProperty(PATH_PROPERTY);
        for (String library : LIBRARIES) {
          folder.resolve(System.mapLibraryName(library)).toFile().delete();
        }
        folder.toFile().delete();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Unpacks a library, if there is one for this machine; if not, ONNX Runtime says so.
  private static void unpack(String library, Path folder) throws IOException {
    String name = System.mapLibraryName(library);
    try (InputStream in =
        OrtLoggingLevel.class.getResourceAsStream("native/" + platform() + "/" + name)) {
      if (in != null) {
        Path file = folder.resolve(name);
        file.toFile().deleteOnExit();
        Files.copy(in, file);
      }
    }
  }

  /// This machine as ONNX Runtime names it, such as `linux-x64`.
  private static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String system = os.startsWith("windows") ? "win" : os.startsWith("mac") ? "osx" : "linux";
    String arch = System.getProperty("os.arch");
    return system + "-" + (arch.equals("amd64") || arch.equals("x86_64") ? "x64" : arch);
  }
}
