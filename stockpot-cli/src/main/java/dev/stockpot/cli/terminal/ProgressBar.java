package dev.stockpot.cli.terminal;

import dev.stockpot.Progress;
import dev.stockpot.cli.terminal.OpenTasks.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Progress as one line that is drawn again: a bar for the task begun first, then what the one begun last is at.
///
///     cooking ███████▎              38 %  3/8 candidates  2 min 10 s left · evaluating ft-03 62 %
///
/// Drawn at most ten times a second, cut to the terminal's width, gone when all tasks have ended.
final class ProgressBar implements Progress {
  private static final long REDRAW_NANOS = 100_000_000;
  private static final int BAR_COLUMNS = 20;

  private final StatusLine status;
  private final Capabilities can;
  private final LongSupplier nanos;
  private final OpenTasks tasks;
  private final AtomicLong nextDraw;

  ProgressBar(StatusLine status, Capabilities can, LongSupplier nanos) {
    this.status = status;
    this.can = can;
    this.nanos = nanos;
    this.tasks = new OpenTasks(nanos);
    this.nextDraw = new AtomicLong(nanos.getAsLong());
  }

  @Override
  public Task begin(String what, Total total) {
    Work work = tasks.begin(what, total, _ -> redraw(), _ -> ended());
    redraw();
    return work;
  }

  private void redraw() {
    long now = nanos.getAsLong();
    long due = nextDraw.get();
    if (now - due >= 0 && nextDraw.compareAndSet(due, now + REDRAW_NANOS)) {
      draw();
    }
  }

  private void ended() {
    if (tasks.outermostAndInnermost().isEmpty()) {
      draw();
    } else {
      redraw();
    }
  }

  /// One at a time, so that what is drawn last is also the newest.
  private synchronized void draw() {
    List<Work> works = tasks.outermostAndInnermost();
    if (works.isEmpty()) {
      status.clear();
      return;
    }
    Work whole = works.getFirst();
    List<String> parts = new ArrayList<>();
    parts.add(whole.what() + " " + Text.bar(whole.fraction(), BAR_COLUMNS, can.errUnicode()));
    parts.add(" ".repeat(5 - whole.percent().length()) + whole.percent());
    parts.add(whole.rate().isEmpty() ? whole.amount() : whole.rate());
    parts.add(whole.left());
    parts.removeIf(String::isEmpty);
    String line = String.join("  ", parts);
    if (works.size() == 2) {
      Work detail = works.getLast();
      line += (can.errUnicode() ? " · " : " - ") + detail.what() + " " + detail.percent();
    }
    // The last column stays free: some terminals wrap when it is filled.
    status.show(Text.cut(line, can.columns() - 1, can.errUnicode()));
  }
}
