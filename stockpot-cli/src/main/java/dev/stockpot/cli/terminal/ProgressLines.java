package dev.stockpot.cli.terminal;

import dev.stockpot.Progress;
import dev.stockpot.cli.terminal.OpenTasks.Work;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Progress as lines for a log: one when the outermost task begins, one when it ends, and in
/// between at most one every ten seconds.
final class ProgressLines implements Progress {
  private static final long PAUSE_NANOS = 10_000_000_000L;

  private final Consumer<String> lines;
  private final LongSupplier nanos;
  private final OpenTasks tasks;
  private final AtomicLong nextLine = new AtomicLong();

  ProgressLines(Consumer<String> lines, LongSupplier nanos) {
    this.lines = lines;
    this.nanos = nanos;
    this.tasks = new OpenTasks(nanos);
  }

  @Override
  public Task begin(String what, Total total) {
    Work work = tasks.begin(what, total, _ -> advanced(), this::ended);
    if (isOutermost(work)) {
      nextLine.set(nanos.getAsLong() + PAUSE_NANOS);
      lines.accept(work.what() + " ...");
    }
    return work;
  }

  @Override
  public Task beginOneOfSeveral(String what, Total total) {
    return tasks.beginOneOfSeveral(what, total, _ -> advanced(), _ -> {});
  }

  private boolean isOutermost(Work work) {
    List<Work> open = tasks.outermostAndInnermost();
    return open.isEmpty() || open.getFirst() == work;
  }

  private void advanced() {
    long now = nanos.getAsLong();
    long due = nextLine.get();
    if (now - due < 0 || !nextLine.compareAndSet(due, now + PAUSE_NANOS)) {
      return;
    }
    List<Work> open = tasks.outermostAndInnermost();
    if (open.isEmpty()) {
      return;
    }
    Work whole = open.getFirst();
    StringBuilder line = new StringBuilder(whole.what()).append(": ").append(whole.percent());
    for (String part : List.of(whole.amount(), whole.rate(), whole.left())) {
      line.append(part.isEmpty() ? "" : ", " + part);
    }
    if (open.size() == 2) {
      line.append("; ").append(open.getLast().what()).append(' ').append(open.getLast().percent());
    }
    for (Work each : tasks.several()) {
      line.append("; ").append(each.what()).append(' ').append(each.percent());
      line.append(each.left().isEmpty() ? "" : ", " + each.left());
    }
    lines.accept(line.toString());
  }

  private void ended(Work work) {
    if (tasks.outermostAndInnermost().isEmpty()) {
      String rate = work.rate().isEmpty() ? "" : ", " + work.rate();
      String state = work.fraction() == 1 ? "done in " : "stopped at " + work.percent() + " after ";
      lines.accept(work.what() + ": " + state + Quantities.duration(work.elapsed()) + rate);
    }
  }
}
