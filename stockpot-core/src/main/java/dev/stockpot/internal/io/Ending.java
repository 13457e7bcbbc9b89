package dev.stockpot.internal.io;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// What is still done when the process is told to end (Ctrl-C, SIGTERM) while threads are at work:
/// no new file or program is begun, and what was begun is cleared away.
public final class Ending {
  private static final Set<Runnable> TASKS = ConcurrentHashMap.newKeySet();
  private static final ReadWriteLock LOCK = new ReentrantReadWriteLock();
  private static boolean done;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Ending::run));
  }

  private Ending() {}

  /// To be held while something is begun that a task clears away. When the end has come, nobody
  /// gets it any more: whoever asks for it waits until the process is gone.
  public static Lock beginning() {
    return LOCK.readLock();
  }

  /// Has something done at the end.
  public static void add(Runnable task) {
    TASKS.add(task);
  }

  /// It need not be done any more.
  ///
  /// @param task the same object as was added
  public static void remove(Runnable task) {
    TASKS.remove(task);
  }

  /// The end has come; the first call does all tasks, others wait for it.
  public static synchronized void run() {
    if (done) {
      return;
    }
    done = true;
    // Never unlocked.
    LOCK.writeLock().lock();
    TASKS.forEach(Runnable::run);
  }
}
