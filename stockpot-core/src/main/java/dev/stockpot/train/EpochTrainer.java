package dev.stockpot.train;

import dev.stockpot.Progress;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.train.RunRecord.Status;
import dev.stockpot.train.Search.Draw;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Trains epoch by epoch; after each, what is needed to go on is on disk.
///
/// @param identity of what all runs depend on
record EpochTrainer(Trainer trainer, String identity) implements RunTrainer {
  private static final String STATE = "state.safetensors";
  private static final String HISTORY = "history";
  private static final String IDENTITY = "identity";

  @Override
  public long amount(Draw draw) {
    return (long) trainer.examples() * new Hyperparameters(draw.values()).allEpochs();
  }

  @Override
  public Progress.Unit unit() {
    return Progress.Unit.EXAMPLES;
  }

  @Override
  public RunRecord train(Draw draw, Path folder, Path work, Progress.Task task) {
    Hyperparameters hyperparameters = new Hyperparameters(draw.values());
    Path state = work.resolve(STATE);
    try (Training training = trainer.begin(hyperparameters)) {
      List<Epoch> epochs = new ArrayList<>();
      if (Files.isRegularFile(state)) {
        epochs.addAll(history(state, training.restore(state), identity));
        task.skip((long) epochs.size() * trainer.examples());
      }
      while (epochs.size() < hyperparameters.allEpochs()) {
        Epoch epoch = training.next(task);
        epochs.add(epoch);
        if (!epoch.isFinite()) {
          return record(draw, epochs, Map.of(), Optional.of(epoch));
        }
        if (epochs.size() < hyperparameters.allEpochs()) {
          training.save(state, metadata(epochs, identity));
        }
      }
      return record(draw, epochs, Sweep.hashes(folder, training.write(folder)), Optional.empty());
    }
  }

  private RunRecord record(
      Draw draw, List<Epoch> epochs, Map<String, String> files, Optional<Epoch> diverged) {
    return new RunRecord(
        draw.name(),
        new LinkedHashMap<>(draw.json()),
        diverged.isPresent() ? Status.DIVERGED : Status.FINISHED,
        diverged.map(epoch -> "the loss was not finite in epoch " + epoch.number()),
        epochs,
        diverged.isPresent() ? new LinkedHashMap<>() : epochs.getLast().select(),
        new LinkedHashMap<>(files),
        identity);
  }

  /// What is saved beside the weights.
  static SequencedMap<String, String> metadata(List<Epoch> epochs, String identity) {
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    List<Map<String, Object>> history = epochs.stream().map(Epoch::json).toList();
    metadata.put(HISTORY, JsonWriter.write(JsonWriter.of(history)));
    metadata.put(IDENTITY, identity);
    return metadata;
  }

  /// The epochs that were saved.
  ///
  /// @throws RecipeException if the run was of another sweep
  static List<Epoch> history(Path state, Map<String, String> metadata, String identity) {
    if (!identity.equals(metadata.get(IDENTITY))) {
      throw Sweep.another(state);
    }
    Json.Arr history = (Json.Arr) JsonReader.read(metadata.get(HISTORY));
    return history.elements().stream().map(Epoch::of).toList();
  }
}
