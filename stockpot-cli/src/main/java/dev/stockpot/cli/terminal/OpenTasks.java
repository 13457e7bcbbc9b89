package dev.stockpot.cli.terminal;

import dev.stockpot.Progress;
import dev.stockpot.Progress.Total;
import dev.stockpot.Progress.Unit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// The tasks under way, in the order in which they began: the first is the whole, the last the
/// detail.
final class OpenTasks {
  /// Before that much time an estimate would jump about.
  private static final long SETTLED_NANOS = 500_000_000;

  private final List<Work> open = new ArrayList<>();
  private final List<Work> several = new ArrayList<>();
  private final LongSupplier nanos;

  OpenTasks(LongSupplier nanos) {
    this.nanos = nanos;
  }

  synchronized Work begin(String what, Total total, Consumer<Work> advanced, Consumer<Work> ended) {
    Work work = new Work(this, what, total, nanos.getAsLong(), advanced, ended);
    open.add(work);
    return work;
  }

  /// One of several at once, which is neither the whole nor the detail.
  synchronized Work beginOneOfSeveral(
      String what, Total total, Consumer<Work> advanced, Consumer<Work> ended) {
    Work work = new Work(this, what, total, nanos.getAsLong(), advanced, ended);
    several.add(work);
    return work;
  }

  /// Begun first and still open: what the user waits for.
  synchronized List<Work> outermostAndInnermost() {
    return switch (open.size()) {
      case 0 -> List.of();
      case 1 -> List.of(open.getFirst());
      default -> List.of(open.getFirst(), open.getLast());
    };
  }

  /// Those at once, by their names.
  synchronized List<Work> several() {
    return several.stream().sorted(Comparator.comparing(Work::what)).toList();
  }

  private synchronized boolean end(Work work) {
    return open.remove(work) || several.remove(work);
  }

  /// One task.
  static final class Work implements Progress.Task {
    private final OpenTasks tasks;
    private final String what;
    private final Total total;
    private final long began;
    private final Consumer<Work> advanced;
    private final Consumer<Work> ended;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();

    private Work(
        OpenTasks tasks,
        String what,
        Total total,
        long began,
        Consumer<Work> advanced,
        Consumer<Work> ended) {
      this.tasks = tasks;
      this.what = Text.printable(what);
      this.total = total;
      this.began = began;
      this.advanced = advanced;
      this.ended = ended;
    }

    @Override
    public void advance(long amount) {
      done.addAndGet(amount);
      advanced.accept(this);
    }

    @Override
    public void skip(long amount) {
      done.addAndGet(amount);
      skipped.addAndGet(amount);
      advanced.accept(this);
    }

    @Override
    public void close() {
      if (tasks.end(this)) {
        ended.accept(this);
      }
    }

    String what() {
      return what;
    }

    /// From 0 to 1.
    double fraction() {
      return total.amount() == 0 ? 1 : Math.min(1, (double) done.get() / total.amount());
    }

    Duration elapsed() {
      return Duration.ofNanos(tasks.nanos.getAsLong() - began);
    }

    /// `62 %`.
    String percent() {
      return (int) Math.floor(fraction() * 100) + " %";
    }

    /// How much of how much: `3/8 candidates`.
    String amount() {
      return switch (total.unit()) {
        case BYTES -> Quantities.bytes(done.get()) + " of " + Quantities.bytes(total.amount());
        case EXAMPLES, CANDIDATES ->
            Quantities.count(done.get()) + "/" + Quantities.count(total.amount()) + " " + unit();
      };
    }

    /// `812 MB/s`; empty where it says nothing.
    String rate() {
      double seconds = elapsed().toNanos() / 1e9;
      if (!settled() || total.unit() == Unit.CANDIDATES) {
        return "";
      }
      long perSecond = Math.round(worked() / seconds);
      return total.unit() == Unit.BYTES
          ? Quantities.bytes(perSecond) + "/s"
          : Quantities.count(perSecond) + " " + unit() + "/s";
    }

    /// `12 s left`; empty while nobody knows.
    String left() {
      if (!settled() || fraction() == 1) {
        return "";
      }
      long left = total.amount() - done.get();
      double nanosLeft = (double) elapsed().toNanos() * left / worked();
      return Quantities.duration(Duration.ofNanos((long) nanosLeft)) + " left";
    }

    private boolean settled() {
      return elapsed().toNanos() >= SETTLED_NANOS && worked() > 0;
    }

    /// What was done here.
    private long worked() {
      return done.get() - skipped.get();
    }

    private String unit() {
      return total.unit() == Unit.EXAMPLES ? "examples" : "candidates";
    }
  }
}
