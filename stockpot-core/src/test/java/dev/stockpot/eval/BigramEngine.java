package dev.stockpot.eval;

import dev.stockpot.checkpoint.Checkpoint;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.LongBuffer;
import java.util.List;

/// A language model that knows the token before: logits are its row of `weight`, words × words.
///
/// @param limit largest batch
record BigramEngine(int limit) implements Engine {

  @Override
  public List<String> check(Checkpoint weights) {
    return List.of();
  }

  @Override
  public Model load(Checkpoint weights) {
    float[] weight = weights.tensor("weight").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    int words = Math.toIntExact(weights.tensors().get("weight").shape().getFirst());
    return new Bigrams(limit, weight, words);
  }

  @Override
  public void close() {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Bigrams(int batchLimit, float[] weight, int words) implements Model {

    @Override
    public Output run(Batch batch) {
      Batch.Input input = batch.input("input_ids");
      LongBuffer ids = input.data().asLongBuffer();
      float[] outputs = new float[ids.remaining() * words];
      for (int i = 0; i < ids.remaining(); i++) {
        System.arraycopy(weight, (int) ids.get(i) * words, outputs, i * words, words);
      }
      return new Output(
          List.of(input.shape().getFirst(), input.shape().get(1), (long) words),
          MemorySegment.ofArray(outputs));
    }

    @Override
    public void close() {}
  }
}
