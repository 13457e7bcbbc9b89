package dev.stockpot.lora;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.Safetensors;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.AtomicFolder;
import dev.stockpot.internal.io.IoReason;
import dev.stockpot.internal.linear.Matrix;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// An adapter in the making, in PEFT's layout: a folder that appears whole, on [#commit].
///
/// Modules may be written by several threads.
final class AdapterWriter implements AutoCloseable {
  private final Path target;
  private final AtomicFolder folder;
  private final CheckpointWriter tensors;

  /// @param target a folder that is not there, or empty
  /// @param config of the adapter
  /// @param modules what will be written
  /// @param texts further files, by name
  /// @throws CheckpointException if nothing can be written there
  AdapterWriter(
      Path target, AdapterConfig config, Collection<LowRank> modules, Map<String, String> texts) {
    this.target = target;
    try {
      folder = new AtomicFolder(target);
    } catch (UncheckedIOException e) {
      throw CheckpointException.of(target, "cannot be written: " + IoReason.of(e.getCause()));
    }
    try {
      add(AdapterConfig.FILE, config.json());
      texts.forEach(this::add);
      List<TensorSpec> specs = new ArrayList<>();
      modules.forEach(module -> {
        specs.add(module.a());
        specs.add(module.b());
      });
      tensors =
          new Safetensors()
              .create(
                  folder.path().resolve("adapter_model.safetensors"),
                  specs,
                  Map.of("format", "pt"),
                  Durability.SYNCED);
    } catch (RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  /// Writes A and B of a module.
  ///
  /// @return what was written, which is rounded
  /// @throws CheckpointException if values overflow
  Pair write(LowRank module, Pair values) {
    return new Pair(write(module.a(), values.a()), write(module.b(), values.b()));
  }

  /// A and B.
  record Pair(Matrix a, Matrix b) {}

  /// Makes the folder appear.
  void commit() {
    tensors.commit();
    folder.commit(true);
  }

  /// Deletes what was written, unless it was committed.
  @Override
  public void close() {
    try {
      tensors.close();
    } finally {
      folder.close();
    }
  }

  private void add(String name, String text) {
    AtomicFile.write(folder.path().resolve(name), text.getBytes(StandardCharsets.UTF_8), true);
  }

  private Matrix write(TensorSpec spec, Matrix values) {
    DType dtype = spec.dtype();
    Elements elements = new Elements();
    double[] rounded = new double[values.values().length];
    double[] tile = new double[Elements.TILE];
    MemorySegment bytes = MemorySegment.ofArray(new byte[Elements.TILE * dtype.bytes()]);
    for (int at = 0; at < rounded.length; at += Elements.TILE) {
      int n = Math.min(Elements.TILE, rounded.length - at);
      System.arraycopy(values.values(), at, tile, 0, n);
      if (!elements.fromDoubles(dtype, tile, n, bytes, 0)) {
        throw CheckpointException.of(
            target,
            spec.name(),
            "values overflow "
                + dtype
                + ", whose largest is "
                + Elements.largest(dtype)
                + "; choose a wider --out-dtype");
      }
      int length = n * dtype.bytes();
      tensors.write(
          spec.name(), (long) at * dtype.bytes(), bytes.asSlice(0, length).asByteBuffer());
      elements.toDoubles(dtype, bytes, 0, n, tile);
      System.arraycopy(tile, 0, rounded, at, n);
    }
    return new Matrix(values.rows(), values.columns(), rounded);
  }
}
