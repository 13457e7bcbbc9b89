package dev.stockpot.train;

import dev.stockpot.merge.RandomBits;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// How a hyperparameter is drawn. What is drawn is a function of a stream of random numbers alone.
public sealed interface Distribution {
  /// Digits of what is drawn from an interval, so that it can be read, and typed again.
  MathContext DIGITS = new MathContext(5);

  /// One of several, each as likely as the others.
  record Choice(List<Value> values) implements Distribution {
    /// @throws IllegalArgumentException if there is none
    public Choice {
      values = List.copyOf(values);
      if (values.isEmpty()) {
        throw new IllegalArgumentException("a choice of nothing");
      }
    }

    @Override
    public Value draw(long stream) {
      return values.get((int) (RandomBits.uniform(stream, 0) * values.size()));
    }

    @Override
    public Optional<List<Value>> all() {
      return Optional.of(values);
    }

    @Override
    public List<Value> bounds() {
      return values;
    }
  }

  /// Between two numbers, rounded to five digits.
  record Uniform(double low, double high) implements Distribution {
    /// @throws IllegalArgumentException unless `low < high`
    public Uniform {
      ordered(low, high);
    }

    @Override
    public Value draw(long stream) {
      return rounded(low + RandomBits.uniform(stream, 0) * (high - low), low, high);
    }

    @Override
    public Optional<List<Value>> all() {
      return Optional.empty();
    }

    @Override
    public List<Value> bounds() {
      return List.of(new Value.Real(low), new Value.Real(high));
    }
  }

  /// Between two positive numbers, its logarithm uniform, rounded to five digits.
  record LogUniform(double low, double high) implements Distribution {
    /// @throws IllegalArgumentException unless `0 < low < high`
    public LogUniform {
      ordered(low, high);
      if (low <= 0) {
        throw new IllegalArgumentException("a logarithm needs numbers above 0, not " + low);
      }
    }

    @Override
    public Value draw(long stream) {
      return rounded(low * StrictMath.pow(high / low, RandomBits.uniform(stream, 0)), low, high);
    }

    @Override
    public Optional<List<Value>> all() {
      return Optional.empty();
    }

    @Override
    public List<Value> bounds() {
      return List.of(new Value.Real(low), new Value.Real(high));
    }
  }

  /// A whole number from `low` to `high`, both of which may come.
  record Integers(int low, int high) implements Distribution {
    /// @throws IllegalArgumentException unless `low < high`
    public Integers {
      ordered(low, high);
    }

    @Override
    public Value draw(long stream) {
      long count = (long) high - low + 1;
      return new Value.Real(low + Math.floor(RandomBits.uniform(stream, 0) * count));
    }

    @Override
    public Optional<List<Value>> all() {
      return Optional.empty();
    }

    @Override
    public List<Value> bounds() {
      return List.of(new Value.Real(low), new Value.Real(high));
    }
  }

  /// One distribution or another, such as "0 with probability ½, else log-uniform".
  record Mixture(List<Part> parts) implements Distribution {
    /// Probabilities may miss 1 by rounding in the file.
    private static final double TOLERANCE = 1e-6;

    /// @throws IllegalArgumentException unless the probabilities sum up to 1
    public Mixture {
      parts = List.copyOf(parts);
      double sum = parts.stream().mapToDouble(Part::probability).sum();
      if (Math.abs(sum - 1) > TOLERANCE) {
        throw new IllegalArgumentException(
            "the probabilities of a mixture sum up to "
                + new Value.Real(sum).text()
                + ", not to 1");
      }
    }

    @Override
    public Value draw(long stream) {
      double left = RandomBits.uniform(stream, 0);
      for (int i = 0; i < parts.size() - 1; i++) {
        left -= parts.get(i).probability();
        if (left < 0) {
          return parts.get(i).of().draw(RandomBits.stream(stream, i));
        }
      }
      return parts.getLast().of().draw(RandomBits.stream(stream, parts.size() - 1));
    }

    @Override
    public Optional<List<Value>> all() {
      return Optional.empty();
    }

    @Override
    public List<Value> bounds() {
      return parts.stream().flatMap(part -> part.of().bounds().stream()).toList();
    }
  }

  /// A part of a mixture.
  ///
  /// @param probability in (0, 1]
  record Part(double probability, Distribution of) {
    /// @throws IllegalArgumentException for a probability outside (0, 1]
    public Part {
      if (!(probability > 0 && probability <= 1)) {
        throw new IllegalArgumentException(
            "a probability is above 0 and at most 1, not " + new Value.Real(probability).text());
      }
    }
  }

  /// Draws a value.
  ///
  /// @param stream of random numbers, of which the first are taken
  Value draw(long stream);

  /// Every value, where a grid can go through them.
  Optional<List<Value>> all();

  /// Values between which, or among which, all lie.
  List<Value> bounds();

  private static void ordered(double low, double high) {
    if (!(low < high)) {
      String numbers =
          String.join(" and ", Stream.of(low, high).map(it -> new Value.Real(it).text()).toList());
      throw new IllegalArgumentException("the smaller number comes first, not " + numbers);
    }
  }

  private static Value rounded(double drawn, double low, double high) {
    return new Value.Real(Math.clamp(new BigDecimal(drawn).round(DIGITS).doubleValue(), low, high));
  }
}
