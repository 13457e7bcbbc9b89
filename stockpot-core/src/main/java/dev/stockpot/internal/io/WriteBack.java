package dev.stockpot.internal.io;

import java.io.IOException;

/// Has what is written to a file brought to disk meanwhile, by a thread of its own, so that little
/// is left to wait for at the end. The system by itself begins only after seconds, or when much of
/// the memory is full.
final class WriteBack {
  /// Written bytes after which the disk is given work.
  static final long BYTES = 64 << 20;

  private final Disk disk;
  private long pending;
  private boolean atWork;
  private IOException failure;

  WriteBack(Disk disk) {
    this.disk = disk;
  }

  /// Where the bytes go.
  interface Disk {
    /// Waits until what has been written is there.
    ///
    /// @param metadata whether what the system keeps about the file is, too
    void force(boolean metadata) throws IOException;
  }

  /// So many bytes have been written.
  synchronized void written(long bytes) {
    pending += bytes;
    if (pending >= BYTES && !atWork) {
      pending = 0;
      atWork = true;
      Thread.ofPlatform().daemon().name("write-back").start(this::force);
    }
  }

  /// Waits until everything is on disk.
  ///
  /// @throws IOException also one that was met earlier: the system tells of each only once
  synchronized void complete() throws IOException {
    try {
      while (atWork) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (failure != null) {
      throw failure;
    }
    disk.force(true);
  }

  private void force() {
    IOException failed = null;
    try {
      disk.force(false);
    } catch (IOException e) {
      failed = e;
    }
    synchronized (this) {
      failure = failed == null ? failure : failed;
      atWork = false;
      notifyAll();
    }
  }
}
