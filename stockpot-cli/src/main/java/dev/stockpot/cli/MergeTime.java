package dev.stockpot.cli;

import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.Step;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// How long merges take, roughly: with inputs in the file cache, and a disk that writes
/// [#WRITTEN_PER_SECOND].
///
/// The figures are those of one thread of a two-core x86-64 machine with AVX-512, on bfloat16 and
/// float32; others are off by a factor of two, and what the methods do to tensors of another shape
/// or values by as much.
final class MergeTime {
  /// Bytes that a disk takes in a second.
  static final long WRITTEN_PER_SECOND = 1_000_000_000;

  private static final Duration START = Duration.ofMillis(300);

  /// Nanoseconds per element that is read, once for each pass, where it is more than [#USUAL].
  static final Map<String, Double> NANOSECONDS =
      Map.ofEntries(
          Map.entry("nuslerp", 2.0),
          Map.entry("multislerp", 2.0),
          Map.entry("karcher", 2.0),
          Map.entry("fisher", 2.0),
          Map.entry("ties", 1.5),
          Map.entry("dare_linear", 2.0),
          Map.entry("dare_ties", 1.5),
          Map.entry("breadcrumbs", 5.0),
          Map.entry("breadcrumbs_ties", 5.0),
          Map.entry("ram", 15.0),
          Map.entry("ramplus_tl", 15.0),
          Map.entry("sce", 3.0),
          Map.entry("arcee_fusion", 22.0),
          Map.entry("della", 35.0),
          Map.entry("della_linear", 35.0));

  private static final double USUAL = 1;

  private MergeTime() {}

  /// The time; absent for `regmean`, whose equations take longer than all reading.
  static Optional<Duration> of(MergePlan plan, int threads) {
    double nanoseconds = 0;
    for (Step step : plan.steps()) {
      long elements = step.inputs().stream().mapToLong(input -> input.spec().elements()).sum();
      if (!(step instanceof Step.Mix mix)) {
        nanoseconds += elements * USUAL;
      } else if (mix.method().name().equals("regmean")) {
        return Optional.empty();
      } else {
        nanoseconds +=
            (1.0 + mix.method().passes())
                * elements
                * NANOSECONDS.getOrDefault(mix.method().name(), USUAL);
      }
    }
    double seconds =
        nanoseconds / threads / 1e9 + (double) plan.bytesWritten() / WRITTEN_PER_SECOND;
    return Optional.of(START.plusMillis(Math.round(1000 * seconds)));
  }
}
