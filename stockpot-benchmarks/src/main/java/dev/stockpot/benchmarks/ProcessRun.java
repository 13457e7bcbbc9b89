package dev.stockpot.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A finished process.
///
/// @param seconds from its start to its end
/// @param cpuSeconds of all processors, asked for every 10 ms: what other work on the machine
///   disturbs least
/// @param peakBytes most resident memory, as Linux counts it (`VmHWM`), also asked for every 10 ms;
///   0 on other systems
record ProcessRun(double seconds, double cpuSeconds, long peakBytes) {
  private static final int ASK_MILLIS = 10;

  /// Runs a command.
  ///
  /// @param environment added to this process's own
  /// @throws IllegalStateException if the command fails
  static ProcessRun of(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    long start = System.nanoTime();
    Process process = builder.start();
    Duration cpu = Duration.ZERO;
    long peakBytes = 0;
    do {
      cpu = process.info().totalCpuDuration().orElse(cpu);
      peakBytes = Math.max(peakBytes, residentPeak(process.pid()));
    } while (!process.waitFor(ASK_MILLIS, TimeUnit.MILLISECONDS));
    double seconds = (System.nanoTime() - start) / 1e9;
    if (process.exitValue() != 0) {
      throw new IllegalStateException(command + " ended with " + process.exitValue());
    }
    return new ProcessRun(seconds, cpu.toMillis() / 1e3, peakBytes);
  }

  /// The run with the median time; of an even number the slower of the two in the middle.
  static ProcessRun median(List<ProcessRun> runs) {
    return runs.stream()
        .sorted(Comparator.comparingDouble(ProcessRun::seconds))
        .toList()
        .get(runs.size() / 2);
  }

  private static long residentPeak(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmHWM:")) {
          return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    } catch (IOException e) {
      // It has ended meanwhile, or this is no Linux.
    }
    return 0;
  }
}
