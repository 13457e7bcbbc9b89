package dev.stockpot.merge;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/// Hands out the work of a plan, block by block, to the threads that ask for it.
///
/// Tensors are begun in the order of the plan. While the last blocks of a pass are at work, the
/// threads that have nothing to do begin the next tensor; few are open at a time, since what passes
/// sum up takes memory.
final class Jobs {
  private final MergePlan plan;
  private final int mostOpen;
  private final Deque<Job> open = new ArrayDeque<>();
  private int nextStep;
  private boolean stopped;

  Jobs(MergePlan plan, int threads) {
    this.plan = plan;
    this.mostOpen = threads + 1;
  }

  /// A block of a job's current stage.
  ///
  /// @param from first element, or first byte of a tensor that is copied
  /// @param n number of elements, or bytes
  record Block(Job job, Stage stage, long index, long from, long n) {}

  /// The next block; waits if there will be one when other threads are done with theirs.
  synchronized Optional<Block> next() throws InterruptedException {
    while (!stopped) {
      for (Job job : open) {
        Optional<Block> block = job.next();
        if (block.isPresent()) {
          return block;
        }
      }
      if (nextStep < plan.steps().size() && open.size() < mostOpen) {
        open.addLast(Job.of(nextStep, plan.steps().get(nextStep)));
        nextStep++;
        discardFinished();
      } else if (open.isEmpty()) {
        return Optional.empty();
      } else {
        wait();
      }
    }
    return Optional.empty();
  }

  /// A block is done: goes on to the next stage if it was the last one.
  ///
  /// @return whether the job ended with this block
  boolean done(Block block, Optional<Object> part) {
    boolean ended = block.job().done(block, part);
    synchronized (this) {
      discardFinished();
      notifyAll();
    }
    return ended;
  }

  /// Hands out nothing more: some thread has failed.
  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  private void discardFinished() {
    for (Iterator<Job> jobs = open.iterator(); jobs.hasNext(); ) {
      if (jobs.next().isFinished()) {
        jobs.remove();
      }
    }
  }
}
