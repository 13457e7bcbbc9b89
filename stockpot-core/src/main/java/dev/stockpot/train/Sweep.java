package dev.stockpot.train;

import dev.stockpot.Progress;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.Sha256;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.work.Workers;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.train.RunRecord.Status;
import dev.stockpot.train.Search.Draw;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// Carries out the runs of a sweep, several at a time; each in a folder of its own, whose record
/// says that it has ended. Runs that have ended are not run again.
///
/// @param folder of the sweep
/// @param jobs how many runs go on at once, at least 1
/// @param identity of all that runs depend on besides their hyperparameters
/// @param progress hears how far the sweep and each run have come
/// @param ended hears of every run that ends
public record Sweep(
    Path folder, int jobs, String identity, Progress progress, Consumer<RunRecord> ended) {

  /// Runs of Stockpot's own trainer.
  ///
  /// @return a record for each, in their order
  public List<RunRecord> run(List<Draw> draws, Trainer trainer) {
    return run(draws, new EpochTrainer(trainer, identity), trainer.isParallel() ? jobs : 1);
  }

  /// Runs of Stockpot's own trainer that are merged after each period, and go on from there.
  ///
  /// @param base the anchor
  /// @return a record for each, in their order, and one for the merged model
  public List<RunRecord> run(List<Draw> draws, Trainer trainer, SweepSpec.Stock stock, Path base) {
    return new StockSweep(this, stock, base).run(draws, trainer);
  }

  /// Runs of a program.
  ///
  /// @param evaluator measures what comes out on `select`, if there is one
  /// @return a record for each, in their order
  public List<RunRecord> run(
      List<Draw> draws,
      TrainerSpec.Command command,
      Optional<Path> base,
      Optional<Evaluator> evaluator) {
    return run(draws, new CommandTrainer(command, base, evaluator, identity), jobs);
  }

  private List<RunRecord> run(List<Draw> draws, RunTrainer trainer, int atOnce) {
    long total = draws.stream().mapToLong(trainer::amount).sum();
    try (Progress.Task whole =
        progress.begin("fine-tuning", new Progress.Total(total, trainer.unit()))) {
      return Workers.map(atOnce, draws, draw -> run(draw, trainer, whole));
    }
  }

  private RunRecord run(Draw draw, RunTrainer trainer, Progress.Task whole) {
    Optional<RunRecord> before = ended(draw);
    long amount = trainer.amount(draw);
    if (before.isPresent()) {
      whole.skip(amount);
      return before.get();
    }
    Path own = folder.resolve(draw.name());
    Path work = work().resolve(draw.name());
    AtomicFile.deletePartials(own);
    AtomicFile.deletePartials(work);
    RunRecord record;
    Progress.Total total = new Progress.Total(amount, trainer.unit());
    try (RunProgress task =
        new RunProgress(progress.beginOneOfSeveral(draw.name(), total), whole, amount)) {
      record = trainer.train(draw, own, work, task);
      if (record.status() != Status.FAILED) {
        task.finish();
      }
    }
    AtomicFile.writeString(
        own.resolve("hyperparameters.json"),
        JsonWriter.pretty(JsonWriter.of(Map.of(draw.name(), draw.json()))),
        false);
    if (record.status() != Status.FAILED) {
      record.write(own);
      WorkFolder.delete(work);
    }
    ended.accept(record);
    return record;
  }

  /// The record of a run that has ended before.
  ///
  /// @throws RecipeException if it was of another sweep
  public Optional<RunRecord> ended(Draw draw) {
    Optional<RunRecord> before = RunRecord.read(folder.resolve(draw.name()));
    before.ifPresent(record -> {
      if (!record.identity().equals(identity)
          || !record.hyperparameters().equals(new LinkedHashMap<>(draw.json()))) {
        throw another(folder.resolve(draw.name()));
      }
    });
    return before;
  }

  /// What is needed only until the sweep is finished.
  public Path work() {
    return folder.resolve(".stockpot");
  }

  /// SHA-256 of files in a folder, by name.
  static SequencedMap<String, String> hashes(Path folder, List<String> names) {
    SequencedMap<String, String> hashes = new LinkedHashMap<>();
    names.forEach(name -> hashes.put(name, Sha256.ofFile(folder.resolve(name), _ -> {})));
    return hashes;
  }

  static RecipeException another(Path where) {
    return new RecipeException(
        where
            + ": is of another sweep: the base, the network, the data, an option or the"
            + " hyperparameters have changed since; choose another folder with -o, or delete it");
  }
}
