package dev.stockpot.benchmarks;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// `stockpot cook` of many small models as a whole process, beside the time that ONNX Runtime takes
/// for as many examples when nothing else is done, and the time inside the network of that process.
///
///     stockpot-benchmarks/run cook [--models 100] [--examples 10000] [--rounds 3] [--folder DIR]
///
/// Makes a [DigitsFamily] with two sets of so many examples, and cooks `best`, `uniform` and
/// `greedy`. Two rounds of a tenth of the models tell how memory grows. Everything is deleted in the
/// end.
public final class CookBenchmark {
  private final Path folder;
  private final DigitsFamily family;
  private final InferenceAlone alone;

  private CookBenchmark(Path folder, DigitsFamily family, InferenceAlone alone) {
    this.folder = folder;
    this.family = family;
    this.alone = alone;
  }

  /// Runs the benchmark and prints a line per round.
  ///
  /// @param args as above
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options =
        Options.parse(
            Map.of("--folder", "", "--models", "100", "--examples", "10000", "--rounds", "3"),
            args);
    // Builds the launcher's side, if that is to be done.
    ProcessRun.of(List.of(System.getProperty("stockpot"), "--version"), Map.of());
    Path folder =
        options.text("--folder").isEmpty()
            ? Files.createTempDirectory("stockpot-cook-")
            : Files.createTempDirectory(
                Files.createDirectories(Path.of(options.text("--folder"))), "stockpot-cook-");
    Path digits = Path.of(System.getProperty("stockpot")).resolveSibling("examples/digits");
    try (InferenceAlone alone = InferenceAlone.of(digits)) {
      DigitsFamily family =
          new DigitsFamily(digits, options.count("--models"), options.count("--examples"));
      new CookBenchmark(folder, family, alone).run(options.count("--rounds"));
    } finally {
      delete(folder);
    }
  }

  private void run(int rounds) throws IOException, InterruptedException {
    family.write(folder);
    Path few = family.soup(folder, Math.max(1, family.models() / 10));
    Path all = family.soup(folder, family.models());
    System.out.println(
        "            seconds   inference alone   ratio   inside the model   cpu s   most resident");
    for (int round = 0; round < Math.min(2, rounds); round++) {
      line("a tenth", few);
    }
    for (int round = 0; round < rounds; round++) {
      line("all", all);
    }
  }

  private void line(String what, Path soup) throws IOException, InterruptedException {
    double before = alone.secondsPerExample();
    Path run = folder.resolve("run");
    ProcessRun process =
        ProcessRun.of(
            List.of(
                System.getProperty("stockpot"),
                "cook",
                soup.toString(),
                "-o",
                run.toString(),
                "--quiet"),
            Map.of());
    double seconds = (before + alone.secondsPerExample()) / 2;
    Path manifest = run.resolve("manifest.json");
    double inference = seconds * number(manifest, "evaluations", "examples");
    double inside = number(manifest, "seconds", "inside the model");
    delete(run);
    System.out.printf(
        "%-10s %8.2f %17.2f %7.2f %18.2f %7.2f %9.0f MB%n",
        what,
        process.seconds(),
        inference,
        process.seconds() / inference,
        inside,
        process.cpuSeconds(),
        process.peakBytes() / 1e6);
  }

  private static double number(Path manifest, String part, String name) throws IOException {
    Json.Obj document = (Json.Obj) JsonReader.read(Files.readAllBytes(manifest));
    Json.Obj members = (Json.Obj) document.members().get(part);
    return ((Json.Num) members.members().get(name)).asDouble();
  }

  /// Deletes a folder and all in it.
  static void delete(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path each : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
