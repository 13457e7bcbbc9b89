package dev.stockpot.onnxruntime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.stockpot.checkpoint.OnnxGraph;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Engine;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.Logits;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// A session with the weights of one candidate.
final class OnnxRuntimeModel implements Engine.Model {
  private final OnnxGraph graph;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Runnable release;
  private final String input;
  private final TensorInfo inputInfo;
  private final String output;
  private boolean closed;

  /// Takes over a session.
  ///
  /// @param release frees the weights, once the session is closed
  OnnxRuntimeModel(
      OnnxGraph graph, OrtEnvironment environment, OrtSession session, Runnable release)
      throws OrtException {
    this.graph = graph;
    this.environment = environment;
    this.session = session;
    this.release = release;
    try {
      Map.Entry<String, NodeInfo> entry = session.getInputInfo().entrySet().iterator().next();
      input = entry.getKey();
      if (!(entry.getValue().getInfo() instanceof TensorInfo info)) {
        throw error("input '" + input + "' is " + entry.getValue().getInfo() + ", not a tensor");
      }
      inputInfo = info;
      output = session.getOutputNames().iterator().next();
    } catch (OrtException | RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  @Override
  public int batchLimit() {
    long[] shape = inputInfo.getShape();
    return shape.length == 0 || shape[0] < 1
        ? Integer.MAX_VALUE
        : (int) Math.min(shape[0], Integer.MAX_VALUE);
  }

  @Override
  public Logits logits(Batch batch) {
    if (batch.size() < 1 || batch.size() > batchLimit()) {
      throw new IllegalArgumentException(batch.size() + " examples, not 1 to " + batchLimit());
    }
    checkInput(batch);
    long[] shape = batch.shape().stream().mapToLong(size -> size).toArray();
    ByteBuffer data = batch.data().duplicate().order(ByteOrder.nativeOrder());
    if (batchLimit() != Integer.MAX_VALUE && shape[0] < batchLimit()) {
      int bytes = Math.multiplyExact(data.remaining() / batch.size(), batchLimit());
      shape[0] = batchLimit();
      data = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).put(data).rewind();
    }
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, data, shape, inputInfo.type);
        OrtSession.Result result = session.run(Map.of(input, tensor), Set.of(output))) {
      return logits(result.get(0), batch.size(), shape[0]);
    } catch (OrtException e) {
      throw new EvaluationException(graph.path() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    } finally {
      release.run();
    }
  }

  private void checkInput(Batch batch) {
    long[] wanted = inputInfo.getShape();
    boolean fits = OnnxTypes.runtimeType(batch.dtype()).filter(inputInfo.type::equals).isPresent();
    // An input of unknown rank has no sizes here, either.
    if (wanted.length > 0) {
      fits &= wanted.length == batch.shape().size();
      for (int axis = 1; fits && axis < wanted.length; axis++) {
        fits = wanted[axis] < 0 || wanted[axis] == batch.shape().get(axis);
      }
    }
    if (!fits) {
      throw error(
          "input '"
              + input
              + "' is "
              + describe(inputInfo)
              + ", but the examples are "
              + batch.dtype()
              + " "
              + batch.shape()
              + "; see input: (layout, scale) and the data's own shape");
    }
  }

  private Logits logits(OnnxValue value, int examples, long rows) throws OrtException {
    if (!(value instanceof OnnxTensor tensor)) {
      throw notLogits(value.getInfo().toString(), rows);
    }
    TensorInfo info = tensor.getInfo();
    long[] shape = info.getShape();
    if (shape.length != 2 || shape[0] != rows) {
      throw notLogits(describe(info), rows);
    }
    int classes = Math.toIntExact(shape[1]);
    FloatBuffer values =
        switch (info.type) {
          case FLOAT, FLOAT16, BFLOAT16 -> tensor.getFloatBuffer();
          case DOUBLE -> narrowed(tensor.getDoubleBuffer());
          case INT8, INT16, INT32, INT64, BOOL, STRING, UINT8, UNKNOWN ->
              throw notLogits(describe(info), rows);
        };
    return new Logits(
        examples, classes, MemorySegment.ofBuffer(values.slice(0, examples * classes)));
  }

  private static FloatBuffer narrowed(DoubleBuffer values) {
    FloatBuffer floats = FloatBuffer.allocate(values.remaining());
    while (values.hasRemaining()) {
      floats.put((float) values.get());
    }
    return floats.flip();
  }

  private EvaluationException notLogits(String found, long rows) {
    return error(
        "the first output '"
            + output
            + "' is "
            + found
            + "; logits are floats of shape ["
            + rows
            + ", classes]");
  }

  private EvaluationException error(String what) {
    return new EvaluationException(graph.path() + ": " + what);
  }

  private static String describe(TensorInfo info) {
    String sizes =
        Arrays.stream(info.getShape())
            .mapToObj(size -> size < 0 ? "any" : Long.toString(size))
            .collect(Collectors.joining(", ", "[", "]"));
    return OnnxTypes.name(info.type) + " " + sizes;
  }
}
