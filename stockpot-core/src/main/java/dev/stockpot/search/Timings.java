package dev.stockpot.search;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;

/// Where the time of a run went, and how much was evaluated. Phases may overlap; several threads
/// may take the time.
public final class Timings {
  private final SequencedMap<String, Duration> phases = new LinkedHashMap<>();
  private Counts counts = new Counts(0, 0, 0, 0);

  /// Nothing has been done yet.
  public Timings() {}

  /// What was evaluated.
  ///
  /// @param evaluations of a candidate on a set, also those that were given up
  /// @param stopped how many of them were given up early
  /// @param examples that were evaluated
  /// @param toTheEnd how many it would have been without giving up
  public record Counts(long evaluations, long stopped, long examples, long toTheEnd) {}

  /// Does work and takes its time.
  public <T> T measure(String phase, Supplier<T> work) {
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      add(phase, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /// Does work without a result and takes its time.
  public void measure(String phase, Runnable work) {
    measure(
        phase,
        () -> {
          work.run();
          return true;
        });
  }

  /// A candidate has been measured.
  ///
  /// @param examples that were evaluated
  /// @param n number of examples of the set
  public synchronized void evaluated(int examples, int n) {
    counts =
        new Counts(
            counts.evaluations + 1,
            counts.stopped + (examples < n ? 1 : 0),
            counts.examples + examples,
            counts.toTheEnd + n);
  }

  /// What has been evaluated so far.
  public synchronized Counts counts() {
    return counts;
  }

  /// Time by phase, in the order in which they first ended.
  public synchronized SequencedMap<String, Duration> phases() {
    return new LinkedHashMap<>(phases);
  }

  /// Seconds by phase.
  public Map<String, Double> seconds() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    phases().forEach((phase, time) -> seconds.put(phase, time.toMillis() / 1000.0));
    return seconds;
  }

  private synchronized void add(String phase, Duration time) {
    phases.merge(phase, time, Duration::plus);
  }
}
