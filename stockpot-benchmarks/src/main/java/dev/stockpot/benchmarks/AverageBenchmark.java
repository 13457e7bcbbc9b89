package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `stockpot uniform` as a whole process, next to a plain copy of the same bytes.
///
///     stockpot-benchmarks/run average [--dtype BF16] [--members 4] [--gigabytes 1] [--rounds 5]
///         [--heap 256m] [--folder DIR]
///
/// Writes a family of checkpoints, then takes turns: the average (the launcher, under `-Xmx`), a
/// [PlainCopy], the average, … Both read files the system has cached, and wait until what they
/// wrote is on disk. Bytes moved are those of all inputs and the output. The first turn of each is a
/// warm-up; its mean is checked in plain arithmetic, and every later one must be the same bytes.
/// Needs room for the family and two more files; all are deleted in the end.
public final class AverageBenchmark {
  private static final int CHECK_STRIDE = 97;

  private final Format format;
  private final int rounds;
  private final String heap;
  private final List<Path> inputs;
  private final Path mean;
  private final Path copy;
  private final long bytesMoved;

  private AverageBenchmark(Options options, Path folder) throws IOException {
    format = Format.valueOf(options.text("--dtype"));
    rounds = options.count("--rounds");
    heap = options.text("--heap");
    mean = folder.resolve("mean.safetensors");
    copy = folder.resolve("copy");
    Family family =
        new Family(options.count("--members"), options.gigabytes("--gigabytes"), format.dtype());
    System.out.printf("writing a family into %s%n", folder);
    inputs = family.write(folder);
    long size = Files.size(inputs.getFirst());
    bytesMoved = (inputs.size() + 1) * size;
    System.out.printf(
        "%d checkpoints of %.2f GB, %s; %d processors; heap %s%n",
        inputs.size(), size / 1e9, format, Runtime.getRuntime().availableProcessors(), heap);
  }

  /// Runs the benchmark and prints a line per round, and the medians.
  ///
  /// @param args as above
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options =
        Options.parse(
            Map.of(
                "--folder", "",
                "--dtype", "BF16",
                "--members", "4",
                "--gigabytes", "1",
                "--rounds", "5",
                "--heap", "256m"),
            args);
    // Builds the launcher's side, if that is to be done.
    ProcessRun.of(List.of(System.getProperty("stockpot"), "--version"), Map.of());
    Path parent = Path.of(options.text("--folder"));
    Path folder =
        options.text("--folder").isEmpty()
            ? Files.createTempDirectory("stockpot-average-")
            : Files.createTempDirectory(Files.createDirectories(parent), "stockpot-average-");
    try {
      new AverageBenchmark(options, folder).run();
    } finally {
      delete(folder);
    }
  }

  private void run() throws IOException, InterruptedException {
    average();
    check();
    String hash = Sha256.ofFile(mean, _ -> {});
    plainCopy();
    System.out.println("the mean is right; SHA-256 " + hash);
    System.out.println(
        "         average                        plain copy                     copy/average");
    List<ProcessRun> averages = new ArrayList<>();
    List<ProcessRun> copies = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      averages.add(average());
      if (!Sha256.ofFile(mean, _ -> {}).equals(hash)) {
        throw new AssertionError("round " + round + " has written other bytes");
      }
      copies.add(plainCopy());
      ratios.add(copies.getLast().seconds() / averages.getLast().seconds());
      line("round " + round, averages.getLast(), copies.getLast(), ratios.getLast());
    }
    line("median ", ProcessRun.median(averages), ProcessRun.median(copies), median(ratios));
    long peak = averages.stream().mapToLong(ProcessRun::peakBytes).max().orElseThrow();
    System.out.printf("most resident memory of an average: %.0f MB%n", peak / 1e6);
  }

  private void line(String what, ProcessRun average, ProcessRun plainCopy, double ratio) {
    System.out.printf("%s  %s   %s   %5.2f%n", what, figures(average), figures(plainCopy), ratio);
  }

  private String figures(ProcessRun run) {
    return "%6.2f s %6.2f GB/s %6.2f cpu s"
        .formatted(run.seconds(), bytesMoved / 1e9 / run.seconds(), run.cpuSeconds());
  }

  private ProcessRun average() throws IOException, InterruptedException {
    Files.deleteIfExists(mean);
    List<String> command = new ArrayList<>(List.of(System.getProperty("stockpot"), "uniform"));
    inputs.forEach(input -> command.add(input.toString()));
    command.addAll(List.of("--quiet", "-o", mean.toString()));
    return ProcessRun.of(command, Map.of("STOCKPOT_JAVA_OPTS", "-Xmx" + heap));
  }

  private ProcessRun plainCopy() throws IOException, InterruptedException {
    Files.deleteIfExists(copy);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(PlainCopy.class.getName(), copy.toString()));
    inputs.forEach(input -> command.add(input.toString()));
    return ProcessRun.of(command, Map.of());
  }

  private void check() {
    List<Checkpoint> ingredients = inputs.stream().map(Checkpoints::open).toList();
    try (Checkpoint result = Checkpoints.open(mean)) {
      for (TensorSpec tensor : result.tensors().values()) {
        MeanCheck.check(
            format,
            ingredients.stream().map(i -> i.tensor(tensor.name()).data()).toList(),
            result.tensor(tensor.name()).data(),
            CHECK_STRIDE);
      }
    }
    ingredients.forEach(Checkpoint::close);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
