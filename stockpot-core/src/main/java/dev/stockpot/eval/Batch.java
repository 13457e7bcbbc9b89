package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Inputs for a model.
///
/// @param size number of examples
/// @param inputs by the model's name for them; `""` for the only input, where a set does not name
///   it
public record Batch(int size, SequencedMap<String, Input> inputs) {

  /// One input of a model.
  ///
  /// @param dtype element type
  /// @param shape the number of examples first
  /// @param data direct, in native order; valid as long as the arena in which it was made
  public record Input(DType dtype, List<Long> shape, ByteBuffer data) {
    public Input {
      shape = List.copyOf(shape);
    }
  }

  public Batch {
    inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
  }

  /// A batch for a model with one input.
  public Batch(Input only) {
    this(Math.toIntExact(only.shape().getFirst()), new LinkedHashMap<>(Map.of("", only)));
  }

  /// The input of that name, or the only one if it has none.
  ///
  /// @throws EvaluationException naming what there is, if it is not there
  public Input input(String name) {
    Input unnamed = inputs.size() == 1 ? inputs.get("") : null;
    Input input = unnamed == null ? inputs.get(name) : unnamed;
    if (input == null) {
      throw new EvaluationException(
          "the model takes an input '%s', but the set has %s; name the set's inputs as the model does"
              .formatted(name, inputs.keySet()));
    }
    return input;
  }
}
