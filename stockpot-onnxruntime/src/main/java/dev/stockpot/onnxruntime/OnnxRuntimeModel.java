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
import dev.stockpot.eval.Output;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A session with the weights of one candidate.
final class OnnxRuntimeModel implements Engine.Model {
  private final OnnxGraph graph;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Runnable release;
  private final Map<String, TensorInfo> inputs = new LinkedHashMap<>();
  private final String output;
  private final int batchLimit;
  private boolean closed;

  /// Takes over a session.
  ///
  /// @param wanted name of the output that holds predictions; the first, if left out
  /// @param release frees the weights, once the session is closed
  OnnxRuntimeModel(
      OnnxGraph graph,
      Optional<String> wanted,
      OrtEnvironment environment,
      OrtSession session,
      Runnable release)
      throws OrtException {
    this.graph = graph;
    this.environment = environment;
    this.session = session;
    this.release = release;
    try {
      for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
        if (!(input.getValue().getInfo() instanceof TensorInfo info)) {
          throw error(
              "input '" + input.getKey() + "' is " + input.getValue().getInfo() + ", not a tensor");
        }
        inputs.put(input.getKey(), info);
      }
      Set<String> outputs = session.getOutputNames();
      output = wanted.orElseGet(() -> outputs.iterator().next());
      if (!outputs.contains(output)) {
        throw error("no output '" + output + "'; the graph has " + String.join(", ", outputs));
      }
      batchLimit =
          inputs.values().stream()
              .map(TensorInfo::getShape)
              .filter(shape -> shape.length > 0 && shape[0] > 0)
              .mapToInt(shape -> (int) Math.min(shape[0], Integer.MAX_VALUE))
              .min()
              .orElse(Integer.MAX_VALUE);
    } catch (OrtException | RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  @Override
  public int batchLimit() {
    return batchLimit;
  }

  @Override
  public Output run(Batch batch) {
    if (batch.size() < 1 || batch.size() > batchLimit()) {
      throw new IllegalArgumentException(batch.size() + " examples, not 1 to " + batchLimit());
    }
    if (inputs.size() > 1 && batch.inputs().containsKey("")) {
      throw error(
          "takes %d inputs %s, but the set has one without a name; name each: x: {%s: …}"
              .formatted(inputs.size(), inputs.keySet(), String.join(": …, ", inputs.keySet())));
    }
    int rows = batchLimit() == Integer.MAX_VALUE ? batch.size() : batchLimit();
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (String name : inputs.keySet()) {
        tensors.put(name, tensor(name, batch.input(name), rows));
      }
      try (OrtSession.Result result = session.run(tensors, Set.of(output))) {
        return floats(result.get(0), batch.size(), rows);
      }
    } catch (OrtException e) {
      throw new EvaluationException(graph.path() + ": " + e.getMessage(), e);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
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

  /// An input of so many rows; those beyond the batch's are zero.
  private OnnxTensor tensor(String name, Batch.Input input, int rows) throws OrtException {
    TensorInfo info = inputs.get(name);
    checkInput(name, info, input);
    long[] shape = input.shape().stream().mapToLong(size -> size).toArray();
    ByteBuffer data = input.data().duplicate().order(ByteOrder.nativeOrder());
    if (shape[0] < rows) {
      int bytes = Math.multiplyExact(data.remaining() / Math.toIntExact(shape[0]), rows);
      shape[0] = rows;
      data = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).put(data).rewind();
    }
    return OnnxTensor.createTensor(environment, data, shape, info.type);
  }

  private void checkInput(String name, TensorInfo info, Batch.Input input) {
    long[] wanted = info.getShape();
    boolean fits = OnnxTypes.runtimeType(input.dtype()).filter(info.type::equals).isPresent();
    // An input of unknown rank has no sizes here, either.
    if (wanted.length > 0) {
      fits &= wanted.length == input.shape().size();
      for (int axis = 1; fits && axis < wanted.length; axis++) {
        fits = wanted[axis] < 0 || wanted[axis] == input.shape().get(axis);
      }
    }
    if (!fits) {
      throw error(
          "input '"
              + name
              + "' is "
              + describe(info)
              + ", but the examples are "
              + input.dtype()
              + " "
              + input.shape()
              + "; see input: (layout, scale) and the data's own shape");
    }
  }

  private Output floats(OnnxValue value, int examples, long rows) throws OrtException {
    if (!(value instanceof OnnxTensor tensor)) {
      throw noRows(value.getInfo().toString(), rows);
    }
    TensorInfo info = tensor.getInfo();
    long[] shape = info.getShape();
    if (shape.length < 1 || shape[0] != rows) {
      throw noRows(describe(info), rows);
    }
    FloatBuffer values =
        switch (info.type) {
          case FLOAT, FLOAT16, BFLOAT16 -> tensor.getFloatBuffer();
          case DOUBLE -> narrowed(tensor.getDoubleBuffer());
          case INT8, INT16, INT32, INT64, BOOL, STRING, UINT8, UNKNOWN ->
              throw noRows(describe(info), rows);
        };
    int each = Math.toIntExact(values.remaining() / rows);
    List<Long> sizes = new ArrayList<>(Arrays.stream(shape).boxed().toList());
    sizes.set(0, (long) examples);
    return new Output(sizes, MemorySegment.ofBuffer(values.slice(0, examples * each)));
  }

  private static FloatBuffer narrowed(DoubleBuffer values) {
    FloatBuffer floats = FloatBuffer.allocate(values.remaining());
    while (values.hasRemaining()) {
      floats.put((float) values.get());
    }
    return floats.flip();
  }

  private EvaluationException noRows(String found, long rows) {
    return error(
        "the output '"
            + output
            + "' is "
            + found
            + "; predictions are floats of shape ["
            + rows
            + ", …]; another is chosen with evaluator: {output: NAME}");
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
