package dev.stockpot.eval;

import java.nio.file.Path;

/// Opens the sets that a file names.
public final class Datasets {
  private Datasets() {}

  /// Opens the files of a set.
  ///
  /// @param input how stored examples become batches
  /// @throws EvaluationException naming the set and the file that cannot be used
  public static Dataset open(SetSpec set, InputSpec input) {
    return switch (set.source()) {
      case SetSpec.Source.Arrays(Path x, Path y) -> ArrayDataset.open(set.name(), x, y, input);
      case SetSpec.Source.Text(String data) ->
          throw new EvaluationException(
              "set '"
                  + set.name()
                  + "': is the string '"
                  + data
                  + "', which only a command understands;"
                  + " a network needs arrays: {x: inputs.npy, y: labels.npy}");
    };
  }
}
