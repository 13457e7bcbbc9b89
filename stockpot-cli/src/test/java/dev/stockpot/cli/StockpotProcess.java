package dev.stockpot.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs the packaged command as its users do: in a process of its own, with the launcher's options.
///
/// Classes of tests run side by side, one for each processor, and so every process sees one:
/// threads of two networks that wait for each other on two processors take many times as long. A
/// test that is about threads says `--threads`.
final class StockpotProcess {
  /// The folder of the project.
  static final Path ROOT = Path.of(System.getProperty("stockpot.root")).normalize();

  private static final Path LIB = Path.of(System.getProperty("stockpot.distribution"), "lib");

  private static final List<String> JVM =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:ActiveProcessorCount=1");

  /// Classes as the JVM has them once loaded, as in the launcher: starting takes a third of the
  /// time.
  private static final Path CACHE = LIB.getParent().resolveSibling("tests.aot");

  static {
    train();
  }

  private StockpotProcess() {}

  /// What a process left behind.
  record Result(int code, String out, String err) {}

  /// The words that start the command.
  static List<String> command(String... args) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(JVM);
    words.add("-XX:AOTCache=" + CACHE);
    words.addAll(List.of("-Xlog:disable", "-Xlog:all=warning,aot*=off,cds*=off:stderr"));
    words.addAll(application(args));
    return words;
  }

  /// What follows the options of the JVM.
  private static List<String> application(String... args) {
    List<String> words = new ArrayList<>();
    words.add(
        "--enable-native-access=dev.stockpot.core,com.microsoft.onnxruntime,duckdb.jdbc,ai.djl.tokenizers,"
            + "dev.stockpot.libtorch,org.bytedeco.javacpp,org.bytedeco.openblas,org.bytedeco.pytorch");
    words.addAll(List.of("-cp", LIB.resolveSibling("natives") + "/*"));
    words.addAll(List.of("-Dstockpot.home=" + ROOT, "-p", LIB.toString()));
    words.addAll(List.of("-m", "dev.stockpot.cli/dev.stockpot.cli.Main"));
    words.addAll(List.of(args));
    return words;
  }

  /// Runs the command in a folder.
  static Result stockpot(Path folder, String... args) throws IOException, InterruptedException {
    return run(folder, command(args));
  }

  /// Runs any program in a folder.
  static Result run(Path folder, List<String> words) throws IOException, InterruptedException {
    Path out = Files.createTempFile("stockpot", "out");
    Path err = Files.createTempFile("stockpot", "err");
    try {
      int code =
          builder(folder, words)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start()
              .waitFor();
      return new Result(code, Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /// Starts a program in a folder; it is not waited for, and its output is appended to `log`.
  static Process start(Path folder, List<String> words) throws IOException {
    ProcessBuilder.Redirect log = ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile());
    return builder(folder, words).redirectOutput(log).redirectError(log).start();
  }

  /// Makes the cache of this build.
  private static void train() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(JVM);
    words.add("-XX:AOTCacheOutput=" + CACHE);
    words.addAll(application("warm-up", LIB.getParent().toString()));
    try {
      run(LIB.getParent(), words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ProcessBuilder builder(Path folder, List<String> words) {
    ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
    builder.environment().remove("STOCKPOT_DEBUG");
    return builder;
  }
}
