package dev.stockpot.checkpoint;

import static dev.stockpot.checkpoint.OnnxFields.EXTERNAL;
import static dev.stockpot.checkpoint.OnnxFields.GRAPH_INITIALIZER;
import static dev.stockpot.checkpoint.OnnxFields.GRAPH_INPUT;
import static dev.stockpot.checkpoint.OnnxFields.GRAPH_SPARSE_INITIALIZER;
import static dev.stockpot.checkpoint.OnnxFields.INPUT_NAME;
import static dev.stockpot.checkpoint.OnnxFields.MODEL_GRAPH;
import static dev.stockpot.checkpoint.OnnxFields.MODEL_METADATA;
import static dev.stockpot.checkpoint.OnnxFields.SPARSE_VALUES;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_DATA;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_DATA_LOCATION;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_DATA_TYPE;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_DIMS;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_EXTERNAL_DATA;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_NAME;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_RAW;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.io.IoReason;
import dev.stockpot.internal.protobuf.ProtobufException;
import dev.stockpot.internal.protobuf.ProtobufReader;
import dev.stockpot.internal.text.Excerpt;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// An ONNX model: what its main graph asks to be fed, and the same model without its weights.
///
/// The file is mapped and the weights in it are stepped over, so its size does not matter. Sparse
/// initializers, and those of subgraphs (bodies of `If` and `Loop`), stay as they are.
///
/// @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">the format</a>
public final class OnnxGraph implements AutoCloseable {
  /// Where the stub says the weights are. Who loads it hands them over, and never looks there.
  private static final String NOWHERE = "weights-of-the-candidate";

  /// More than any framework makes tensors of.
  private static final int MOST_DIMENSIONS = 64;

  private static final long MOST_STUB_BYTES = Integer.MAX_VALUE - (1 << 20);

  private final Path path;
  private final InputFile file;
  private final SequencedMap<String, OnnxInitializer> initializers = new LinkedHashMap<>();
  private final Map<String, OnnxData> data = new HashMap<>();
  private final List<String> inputs = new ArrayList<>();
  private final List<String> sparse = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /// Opens and checks a model.
  ///
  /// @throws CheckpointException if it is not one
  public OnnxGraph(Path path) {
    this.path = path;
    if (Files.isDirectory(path)) {
      throw CheckpointException.of(path, "is a folder instead of an ONNX file");
    }
    try {
      file = new InputFile(path);
    } catch (UncheckedIOException e) {
      throw CheckpointException.of(path, "cannot be opened: " + IoReason.of(e.getCause()));
    }
    try {
      readModel();
    } catch (ProtobufException e) {
      Optional<String> other = FileKind.other(FileKind.head(file), "ONNX");
      file.close();
      throw other.map(what -> CheckpointException.of(path, what)).orElseGet(() -> invalid(e));
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /// The file as the user named it.
  public Path path() {
    return path;
  }

  /// The folder that files beside the graph are found in.
  public Path folder() {
    return path.toAbsolutePath().getParent();
  }

  /// The main graph's initializers by name, in the file's order.
  public SequencedMap<String, OnnxInitializer> initializers() {
    return Collections.unmodifiableSequencedMap(initializers);
  }

  /// Names of the inputs that no initializer gives a value.
  public List<String> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  /// The model with some initializers reduced to name, type and shape, for
  /// `SessionOptions.addExternalInitializers` to fill. Everything else is copied byte for byte.
  ///
  /// @param filled names of initializers
  /// @throws CheckpointException if data that stays with the graph is missing, outside its folder,
  ///   or more than a model in memory can hold
  public byte[] stub(Set<String> filled) {
    data.forEach((name, where) -> {
      if (!filled.contains(name) && where instanceof OnnxData.External external) {
        OnnxExternalData.file(path, name, external);
      }
    });
    Map<String, OnnxLayout.Placement> placements = new HashMap<>();
    OnnxLayout.Placement nowhere = new OnnxLayout.External(Map.of("location", NOWHERE));
    filled.forEach(name -> placements.put(name, nowhere));
    OnnxLayout layout = layout(placements);
    if (layout.bytes() > MOST_STUB_BYTES) {
      throw CheckpointException.of(
          path,
          "what no tensor fills takes more than 2 GiB, which ONNX Runtime does not load from"
              + " memory; export the model with external data");
    }
    return layout.toByteArray(file.map());
  }

  @Override
  public void close() {
    file.close();
  }

  /// How the file looks with the data of some initializers elsewhere.
  OnnxLayout layout(Map<String, OnnxLayout.Placement> placements) {
    return OnnxLayout.of(file.map(), placements);
  }

  /// Where an initializer says that its elements are.
  OnnxData data(String name) {
    return data.get(name);
  }

  /// The file itself.
  InputFile file() {
    return file;
  }

  /// Names of sparse initializers.
  List<String> sparse() {
    return sparse;
  }

  /// The model's own metadata.
  Map<String, String> metadata() {
    return metadata;
  }

  /// What to say of a file that is no valid protobuf, or no valid model.
  CheckpointException invalid(ProtobufException e) {
    return CheckpointException.at(path, e.offset(), "not a valid ONNX file: " + e.getMessage());
  }

  private void readModel() {
    boolean found = false;
    for (ProtobufReader in = new ProtobufReader(file.map()); in.next(); ) {
      switch (in.number()) {
        case MODEL_GRAPH -> {
          if (found) {
            throw in.error("a second graph");
          }
          found = true;
          readGraph(in.message());
        }
        case MODEL_METADATA -> readMetadata(in);
        default -> {}
      }
    }
    if (!found) {
      throw CheckpointException.of(path, "not a valid ONNX file: there is no graph in it");
    }
  }

  /// Long texts, such as vocabularies, are left where they are.
  private void readMetadata(ProtobufReader in) {
    if (in.valueBytes() <= ProtobufReader.MAX_TEXT) {
      metadata.put(
          OnnxLayout.text(in.message(), OnnxFields.ENTRY_KEY),
          OnnxLayout.text(in.message(), OnnxFields.ENTRY_VALUE));
    }
  }

  private void readGraph(ProtobufReader in) {
    while (in.next()) {
      switch (in.number()) {
        case GRAPH_INITIALIZER -> {
          OnnxInitializer initializer = readTensor(in);
          if (initializers.putIfAbsent(initializer.name(), initializer) != null) {
            throw in.error("a second initializer '" + Excerpt.of(initializer.name()) + "'");
          }
        }
        case GRAPH_INPUT -> inputs.add(OnnxLayout.text(in.message(), INPUT_NAME));
        case GRAPH_SPARSE_INITIALIZER -> {
          for (ProtobufReader field = in.message(); field.next(); ) {
            if (field.number() == SPARSE_VALUES) {
              sparse.add(OnnxLayout.text(field.message(), TENSOR_NAME));
            }
          }
        }
        default -> {}
      }
    }
    // Before IR version 4, initializers were inputs as well.
    Set<String> given = Set.copyOf(sparse);
    inputs.removeIf(name -> initializers.containsKey(name) || given.contains(name));
  }

  private OnnxInitializer readTensor(ProtobufReader at) {
    List<Long> shape = new ArrayList<>();
    String name = OnnxLayout.text(at.message(), TENSOR_NAME);
    String shown = "initializer '" + Excerpt.of(name) + "'";
    long type = 0;
    long place = 0;
    int pieces = 0;
    OnnxData inline = new OnnxData.None();
    Map<String, String> entries = new HashMap<>();
    for (ProtobufReader in = at.message(); in.next(); ) {
      switch (in.number()) {
        case TENSOR_DIMS ->
            in.integers(size -> {
              if (shape.size() == MOST_DIMENSIONS) {
                throw at.error(shown + " has more than " + MOST_DIMENSIONS + " dimensions");
              }
              shape.add(size);
            });
        case TENSOR_DATA_TYPE -> type = in.integer();
        case TENSOR_DATA_LOCATION -> place = in.integer();
        case TENSOR_EXTERNAL_DATA -> readEntry(in, entries);
        default -> {
          if (TENSOR_DATA.contains(in.number())) {
            if (in.number() == TENSOR_RAW && !in.isBytes()) {
              throw in.error(shown + " has raw_data that is no row of bytes");
            }
            pieces++;
            inline = new OnnxData.Inline(in.number(), pieces, in.valueStart(), in.valueBytes());
          }
        }
      }
    }
    if (name.isEmpty()) {
      throw at.error("an initializer without a name");
    }
    if (type != (int) type) {
      throw at.error(shown + " has element type " + type);
    }
    try {
      // For its checks; the element type does not matter to them.
      var _ = new TensorSpec(name, DType.F64, shape);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw at.error(shown + " has the impossible shape " + shape);
    }
    data.put(name, place == EXTERNAL ? new OnnxData.External(entries) : inline);
    return new OnnxInitializer(name, (int) type, shape);
  }

  private static void readEntry(ProtobufReader in, Map<String, String> entries) {
    String key = OnnxLayout.text(in.message(), OnnxFields.ENTRY_KEY);
    if (OnnxExternalData.KEYS.contains(key)) {
      entries.put(key, OnnxLayout.text(in.message(), OnnxFields.ENTRY_VALUE));
    }
  }
}
