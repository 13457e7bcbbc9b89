package dev.stockpot.search;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Targets;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.List;
import java.util.Random;

/// Random inputs, and classes that depend on them.
final class SoftmaxExamples implements Dataset {
  static final int COUNT = 40;

  private final float[] values = new float[3 * COUNT];
  private final Targets targets;

  SoftmaxExamples() {
    int[] labels = new int[COUNT];
    Random random = new Random(5);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < COUNT; i++) {
      labels[i] = values[3 * i] + 0.5 * random.nextGaussian() > 0 ? 1 : 0;
    }
    targets = new Targets.Classes(labels);
  }

  /// Zeros, with other targets.
  SoftmaxExamples(Targets targets) {
    this.targets = targets;
  }

  @Override
  public String name() {
    return "select";
  }

  @Override
  public int size() {
    return COUNT;
  }

  @Override
  public Targets targets() {
    return targets;
  }

  @Override
  public long exampleBytes() {
    return 12;
  }

  @Override
  public Batch batch(int[] examples, Arena arena) {
    ByteBuffer data =
        arena.allocate(12L * examples.length).asByteBuffer().order(ByteOrder.nativeOrder());
    for (int example : examples) {
      for (int j = 0; j < 3; j++) {
        data.putFloat(values[3 * example + j]);
      }
    }
    return new Batch(new Batch.Input(DType.F32, List.of((long) examples.length, 3L), data.flip()));
  }

  @Override
  public void digest(int example, MessageDigest digest) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
