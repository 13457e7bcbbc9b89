package dev.stockpot.benchmarks;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Counts the bytes a benchmark moves. JMH prints them as a row `…:gigabytes`, whose "ops/s" are
/// gigabytes (10⁹ bytes) per second.
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Traffic {
  private long bytes;

  /// Starts at 0.
  @Setup(Level.Iteration)
  public void clear() {
    bytes = 0;
  }

  void add(long moved) {
    bytes += moved;
  }

  /// What JMH divides by the time.
  ///
  /// @return gigabytes moved in this iteration
  public double gigabytes() {
    return bytes / 1e9;
  }
}
