package dev.stockpot.cli.terminal;

import dev.stockpot.Progress;
import dev.stockpot.cli.terminal.OpenTasks.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/// Progress as lines that are drawn again: a bar for the task begun first, then what the one begun
/// last is at; below it a line for each of several that go on at once.
///
///     cooking ███████▎              38 %  3/8 candidates  2 min 10 s left · evaluating ft-03 62 %
///
///     fine-tuning ███████▎              38 %  7,120 examples/s  2 min 10 s left
///       run-02 ████████████▍         62 %  14 s left
///       run-03 ██                    10 %  32 s left
///
/// Drawn at most ten times a second, cut to the terminal's width, gone when all tasks have ended.
final class ProgressBar implements Progress {
  private static final long REDRAW_NANOS = 100_000_000;
  private static final int BAR_COLUMNS = 20;

  /// More would not fit on a small terminal.
  private static final int MOST_LINES = 16;

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

  @Override
  public Task beginOneOfSeveral(String what, Total total) {
    Work work = tasks.beginOneOfSeveral(what, total, _ -> redraw(), _ -> ended());
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
    String first =
        line(whole, whole.rate().isEmpty() ? whole.amount() : whole.rate(), whole.left());
    if (works.size() == 2) {
      Work detail = works.getLast();
      first += (can.errUnicode() ? " · " : " - ") + detail.what() + " " + detail.percent();
    }
    List<String> lines = new ArrayList<>(List.of(first));
    List<Work> several = tasks.several();
    several.stream().limit(MOST_LINES).forEach(each -> lines.add("  " + line(each, each.left())));
    if (several.size() > MOST_LINES) {
      lines.add("  and " + (several.size() - MOST_LINES) + " more");
    }
    // The last column stays free: some terminals wrap when it is filled.
    status.show(
        lines.stream()
            .map(each -> Text.cut(each, can.columns() - 1, can.errUnicode()))
            .collect(Collectors.joining("\n")));
  }

  private String line(Work work, String... more) {
    List<String> parts = new ArrayList<>();
    parts.add(work.what() + " " + Text.bar(work.fraction(), BAR_COLUMNS, can.errUnicode()));
    parts.add(" ".repeat(5 - work.percent().length()) + work.percent());
    parts.addAll(List.of(more));
    parts.removeIf(String::isEmpty);
    return String.join("  ", parts);
  }
}
