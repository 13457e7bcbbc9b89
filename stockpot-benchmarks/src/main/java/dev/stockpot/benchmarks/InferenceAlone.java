package dev.stockpot.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/// How long ONNX Runtime takes for the bundled network when nothing else is done: the same batches
/// and threads as `cook`, from memory, by ONNX Runtime's own interface.
///
/// @param batch 256 random examples
record InferenceAlone(OrtSession session, String input, OnnxTensor batch) implements AutoCloseable {
  private static final int EXAMPLES = 256;
  private static final int PIXELS = 64;
  private static final int BATCHES = 1000;
  private static final int WARM_UP = 100;

  /// The network of `examples/digits`.
  static InferenceAlone of(Path digits) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    FloatBuffer pixels =
        ByteBuffer.allocateDirect(Float.BYTES * EXAMPLES * PIXELS)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    SplittableRandom random = new SplittableRandom(1);
    while (pixels.hasRemaining()) {
      pixels.put((float) random.nextDouble());
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
      options.setInterOpNumThreads(1);
      options.setDeterministicCompute(true);
      OrtSession session =
          environment.createSession(digits.resolve("model.onnx").toString(), options);
      OnnxTensor batch =
          OnnxTensor.createTensor(environment, pixels.flip(), new long[] {EXAMPLES, 1, 8, 8});
      return new InferenceAlone(session, session.getInputNames().iterator().next(), batch);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Seconds per example, from a thousand batches.
  double secondsPerExample() {
    run(WARM_UP);
    long start = System.nanoTime();
    run(BATCHES);
    return (System.nanoTime() - start) / 1e9 / BATCHES / EXAMPLES;
  }

  @Override
  public void close() {
    batch.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private void run(int batches) {
    try {
      for (int i = 0; i < batches; i++) {
        session.run(Map.of(input, batch)).close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
