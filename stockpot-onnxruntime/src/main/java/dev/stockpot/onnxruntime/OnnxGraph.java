package dev.stockpot.onnxruntime;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.internal.io.InputFile;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// An ONNX model: what its main graph asks to be fed, and the same model without its weights.
///
/// The file is mapped and the weights in it are stepped over, so its size does not matter. Sparse
/// initializers, and those of subgraphs (bodies of `If` and `Loop`), stay as they are.
///
/// @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">the format</a>
final class OnnxGraph implements AutoCloseable {
  /// Where the stub says the weights are. ONNX Runtime is handed them and never looks there.
  private static final String NOWHERE = "weights-of-the-candidate";

  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_SPARSE_INITIALIZER = 15;
  private static final int INPUT_NAME = 1;
  private static final int SPARSE_VALUES = 1;
  private static final int TENSOR_DIMS = 1;
  private static final int TENSOR_DATA_TYPE = 2;
  private static final int TENSOR_NAME = 8;
  private static final int TENSOR_EXTERNAL_DATA = 13;
  private static final int TENSOR_DATA_LOCATION = 14;
  private static final long EXTERNAL = 1;

  /// Elements in every form that a tensor may hold them, and where they are instead.
  private static final Set<Integer> TENSOR_DATA =
      Set.of(4, 5, 6, 7, 9, 10, 11, TENSOR_EXTERNAL_DATA, TENSOR_DATA_LOCATION);

  private final Path path;
  private final InputFile file;
  private final SequencedMap<String, Initializer> initializers = new LinkedHashMap<>();
  private final List<String> inputs = new ArrayList<>();

  /// A constant of the graph.
  ///
  /// @param name unique in the graph
  /// @param type as ONNX numbers element types
  /// @param shape sizes per dimension
  /// @param location the file that holds its data, if that is not the graph's own
  record Initializer(String name, int type, List<Long> shape, Optional<String> location) {
    Initializer {
      shape = List.copyOf(shape);
    }

    /// The element type, if Stockpot knows it.
    Optional<DType> dtype() {
      return OnnxTypes.dtype(type);
    }
  }

  /// Opens and checks a model.
  ///
  /// @throws EvaluationException if it is not one
  OnnxGraph(Path path) {
    this.path = path;
    try {
      file = new InputFile(path);
    } catch (UncheckedIOException e) {
      throw new EvaluationException(path + ": cannot be read: " + e.getCause().getMessage(), e);
    }
    try {
      readModel(new ProtobufReader(path, file.map()));
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /// The file as the user named it.
  Path path() {
    return path;
  }

  /// The folder that files beside the graph are found in.
  Path folder() {
    return path.toAbsolutePath().getParent();
  }

  /// The main graph's initializers by name, in the file's order.
  SequencedMap<String, Initializer> initializers() {
    return Collections.unmodifiableSequencedMap(initializers);
  }

  /// Names of the inputs that no initializer gives a value.
  List<String> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  /// The model with some initializers reduced to name, type and shape, for
  /// `SessionOptions.addExternalInitializers` to fill. Everything else is copied byte for byte.
  ///
  /// @param filled names of initializers
  /// @throws EvaluationException if data that stays with the graph is missing, outside its folder,
  ///   or more than a model in memory can hold
  byte[] stub(Set<String> filled) {
    ProtobufWriter model = new ProtobufWriter();
    for (ProtobufReader in = new ProtobufReader(path, file.map()); in.next(); ) {
      if (in.number() == MODEL_GRAPH) {
        model.message(MODEL_GRAPH, graphStub(in.message(), filled));
      } else {
        model.raw(in.raw());
      }
    }
    return model.toByteArray();
  }

  @Override
  public void close() {
    file.close();
  }

  private ProtobufWriter graphStub(ProtobufReader in, Set<String> filled) {
    ProtobufWriter graph = new ProtobufWriter();
    long room = Integer.MAX_VALUE - (1 << 20);
    while (in.next()) {
      if (in.number() == GRAPH_INITIALIZER) {
        Initializer initializer = readTensor(in);
        if (filled.contains(initializer.name())) {
          graph.message(GRAPH_INITIALIZER, tensorStub(in.message()));
          continue;
        }
        initializer.location().ifPresent(location -> checkLocation(initializer.name(), location));
      }
      room -= in.raw().byteSize();
      if (room < 0) {
        throw new EvaluationException(
            path
                + ": what no tensor fills takes more than 2 GiB, which ONNX Runtime does not load"
                + " from memory; export the model with external data");
      }
      graph.raw(in.raw());
    }
    return graph;
  }

  private static ProtobufWriter tensorStub(ProtobufReader in) {
    ProtobufWriter tensor = new ProtobufWriter();
    while (in.next()) {
      if (!TENSOR_DATA.contains(in.number())) {
        tensor.raw(in.raw());
      }
    }
    ProtobufWriter entry = new ProtobufWriter();
    entry.text(1, "location");
    entry.text(2, NOWHERE);
    tensor.message(TENSOR_EXTERNAL_DATA, entry);
    tensor.integer(TENSOR_DATA_LOCATION, EXTERNAL);
    return tensor;
  }

  private void readModel(ProtobufReader in) {
    Optional<MemorySegment> graph = Optional.empty();
    while (in.next()) {
      if (in.number() == MODEL_GRAPH) {
        if (graph.isPresent()) {
          throw in.error("a second graph");
        }
        graph = Optional.of(in.raw());
        readGraph(in.message());
      }
    }
    if (graph.isEmpty()) {
      throw new EvaluationException(path + ": not a valid ONNX file: there is no graph in it");
    }
  }

  private void readGraph(ProtobufReader in) {
    Set<String> sparse = new HashSet<>();
    while (in.next()) {
      switch (in.number()) {
        case GRAPH_INITIALIZER -> {
          Initializer initializer = readTensor(in);
          if (initializers.putIfAbsent(initializer.name(), initializer) != null) {
            throw in.error("a second initializer '" + initializer.name() + "'");
          }
        }
        case GRAPH_INPUT -> inputs.add(readText(in.message(), INPUT_NAME));
        case GRAPH_SPARSE_INITIALIZER -> {
          for (ProtobufReader field = in.message(); field.next(); ) {
            if (field.number() == SPARSE_VALUES) {
              sparse.add(readText(field.message(), TENSOR_NAME));
            }
          }
        }
        default -> {}
      }
    }
    // Before IR version 4, initializers were inputs as well.
    inputs.removeIf(name -> initializers.containsKey(name) || sparse.contains(name));
  }

  private static Initializer readTensor(ProtobufReader at) {
    List<Long> shape = new ArrayList<>();
    String name = readText(at.message(), TENSOR_NAME);
    long type = 0;
    long place = 0;
    Optional<String> location = Optional.empty();
    for (ProtobufReader in = at.message(); in.next(); ) {
      switch (in.number()) {
        case TENSOR_DIMS -> in.integers(shape::add);
        case TENSOR_DATA_TYPE -> type = in.integer();
        case TENSOR_DATA_LOCATION -> place = in.integer();
        case TENSOR_EXTERNAL_DATA -> {
          if (readText(in.message(), 1).equals("location")) {
            location = Optional.of(readText(in.message(), 2));
          }
        }
        default -> {}
      }
    }
    if (name.isEmpty()) {
      throw at.error("an initializer without a name");
    }
    if (type != (int) type) {
      throw at.error("initializer '" + name + "' has element type " + type);
    }
    try {
      // For its checks; the element type does not matter to them.
      var _ = new TensorSpec(name, DType.F64, shape);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw at.error("initializer '" + name + "' has the impossible shape " + shape);
    }
    boolean external = place == EXTERNAL;
    return new Initializer(
        name, (int) type, shape, external ? location.or(() -> Optional.of("")) : Optional.empty());
  }

  private static String readText(ProtobufReader in, int number) {
    String text = "";
    while (in.next()) {
      if (in.number() == number) {
        text = in.text();
      }
    }
    return text;
  }

  private void checkLocation(String name, String location) {
    Path folder = folder().normalize();
    Path data;
    try {
      data = folder.resolve(location).normalize();
    } catch (InvalidPathException e) {
      throw new EvaluationException(
          path + ": initializer '" + name + "': its data file has an impossible name", e);
    }
    if (!data.startsWith(folder)) {
      throw new EvaluationException(
          path
              + ": initializer '"
              + name
              + "': its data is in '"
              + location
              + "', outside the graph's folder, and is not read");
    }
    if (!Files.isRegularFile(data)) {
      throw new EvaluationException(
          path
              + ": initializer '"
              + name
              + "': its data is in '"
              + location
              + "', which is not beside the graph; put it there");
    }
  }
}
