package dev.stockpot.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/// ONNX models: the initializers of the main graph are the tensors. What is written is the graph of
/// another file with other weights.
///
/// @see <a href="https://onnx.ai/onnx/intro/concepts.html">the format</a>
public final class Onnx implements CheckpointFormat {
  /// The longest message that protobuf's own libraries read.
  private static final long MOST_BYTES = Integer.MAX_VALUE;

  private final Optional<OnnxCheckpoint> template;

  /// For reading; [#like] gives a format that can be written.
  public Onnx() {
    this(Optional.empty());
  }

  private Onnx(Optional<OnnxCheckpoint> template) {
    this.template = template;
  }

  @Override
  public String name() {
    return "onnx";
  }

  @Override
  public boolean recognises(Path path) {
    return Files.isRegularFile(path) && path.toString().endsWith(".onnx");
  }

  @Override
  public Checkpoint open(Path path) {
    OnnxGraph graph = new OnnxGraph(path);
    try {
      return new OnnxCheckpoint(graph);
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  /// The template's graph is what is written, but for the data of the initializers that are given
  /// tensors. Metadata is the graph's.
  @Override
  public CheckpointFormat like(Checkpoint template) {
    return template instanceof OnnxCheckpoint onnx ? new Onnx(Optional.of(onnx)) : this;
  }

  /// @throws CheckpointException if there is no graph, or tensors do not fit its initializers in
  ///   name, shape or dtype
  @Override
  public CheckpointWriter create(
      Path target,
      Collection<TensorSpec> tensors,
      Map<String, String> metadata,
      Durability durability) {
    OnnxCheckpoint graph =
        template.orElseThrow(() ->
            CheckpointException.of(
                target,
                "an ONNX file needs the graph of a network, and none is given: the first input is"
                    + " no ONNX file; name the output .safetensors, or put the weights into a graph"
                    + " with: stockpot convert IN OUT.onnx --graph MODEL.onnx"));
    return new OnnxWriter(target, graph, tensors, durability, MOST_BYTES);
  }

  /// What a tensor takes, in words.
  static String size(TensorSpec spec) {
    return spec.shape() + " of " + spec.dtype() + " takes " + spec.bytes();
  }
}
