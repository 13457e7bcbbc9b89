package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.internal.text.Counted;
import dev.stockpot.train.Hyperparameters;
import dev.stockpot.train.Search.Draw;
import dev.stockpot.train.Trainer;
import java.time.Duration;
import java.util.List;

/// What a sweep will take, for `--dry-run`.
///
/// @param runs how many
/// @param epochs of all runs
/// @param examples of all epochs
/// @param jobs runs at once
/// @param time about how long
record FinetuneEstimate(int runs, long epochs, long examples, int jobs, Duration time) {

  static FinetuneEstimate of(Trainer trainer, List<Draw> draws, int jobs) {
    long epochs = 0;
    for (Draw draw : draws) {
      epochs += new Hyperparameters(draw.values()).allEpochs();
    }
    // One step is like another, up to the batch size.
    Duration example = trainer.timePerExample(new Hyperparameters(draws.getFirst().values()));
    long examples = epochs * trainer.examples();
    Duration all = example.multipliedBy(examples).dividedBy(Math.min(jobs, draws.size()));
    return new FinetuneEstimate(draws.size(), epochs, examples, jobs, all);
  }

  String text() {
    return "%s, %s, %s to train on; about %s, %d at once.%n"
        .formatted(
            Counted.of(runs, "run"),
            Counted.of(epochs, "epoch"),
            Counted.of(examples, "example"),
            Quantities.duration(time),
            Math.min(jobs, runs));
  }
}
