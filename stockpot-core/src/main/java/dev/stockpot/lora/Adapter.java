package dev.stockpot.lora;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.ElementReader;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.linear.Matrix;
import dev.stockpot.internal.text.Counted;
import dev.stockpot.internal.text.Excerpt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// A LoRA adapter in PEFT's layout: a folder with `adapter_config.json` and
/// `adapter_model.safetensors` or `.bin`. Checked in itself; whether it fits a base is found when
/// it is applied.
public final class Adapter implements AutoCloseable {
  /// What the tensors may be in, in the order of preference.
  private static final List<String> FILES =
      List.of("adapter_model.safetensors", "adapter_model.bin");

  private final Path path;
  private final AdapterConfig config;
  private final Checkpoint tensors;
  private final AdapterTensors contents;

  private Adapter(Path path, AdapterConfig config, Checkpoint tensors) {
    this.path = path;
    this.config = config;
    this.tensors = tensors;
    this.contents = AdapterTensors.of(tensors, config);
  }

  /// Whether a path is the folder of an adapter.
  public static boolean isAdapter(Path path) {
    return Files.isRegularFile(path.resolve(AdapterConfig.FILE)) || file(path).isPresent();
  }

  /// Opens an adapter.
  ///
  /// @throws CheckpointException if it is not valid, or asks for more than W + s·BA
  public static Adapter open(Path folder) {
    Path config = folder.resolve(AdapterConfig.FILE);
    Path file =
        file(folder)
            .orElseThrow(() ->
                CheckpointException.of(
                    folder, "holds no adapter: looked for " + String.join(", ", FILES)));
    if (!Files.isRegularFile(config)) {
      throw CheckpointException.of(
          folder,
          "has no "
              + AdapterConfig.FILE
              + ", without which rank and alpha are not known; PEFT"
              + " writes it beside "
              + file.getFileName());
    }
    AdapterConfig read = AdapterConfig.read(config);
    Checkpoint tensors = Checkpoints.open(file);
    try {
      return new Adapter(folder, read, tensors);
    } catch (RuntimeException | Error e) {
      tensors.close();
      throw e;
    }
  }

  /// The folder as the user named it.
  public Path path() {
    return path;
  }

  /// What its `adapter_config.json` says.
  public AdapterConfig config() {
    return config;
  }

  /// In a sentence for people: rank, α, what it adapts, its base.
  public String description() {
    String names =
        config.targets().isEmpty()
            ? Counted.of(contents.modules().size(), "module")
            : String.join(", ", config.targets());
    return "a LoRA adapter of rank %d%s, alpha %s%s, for %s; its base: %s"
        .formatted(
            config.rank(),
            config.rankPattern().isEmpty()
                ? ""
                : " (others: " + Excerpt.of(config.rankPattern().toString()) + ")",
            config.alpha(),
            config.rsLora() ? " (rsLoRA)" : "",
            Excerpt.of(names),
            config.base().map(Excerpt::of).orElse("not named"));
  }

  /// Its own tensors, as they are stored.
  public Checkpoint tensors() {
    return tensors;
  }

  /// Config and tensors.
  public List<Path> files() {
    List<Path> files = new ArrayList<>(tensors.files());
    files.add(path.resolve(AdapterConfig.FILE));
    return Collections.unmodifiableList(files);
  }

  /// The modules it adapts, by name.
  SequencedMap<String, LowRank> modules() {
    return contents.modules();
  }

  /// Tensors that take the place of the base's, by the base's name: `modules_to_save`, trained
  /// biases, saved embeddings.
  SequencedMap<String, TensorSpec> whole() {
    return contents.whole();
  }

  /// A tensor of its own in float64, all dimensions after the first as one.
  ///
  /// @throws CheckpointException if it is too large to be held
  Matrix matrix(TensorSpec spec) {
    if (spec.elements() > Integer.MAX_VALUE - 8) {
      throw CheckpointException.of(
          tensors.path(), spec.name(), "shape " + spec.shape() + " is too large for an adapter");
    }
    Matrix matrix =
        new Matrix(
            Math.toIntExact(spec.shape().getFirst()),
            Math.toIntExact(spec.shape().stream().skip(1).reduce(1L, Math::multiplyExact)));
    new ElementReader().read(tensors, spec, 0, matrix.values().length, matrix.values(), 0);
    return matrix;
  }

  @Override
  public void close() {
    tensors.close();
  }

  private static Optional<Path> file(Path folder) {
    return FILES.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
  }
}
