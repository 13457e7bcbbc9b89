package dev.stockpot.eval;

/// How often each class was predicted, and how often rightly.
///
/// @param examples their number
/// @param correct by class: how many examples of it were predicted to be of it
/// @param predicted by class: how many examples were predicted to be of it
/// @param actual by class: how many examples are of it
@SuppressWarnings("ArrayRecordComponent") // Counts that are made and used up at once.
public record Confusion(int examples, int[] correct, int[] predicted, int[] actual) {

  /// Counts.
  ///
  /// @param predicted a class per example; -1, where there is none, is a class of its own, which no
  ///   example is of
  /// @param labels one per example
  public static Confusion of(double[] predicted, int[] labels) {
    int most = 0;
    for (int i = 0; i < labels.length; i++) {
      most = Math.max(most, Math.max((int) predicted[i], labels[i]));
    }
    int none = most + 1;
    Confusion counts =
        new Confusion(labels.length, new int[none + 1], new int[none + 1], new int[none + 1]);
    for (int i = 0; i < labels.length; i++) {
      int given = predicted[i] < 0 ? none : (int) predicted[i];
      counts.predicted[given]++;
      counts.actual[labels[i]]++;
      counts.correct[given] += given == labels[i] ? 1 : 0;
    }
    return counts;
  }

  /// Number of classes, those that do not occur among them.
  public int classes() {
    return correct.length;
  }

  /// Whether any example is of a class, or was predicted to be.
  public boolean occurs(int label) {
    return predicted[label] + actual[label] > 0;
  }

  /// The share of examples that were predicted rightly.
  public double accuracy() {
    int right = 0;
    for (int each : correct) {
      right += each;
    }
    return (double) right / examples;
  }

  /// The harmonic mean of precision and recall of a class; 0 if it does not occur.
  public double f1(int label) {
    return occurs(label) ? 2.0 * correct[label] / (predicted[label] + actual[label]) : 0;
  }
}
