package dev.stockpot.merge;

import dev.stockpot.Progress;

/// Passes on how far a merge has come: never more than was announced, and all of it at the end. How
/// often a method reads its inputs is known only about.
final class Meter {
  private final Progress.Task task;
  private long left;

  Meter(Progress.Task task, long total) {
    this.task = task;
    this.left = total;
  }

  synchronized void advance(long amount) {
    long counted = Math.min(amount, left);
    left -= counted;
    task.advance(counted);
  }

  synchronized void complete() {
    advance(left);
  }
}
