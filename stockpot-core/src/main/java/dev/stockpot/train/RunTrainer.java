package dev.stockpot.train;

import dev.stockpot.Progress;
import dev.stockpot.train.Search.Draw;
import java.nio.file.Path;

/// Carries runs out, whole; several threads use it.
interface RunTrainer {
  /// How much a run is, in [#unit].
  long amount(Draw draw);

  /// What is counted.
  Progress.Unit unit();

  /// Carries a run out, or goes on with it.
  ///
  /// @param folder for what comes out
  /// @param work for what is needed meanwhile, and for going on
  /// @param task hears of what is done
  RunRecord train(Draw draw, Path folder, Path work, Progress.Task task);
}
