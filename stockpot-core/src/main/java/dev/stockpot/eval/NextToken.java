package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// The head of a language model: of its logits, [examples, tokens, vocabulary], only two numbers
/// per example are kept, the sum of the negative log-likelihoods of its tokens and their number.
///
/// The logits at a place are for the token at the next one. A token counts if it and the one before
/// are none of padding, whose `attention_mask` is 0; without such an input none is padding.
record NextToken() implements Head {
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";

  @Override
  public Predictions of(Output output, Batch batch) {
    Batch.Input ids = batch.input(IDS);
    List<Long> shape = output.shape();
    if (shape.size() != 3 || !shape.subList(0, 2).equals(ids.shape())) {
      throw new EvaluationException(
          "the model gave %s for %s of shape %s; a language model's output is [examples, tokens,"
                  .formatted(shape, IDS, ids.shape())
              + " vocabulary]");
    }
    int tokens = Math.toIntExact(shape.get(1));
    int vocabulary = Math.toIntExact(shape.get(2));
    float[] rows = new float[2 * batch.size()];
    for (int example = 0; example < batch.size(); example++) {
      double losses = 0;
      int counted = 0;
      for (int place = example * tokens; place < (example + 1) * tokens - 1; place++) {
        if (isReal(batch, place) && isReal(batch, place + 1)) {
          long token = integer(ids, place + 1);
          if (token < 0 || token >= vocabulary) {
            throw new EvaluationException(
                "an example has the token %d, but the model has a vocabulary of %d; use the model's"
                        .formatted(token, vocabulary)
                    + " own tokenizer");
          }
          losses += loss(output, (long) place * vocabulary, vocabulary, token);
          counted++;
        }
      }
      rows[2 * example] = (float) losses;
      rows[2 * example + 1] = counted;
    }
    return new Predictions(batch.size(), 2, MemorySegment.ofArray(rows));
  }

  private static boolean isReal(Batch batch, int place) {
    Batch.Input mask = batch.inputs().get(MASK);
    return mask == null || integer(mask, place) != 0;
  }

  private static long integer(Batch.Input input, int place) {
    ByteBuffer data = input.data().duplicate().order(ByteOrder.nativeOrder());
    if (input.dtype() == DType.I64) {
      return data.getLong(data.position() + 8 * place);
    }
    if (input.dtype() == DType.I32) {
      return data.getInt(data.position() + 4 * place);
    }
    throw new EvaluationException(
        "the set's tokens are " + input.dtype() + "; they need to be I64 or I32");
  }

  /// `Math.exp` is one function for a JVM, compiled or not, and many times faster than
  /// `StrictMath`'s where there is one for each word of a vocabulary.
  private static double loss(Output output, long first, int vocabulary, long token) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int word = 0; word < vocabulary; word++) {
      largest = Math.max(largest, output.at(first + word));
    }
    double sum = 0;
    for (int word = 0; word < vocabulary; word++) {
      sum += Math.exp(output.at(first + word) - (double) largest);
    }
    return largest + Math.log(sum) - output.at(first + token);
  }
}
