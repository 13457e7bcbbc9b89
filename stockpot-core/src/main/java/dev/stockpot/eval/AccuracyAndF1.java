package dev.stockpot.eval;

/// The mean of accuracy and F1, for the labels 0 and 1: what GLUE reports of paraphrases.
///
/// @see <a href="https://arxiv.org/abs/1804.07461">Wang et al. 2018, GLUE: MRPC and QQP</a>
public record AccuracyAndF1() implements ConfusionMetric {

  @Override
  public String name() {
    return "accuracy-f1";
  }

  /// Where no label is above 1.
  @Override
  public boolean fits(Targets targets) {
    return F1.isBinary(targets);
  }

  @Override
  public double of(Confusion confusion) {
    return (confusion.accuracy() + F1.ofPositive(confusion)) / 2;
  }
}
