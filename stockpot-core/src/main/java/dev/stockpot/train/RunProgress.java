package dev.stockpot.train;

import dev.stockpot.Progress;

/// How far a run has come, told to its own line and to that of the sweep. Used by one thread.
final class RunProgress implements Progress.Task {
  private final Progress.Task own;
  private final Progress.Task whole;
  private long left;

  /// @param own the run's, closed with this
  /// @param whole the sweep's
  /// @param amount of the run
  RunProgress(Progress.Task own, Progress.Task whole, long amount) {
    this.own = own;
    this.whole = whole;
    this.left = amount;
  }

  @Override
  public void advance(long amount) {
    left -= amount;
    own.advance(amount);
    whole.advance(amount);
  }

  @Override
  public void skip(long amount) {
    left -= amount;
    own.skip(amount);
    whole.skip(amount);
  }

  /// Nothing more is to be done, also where a run diverged.
  void finish() {
    skip(Math.max(0, left));
  }

  @Override
  public void close() {
    own.close();
  }
}
