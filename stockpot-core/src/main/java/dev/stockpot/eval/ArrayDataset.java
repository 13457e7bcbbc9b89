package dev.stockpot.eval;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A set of examples in arrays: inputs mapped, targets in memory.
final class ArrayDataset implements Dataset {
  private final String name;
  private final SequencedMap<String, ArrayInput> inputs;
  private final Targets targets;

  /// @param inputs by the model's name for them; closed with this
  ArrayDataset(String name, SequencedMap<String, ArrayInput> inputs, Targets targets) {
    this.name = name;
    this.inputs = inputs;
    this.targets = targets;
  }

  /// Opens the files of a set.
  ///
  /// @param input how stored examples become batches
  /// @throws EvaluationException naming the file that cannot be used
  static ArrayDataset open(String name, SetSpec.Source.Arrays source, InputSpec input) {
    if (source.inputs().size() > 1 && !input.equals(InputSpec.AS_IS)) {
      throw new EvaluationException(
          "has the inputs %s, and several are handed on as they are; leave out 'input'"
              .formatted(String.join(", ", source.inputs().keySet())));
    }
    SequencedMap<String, ArrayInput> inputs = new LinkedHashMap<>();
    try {
      Targets targets = source.y().map(StoredTargets::read).orElseGet(() -> tokens(source));
      source
          .inputs()
          .forEach((key, path) ->
              inputs.put(key, input(StoredArrays.open(path, "x"), input, targets.size())));
      return new ArrayDataset(name, inputs, targets);
    } catch (RuntimeException | Error e) {
      inputs.values().forEach(ArrayInput::close);
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return targets.size();
  }

  @Override
  public Targets targets() {
    return targets;
  }

  @Override
  public long exampleBytes() {
    return inputs.values().stream().mapToLong(ArrayInput::exampleBytes).sum();
  }

  @Override
  public Batch batch(int[] examples, Arena arena) {
    SequencedMap<String, Batch.Input> batch = new LinkedHashMap<>();
    inputs.forEach((key, input) -> batch.put(key, input.batch(examples, arena)));
    return new Batch(examples.length, batch);
  }

  @Override
  public void digest(int example, MessageDigest digest) {
    inputs.values().forEach(input -> digest.update(input.stored(example).asByteBuffer()));
  }

  @Override
  public void close() {
    inputs.values().forEach(ArrayInput::close);
  }

  static ArrayInput input(StoredArray array, InputSpec input, int size) {
    try {
      return new ArrayInput(array, input, size);
    } catch (RuntimeException | Error e) {
      array.close();
      throw e;
    }
  }

  /// Of a set without targets: as many as there are examples.
  private static Targets tokens(SetSpec.Source.Arrays source) {
    Path path = source.inputs().firstEntry().getValue();
    try (StoredArray first = StoredArrays.open(path, "x")) {
      long size =
          first.tensor().spec().shape().isEmpty() ? 0 : first.tensor().spec().shape().getFirst();
      if (size < 1 || size > Integer.MAX_VALUE) {
        throw new EvaluationException(
            "%s: shape %s; the first axis must be the examples, 1 to 2147483647"
                .formatted(first.where(), first.tensor().spec().shape()));
      }
      return new Targets.Tokens((int) size);
    }
  }
}
