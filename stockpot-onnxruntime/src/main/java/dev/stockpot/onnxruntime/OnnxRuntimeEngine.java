package dev.stockpot.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.OnnxGraph;
import dev.stockpot.checkpoint.Tensor;
import dev.stockpot.checkpoint.ValueBinding;
import dev.stockpot.checkpoint.Widening;
import dev.stockpot.eval.Engine;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.Names;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Runs an ONNX model in ONNX Runtime. The graph is read once; each candidate gets a session whose
/// weights are views of the candidate's own memory.
///
/// Weights go in through `addExternalInitializers`, before the graph is optimised. The similar
/// `addInitializer` is silently wrong when optimisations are on: they have already used the values
/// in the graph.
final class OnnxRuntimeEngine implements Engine {
  private final EvaluatorSpec.Network network;
  private final int threads;
  private final OnnxGraph graph;
  private final Optional<ValueBinding> bound;
  private final OrtEnvironment environment;
  private Set<String> stubFilled = Set.of();
  private byte[] stub = {};

  /// Opens a graph.
  ///
  /// @param threads to compute one batch with
  /// @throws CheckpointException if it cannot be read
  /// @throws EvaluationException if the values of the checkpoint it is bound to do not tell what
  ///   fills every initializer
  OnnxRuntimeEngine(EvaluatorSpec.Network network, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads");
    }
    this.network = network;
    this.threads = threads;
    graph = new OnnxGraph(network.graph());
    try {
      bound = network.bind().map(base -> WeightBinding.byValue(network, base));
      environment = OnnxRuntimeLoader.environment();
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  @Override
  public List<String> check(Checkpoint weights) {
    List<String> notes = new ArrayList<>();
    bound.ifPresent(binding ->
        Names.note(graph.path() + ": bound by value", binding.found()).ifPresent(notes::add));
    notes.addAll(WeightBinding.of(graph, network.constants(), named(weights)).notes());
    return notes;
  }

  @Override
  public Model load(Checkpoint checkpoint) {
    Checkpoint weights = named(checkpoint);
    WeightBinding binding = WeightBinding.of(graph, network.constants(), weights);
    Arena arena = Arena.ofShared();
    Map<String, OnnxTensorLike> tensors = new HashMap<>();
    Runnable release =
        () -> {
          tensors.values().forEach(tensor -> ((OnnxTensor) tensor).close());
          arena.close();
        };
    try {
      for (Map.Entry<String, DType> entry : binding.filled().entrySet()) {
        Tensor tensor = weights.tensor(entry.getKey());
        tensors.put(entry.getKey(), runtimeTensor(tensor, entry.getValue(), arena));
      }
      return new OnnxRuntimeModel(
          graph, network.output(), environment, session(binding, tensors), release);
    } catch (OrtException e) {
      release.run();
      throw new EvaluationException(graph.path() + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      release.run();
      throw e;
    }
  }

  @Override
  public void close() {
    graph.close();
  }

  private OrtSession session(WeightBinding binding, Map<String, OnnxTensorLike> tensors)
      throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setDeterministicCompute(true);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path", graph.folder().toString());
      options.addExternalInitializers(tensors);
      return environment.createSession(model(binding.filled().keySet()), options);
    }
  }

  /// The same checkpoint with the graph's names.
  private Checkpoint named(Checkpoint weights) {
    return bound.map(binding -> binding.apply(weights)).orElse(weights);
  }

  /// The stub for these names; candidates of one family have the same.
  private synchronized byte[] model(Set<String> filled) {
    if (stub.length == 0 || !stubFilled.equals(filled)) {
      stub = graph.stub(filled);
      stubFilled = Set.copyOf(filled);
    }
    return stub;
  }

  private OnnxTensor runtimeTensor(Tensor tensor, DType dtype, Arena arena) throws OrtException {
    long[] shape = tensor.spec().shape().stream().mapToLong(size -> size).toArray();
    return OnnxTensor.createTensor(
        environment,
        runtimeData(tensor, dtype, arena).asByteBuffer().order(ByteOrder.nativeOrder()),
        shape,
        OnnxTypes.runtimeType(dtype).orElseThrow());
  }

  /// The tensor's own memory where that will do: elements as wanted, where kernels may read them.
  private static MemorySegment runtimeData(Tensor tensor, DType dtype, Arena arena) {
    MemorySegment data = tensor.data();
    DType stored = tensor.spec().dtype();
    boolean aligned = data.address() % dtype.bytes() == 0;
    if (stored == dtype && aligned && data.isNative()) {
      return data;
    }
    MemorySegment copy = arena.allocate(tensor.spec().withDType(dtype).bytes(), 64);
    if (stored == dtype) {
      copy.copyFrom(data);
    } else {
      Widening.copy(data, stored, copy, dtype);
    }
    return copy;
  }
}
