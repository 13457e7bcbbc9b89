package dev.stockpot.eval;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Safetensors;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A linear classifier: logits are `weight · x`, with a weight of classes × inputs.
///
/// @param limit largest batch
/// @param batches sizes of those that were run, in order
/// @param events what was loaded and closed, in order
record LinearEngine(int limit, List<Integer> batches, List<String> events) implements Engine {

  LinearEngine(int limit) {
    this(limit, new ArrayList<>(), new ArrayList<>());
  }

  static Path checkpoint(Path file, int classes, float... weight) {
    TensorSpec spec =
        new TensorSpec(
            "weight", DType.F32, List.of((long) classes, (long) weight.length / classes));
    ByteBuffer data = ByteBuffer.allocate(4 * weight.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(weight);
    try (CheckpointWriter writer =
        new Safetensors().create(file, List.of(spec), Map.of(), Durability.CACHED)) {
      writer.write("weight", 0, data);
      writer.commit();
    }
    return file;
  }

  @Override
  public List<String> check(Checkpoint weights) {
    return List.of("checked " + weights.path().getFileName());
  }

  @Override
  public Model load(Checkpoint weights) {
    events.add("load");
    float[] weight = weights.tensor("weight").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    int classes = Math.toIntExact(weights.tensors().get("weight").shape().getFirst());
    return new Linear(weight, classes);
  }

  @Override
  public void close() {
    events.add("close engine");
  }

  private final class Linear implements Model {
    private final float[] weight;
    private final int classes;

    Linear(float[] weight, int classes) {
      this.weight = weight;
      this.classes = classes;
    }

    @Override
    public int batchLimit() {
      return limit;
    }

    @Override
    public Output run(Batch batch) {
      batches.add(batch.size());
      FloatBuffer data = batch.input("x").data().asFloatBuffer();
      int inputs = weight.length / classes;
      float[] outputs = new float[batch.size() * classes];
      for (int i = 0; i < outputs.length; i++) {
        for (int input = 0; input < inputs; input++) {
          outputs[i] +=
              data.get(i / classes * inputs + input) * weight[i % classes * inputs + input];
        }
      }
      return new Output(
          List.of((long) batch.size(), (long) classes), MemorySegment.ofArray(outputs));
    }

    @Override
    public void close() {
      events.add("close model");
    }
  }
}
