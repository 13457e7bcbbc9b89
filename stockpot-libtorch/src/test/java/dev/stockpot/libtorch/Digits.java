package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/// The bundled family of digit classifiers.
final class Digits {
  static final Path FOLDER = Path.of("..", "examples", "digits");

  static final InputSpec INPUT =
      new InputSpec(InputSpec.Layout.NCHW, 16, List.of(0.0), List.of(1.0));

  static final EvaluatorSpec.Network NETWORK = network("torchscript", "model.ts.pt");

  private Digits() {}

  static EvaluatorSpec.Network network(String engine, String file) {
    return new EvaluatorSpec.Network(engine, FOLDER.resolve(file), List.of());
  }

  /// A model's weights, such as those of `ft-03`.
  static Checkpoint open(String name) {
    return Checkpoints.open(FOLDER.resolve(name + ".safetensors"));
  }

  static SetSpec set(String name) {
    return new SetSpec(
        name,
        name.equals("select") ? Role.SELECT : Role.ID,
        new SetSpec.Source.Arrays(
            FOLDER.resolve("data/" + name + "-x.npy"), FOLDER.resolve("data/" + name + "-y.npy")));
  }

  /// The first examples of a set.
  static Batch batch(String set, int size, Arena arena) {
    try (Dataset data = Datasets.open(set(set), INPUT)) {
      return data.batch(IntStream.range(0, size).toArray(), arena);
    }
  }
}
