package dev.stockpot.eval;

import java.util.Arrays;

/// What the examples of a set should give.
@SuppressWarnings("ArrayRecordComponent") // Millions of plain numbers; they are not compared.
public sealed interface Targets {

  /// Number of examples.
  int size();

  /// Those of some examples, in that order.
  Targets of(int[] examples);

  /// One class per example, each at least 0.
  record Classes(int[] labels) implements Targets {
    @Override
    public int size() {
      return labels.length;
    }

    @Override
    public Classes of(int[] examples) {
      return new Classes(Arrays.stream(examples).map(example -> labels[example]).toArray());
    }
  }

  /// One number per example.
  record Values(double[] values) implements Targets {
    @Override
    public int size() {
      return values.length;
    }

    @Override
    public Values of(int[] examples) {
      return new Values(Arrays.stream(examples).mapToDouble(example -> values[example]).toArray());
    }
  }

  /// The inputs themselves: each token is the target of those before it.
  ///
  /// @param size number of examples
  record Tokens(int size) implements Targets {
    @Override
    public Tokens of(int[] examples) {
      return new Tokens(examples.length);
    }
  }
}
