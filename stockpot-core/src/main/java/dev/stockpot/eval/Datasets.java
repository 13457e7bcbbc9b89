package dev.stockpot.eval;

/// Opens the sets that a file names.
public final class Datasets {
  private Datasets() {}

  /// Opens the files of a set.
  ///
  /// @param input how stored examples become batches
  /// @throws EvaluationException naming the set and the file that cannot be used
  public static Dataset open(SetSpec set, InputSpec input) {
    try {
      return switch (set.source()) {
        case SetSpec.Source.Arrays arrays -> ArrayDataset.open(set.name(), arrays, input);
        case SetSpec.Source.Images images ->
            ImageDataset.open(set.name(), images, input, PixelMemory.SHARED);
        case SetSpec.Source.Columns columns -> ColumnsDataset.open(set.name(), columns, input);
        case SetSpec.Source.Sentences sentences ->
            SentencesDataset.open(set.name(), sentences, input);
        case SetSpec.Source.Text(String data) ->
            throw new EvaluationException(
                "is the string '"
                    + data
                    + "', which only a command understands;"
                    + " a network needs arrays: {x: inputs.npy, y: labels.npy}");
      };
    } catch (EvaluationException e) {
      throw new EvaluationException("set '" + set.name() + "': " + e.getMessage(), e);
    }
  }
}
