package dev.stockpot.merge;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.FloatFormat;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.method.Linear;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Small checkpoints in a folder, and what merges make of them.
public final class Soups implements AutoCloseable {
  private final Path folder;
  private final List<Checkpoint> open = new ArrayList<>();

  public Soups(Path folder) {
    this.folder = folder;
  }

  /// A tensor with its bytes.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Filled(TensorSpec spec, byte[] bytes) {

    /// Values, rounded where need be.
    public static Filled of(String name, DType dtype, double... values) {
      return bits(
          name, dtype, FloatFormat.of(dtype).unpack(FloatFormat.of(dtype).packValues(values)));
    }

    /// Patterns of a float type.
    public static Filled bits(String name, DType dtype, long... patterns) {
      return raw(
          name, dtype, List.of((long) patterns.length), FloatFormat.of(dtype).pack(patterns));
    }

    public static Filled raw(String name, DType dtype, List<Long> shape, byte... bytes) {
      return new Filled(new TensorSpec(name, dtype, shape), bytes);
    }

    /// The same elements in another shape.
    public Filled shaped(Long... shape) {
      return raw(spec.name(), spec.dtype(), List.of(shape), bytes);
    }
  }

  public Path path(String file) {
    return folder.resolve(file);
  }

  /// Writes and opens a checkpoint.
  public Checkpoint ingredient(String file, Map<String, String> metadata, List<Filled> tensors) {
    List<TensorSpec> specs = tensors.stream().map(Filled::spec).toList();
    try (CheckpointWriter writer =
        Checkpoints.create(path(file), specs, metadata, Durability.CACHED)) {
      tensors.forEach(t -> writer.write(t.spec().name(), 0, ByteBuffer.wrap(t.bytes())));
      writer.commit();
    }
    return open(path(file));
  }

  public Checkpoint ingredient(String file, Filled... tensors) {
    return ingredient(file, Map.of(), List.of(tensors));
  }

  /// Opens a checkpoint; it is closed with the soups.
  public Checkpoint open(Path path) {
    Checkpoint checkpoint = Checkpoints.open(path);
    open.add(checkpoint);
    return checkpoint;
  }

  /// The uniform soup, in `out.safetensors`.
  public Merged uniform(List<Checkpoint> ingredients, Optional<DType> outDType, boolean saturate) {
    return merge(MergePlan.of(ingredients, Linear.mean(ingredients.size()), outDType), 2, saturate);
  }

  public Merged merge(MergePlan plan, int threads, boolean saturate) {
    Path out = path("out.safetensors");
    MergeReport report =
        new MergeExecutor(threads, Progress.NONE).execute(plan, out, saturate, Durability.CACHED);
    return new Merged(open(out), report);
  }

  /// A soup.
  public record Merged(Checkpoint checkpoint, MergeReport report) {

    public TensorSpec spec(String tensor) {
      return checkpoint.tensors().get(tensor);
    }

    public byte[] bytes(String tensor) {
      return Soups.bytes(checkpoint, tensor);
    }

    /// The patterns of a float tensor.
    public long[] bits(String tensor) {
      return FloatFormat.of(spec(tensor).dtype()).unpack(bytes(tensor));
    }

    /// The whole file.
    public byte[] file() throws IOException {
      return Files.readAllBytes(checkpoint.path());
    }
  }

  public static byte[] bytes(Checkpoint checkpoint, String tensor) {
    return checkpoint.tensor(tensor).data().toArray(ValueLayout.JAVA_BYTE);
  }

  /// Names of the files that are there.
  public List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public void close() {
    open.forEach(Checkpoint::close);
  }
}
