package dev.stockpot.internal.work;

import dev.stockpot.internal.io.Ending;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Sees to it that a process ends at the latest when this JVM does.
public final class Leash {
  private final Runnable end = this::end;
  private Optional<Process> process = Optional.empty();

  /// Holds nothing yet.
  public Leash() {}

  /// Starts a process. A JVM that is told to end meanwhile leaves nothing behind.
  public synchronized Process hold(Supplier<Process> start) {
    Ending.beginning().lock();
    try {
      Process started = start.get();
      process = Optional.of(started);
      Ending.add(end);
      return started;
    } finally {
      Ending.beginning().unlock();
    }
  }

  /// Ends the process, if it has not ended by itself.
  public void release() {
    end();
    Ending.remove(end);
  }

  private synchronized void end() {
    process.ifPresent(Leash::kill);
  }

  /// Parents first, so that none goes on to its next step.
  private static void kill(Process process) {
    Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .toList()
        .forEach(ProcessHandle::destroyForcibly);
  }
}
