package dev.stockpot.train;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.work.Workers;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.ModelStock;
import dev.stockpot.method.ModelStock.Angle;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.train.RunRecord.Status;
import dev.stockpot.train.Search.Draw;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Model Stock during training: all runs train for a period, each from the merged weights of the last
/// and with its own seed; then they are merged, pulled towards the base.
///
///     w ← stock(w₀; w₁ … w_K)
///
/// After each merge what is needed to go on is on disk, in a folder that appears whole.
///
/// @param sweep where and how
/// @param stock the period, and what becomes of the optimizers
/// @param base the anchor `w₀`
/// @see <a href="https://arxiv.org/abs/2403.19522">Jang, Yun and Han 2024</a>
record StockSweep(Sweep sweep, SweepSpec.Stock stock, Path base) {
  /// Name of the merged model's folder.
  static final String NAME = "stock";

  private static final String MODEL = "model.safetensors";
  private static final String PERIOD = "period-";

  /// Carries all runs out.
  ///
  /// @return a record for each, and one for the merged model
  List<RunRecord> run(List<Draw> draws, Trainer trainer) {
    Optional<List<RunRecord>> before = ended(draws);
    if (before.isPresent()) {
      return before.get();
    }
    int jobs = trainer.isParallel() ? Math.min(sweep.jobs(), draws.size()) : 1;
    int epochs = new Hyperparameters(draws.getFirst().values()).allEpochs();
    long amount = (long) epochs * trainer.examples() * draws.size();
    List<Run> runs = new ArrayList<>();
    try (Progress.Task task =
        sweep.progress().begin("fine-tuning", new Progress.Total(amount, Progress.Unit.EXAMPLES))) {
      for (Draw draw : draws) {
        runs.add(new Run(draw, trainer.begin(new Hyperparameters(draw.values()))));
      }
      SequencedMap<String, Double> measured = train(runs, epochs, trainer.examples(), jobs, task);
      return records(runs, measured);
    } finally {
      runs.forEach(run -> run.training().close());
    }
  }

  /// The records of a sweep that has ended before.
  ///
  /// @throws RecipeException if it had other runs: each run went through all others' weights
  private Optional<List<RunRecord>> ended(List<Draw> draws) {
    List<RunRecord> records = new ArrayList<>();
    for (Draw draw : draws) {
      sweep.ended(draw).ifPresent(records::add);
    }
    Optional<RunRecord> merged = RunRecord.read(sweep.folder().resolve(NAME));
    if (records.size() < draws.size()) {
      if (merged.isPresent()) {
        throw new RecipeException(
            sweep.folder()
                + ": holds a finished sweep with 'stock', whose runs were merged with each other,"
                + " so none can be added; choose another folder with -o, or delete it");
      }
      return Optional.empty();
    }
    merged.ifPresent(records::add);
    return Optional.of(records);
  }

  private SequencedMap<String, Double> train(
      List<Run> runs, int epochs, int examples, int jobs, Progress.Task task) {
    int done = restore(runs);
    task.skip((long) done * examples * runs.size());
    SequencedMap<String, Double> measured = new LinkedHashMap<>();
    while (done < epochs) {
      int until = Math.min(epochs, done + stock.epochs());
      int begin = done;
      Workers.map(
          jobs,
          runs,
          run -> {
            long amount = (long) (until - begin) * examples;
            Progress.Total total = new Progress.Total(amount, Progress.Unit.EXAMPLES);
            Progress.Task own = sweep.progress().beginOneOfSeveral(run.draw().name(), total);
            try (RunProgress both = new RunProgress(own, task, amount)) {
              for (int epoch = begin; epoch < until && run.isFinite(); epoch++) {
                run.epochs().add(run.training().next(both));
              }
              both.finish();
            }
            return run;
          });
      List<Run> finite = runs.stream().filter(Run::isFinite).toList();
      if (finite.isEmpty()) {
        return measured;
      }
      try (WorkFolder work = WorkFolder.beside(sweep.work().resolve(NAME))) {
        Path merged = merge(finite, work.path());
        try (Checkpoint checkpoint = Checkpoints.open(merged)) {
          // The last period's own weights are the runs' results.
          boolean last = until == epochs;
          for (Run run : finite) {
            if (last) {
              run.write(sweep.folder());
            }
            run.training().replace(checkpoint, stock.keepOptimizer());
          }
        }
        measured = finite.getFirst().training().measure();
        if (until < epochs) {
          save(runs, until, work.path());
        } else {
          move(merged, sweep.folder().resolve(NAME).resolve(MODEL));
        }
      }
      done = until;
    }
    return measured;
  }

  private Path merge(List<Run> runs, Path work) {
    List<Checkpoint> opened = new ArrayList<>();
    try {
      opened.add(Checkpoints.open(base));
      for (Run run : runs) {
        Path own = work.resolve(run.draw().name());
        run.training().write(own);
        opened.add(Checkpoints.open(own.resolve(MODEL)));
      }
      List<Checkpoint> ingredients = opened.subList(1, opened.size());
      Path merged = work.resolve(MODEL);
      if (ingredients.size() == 1) {
        return ingredients.getFirst().path();
      }
      MergePlan plan =
          MergePlan.of(
              opened.getFirst(),
              ingredients,
              new ModelStock(ingredients.size(), Angle.MEAN_ANGLE, false),
              Optional.empty());
      new MergeExecutor(1, Progress.NONE).execute(plan, merged, false, Durability.SYNCED);
      return merged;
    } finally {
      opened.forEach(Checkpoint::close);
    }
  }

  /// Saves all runs at the end of a period, beside, and has the folder appear.
  private void save(List<Run> runs, int done, Path work) {
    Path beside = work.resolve("states");
    for (Run run : runs) {
      run.training()
          .save(
              beside.resolve(run.draw().name() + ".safetensors"),
              EpochTrainer.metadata(run.epochs(), sweep.identity()));
    }
    move(beside, sweep.work().resolve(PERIOD + done));
    if (done > stock.epochs()) {
      WorkFolder.delete(sweep.work().resolve(PERIOD + (done - stock.epochs())));
    }
  }

  /// The last period that was saved.
  private int restore(List<Run> runs) {
    int done = 0;
    int epochs = new Hyperparameters(runs.getFirst().draw().values()).allEpochs();
    for (int period = stock.epochs(); period < epochs; period += stock.epochs()) {
      if (Files.isDirectory(sweep.work().resolve(PERIOD + period))) {
        done = period;
      }
    }
    if (done > 0) {
      Path folder = sweep.work().resolve(PERIOD + done);
      for (Run run : runs) {
        Path state = folder.resolve(run.draw().name() + ".safetensors");
        run.epochs()
            .addAll(EpochTrainer.history(state, run.training().restore(state), sweep.identity()));
      }
    }
    return done;
  }

  private List<RunRecord> records(List<Run> runs, SequencedMap<String, Double> measured) {
    List<RunRecord> records = new ArrayList<>();
    for (Run run : runs) {
      records.add(
          new RunRecord(
              run.draw().name(),
              new LinkedHashMap<>(run.draw().json()),
              run.isFinite() ? Status.FINISHED : Status.DIVERGED,
              run.isFinite()
                  ? Optional.empty()
                  : Optional.of("the loss was not finite in epoch " + run.epochs().size()),
              run.epochs(),
              run.isFinite() ? run.epochs().getLast().select() : new LinkedHashMap<>(),
              Sweep.hashes(sweep.folder().resolve(run.draw().name()), run.files()),
              sweep.identity()));
    }
    if (Files.exists(sweep.folder().resolve(NAME).resolve(MODEL))) {
      records.add(
          new RunRecord(
              NAME,
              new LinkedHashMap<>(),
              Status.FINISHED,
              Optional.empty(),
              List.of(),
              measured,
              Sweep.hashes(sweep.folder().resolve(NAME), List.of(MODEL)),
              sweep.identity()));
    }
    for (RunRecord record : records) {
      Path own = sweep.folder().resolve(record.name());
      AtomicFile.writeString(
          own.resolve("hyperparameters.json"),
          JsonWriter.pretty(JsonWriter.of(Map.of(record.name(), record.hyperparameters()))),
          false);
      record.write(own);
      sweep.ended().accept(record);
    }
    return records;
  }

  private static void move(Path from, Path to) {
    try {
      Files.createDirectories(to.toAbsolutePath().getParent());
      if (Files.isDirectory(to)) {
        WorkFolder.delete(to);
      }
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A run under way.
  ///
  /// @param epochs that are done
  /// @param files that are written
  private record Run(Draw draw, Training training, List<Epoch> epochs, List<String> files) {
    Run(Draw draw, Training training) {
      this(draw, training, new ArrayList<>(), new ArrayList<>());
    }

    boolean isFinite() {
      return epochs.isEmpty() || epochs.getLast().isFinite();
    }

    void write(Path folder) {
      files.addAll(training.write(folder.resolve(draw.name())));
    }
  }
}
