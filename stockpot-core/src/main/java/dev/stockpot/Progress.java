package dev.stockpot;

/// Hears how far long work has come. Calls come from several threads.
public interface Progress {

  /// Hears nothing. Neither this nor [Task#NONE] is a lambda, which the JVM would make at run time.
  Progress NONE =
      new Progress() {
        @Override
        public Task begin(String what, Total total) {
          return Task.NONE;
        }
      };

  /// A piece of work begins.
  ///
  /// @param what in words for the person who waits, such as `averaging`
  /// @param total in the work's own unit
  Task begin(String what, Total total);

  /// One of several pieces of work of the same kind begins, which go on at once; each may be shown
  /// apart.
  default Task beginOneOfSeveral(String what, Total total) {
    return begin(what, total);
  }

  /// How much there is to do.
  ///
  /// @param amount at least 0
  /// @param unit what is counted
  record Total(long amount, Unit unit) {}

  /// What is counted.
  enum Unit {
    BYTES,
    EXAMPLES,
    CANDIDATES
  }

  /// Work under way; closed when it ends, well or not.
  interface Task extends AutoCloseable {
    /// Hears nothing.
    Task NONE =
        new Task() {
          @Override
          public void advance(long amount) {}
        };

    /// So much more is done.
    void advance(long amount);

    /// So much need not be done, or was done before: nothing that speed is measured by.
    default void skip(long amount) {
      advance(amount);
    }

    @Override
    default void close() {}
  }
}
