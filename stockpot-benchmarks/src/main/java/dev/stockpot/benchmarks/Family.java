package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Made-up checkpoints of one family: the shapes of a decoder, weights about N(0, 0.02²), each
/// member a little off a common base. The same arguments give the same bytes.
///
/// @param members how many checkpoints
/// @param bytes of each, to within a row of a matrix
/// @param dtype of every tensor: BF16, F16 or F32
record Family(int members, long bytes, DType dtype) {
  private static final int WIDTH = 1024;
  private static final int INNER = 2816;
  private static final int VOCABULARY = 32_000;
  private static final float SPREAD = 0.02f;
  private static final float DRIFT = 0.001f;
  private static final int CHUNK = 32 * Elements.TILE;

  Family {
    if (members < 1 || bytes < 1 || dtype.bits() > 32 || !dtype.isFloat()) {
      throw new IllegalArgumentException(members + " members of " + bytes + " bytes " + dtype);
    }
  }

  /// Writes every member into a folder.
  ///
  /// @return the files, in order
  List<Path> write(Path folder) {
    List<Path> files =
        IntStream.range(0, members)
            .mapToObj(member -> folder.resolve("ft-" + member + ".safetensors"))
            .toList();
    for (int member = 0; member < members; member++) {
      write(member, files.get(member));
    }
    return files;
  }

  private void write(int member, Path file) {
    List<TensorSpec> tensors = tensors();
    try (CheckpointWriter writer =
        Checkpoints.create(file, tensors, Map.of("format", "pt"), Durability.SYNCED)) {
      tensors.parallelStream().forEach(tensor -> write(member, tensor, writer));
      writer.commit();
    }
  }

  private void write(int member, TensorSpec tensor, CheckpointWriter writer) {
    SplittableRandom base = new SplittableRandom(tensor.name().hashCode());
    SplittableRandom drift = new SplittableRandom(31L * tensor.name().hashCode() + member + 1);
    Elements elements = new Elements();
    float[] tile = new float[Elements.TILE];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate((long) CHUNK * dtype.bytes());
      for (long at = 0; at < tensor.elements(); at += CHUNK) {
        int n = (int) Math.min(CHUNK, tensor.elements() - at);
        for (int from = 0; from < n; from += Elements.TILE) {
          int size = Math.min(Elements.TILE, n - from);
          for (int i = 0; i < size; i++) {
            tile[i] = SPREAD * bell(base.nextLong()) + DRIFT * bell(drift.nextLong());
          }
          elements.fromFloats(dtype, tile, size, chunk, (long) from * dtype.bytes());
        }
        writer.write(
            tensor.name(),
            at * dtype.bytes(),
            chunk.asSlice(0, (long) n * dtype.bytes()).asByteBuffer());
      }
    }
  }

  /// Nearly a standard normal number from 64 random bits: the sum of four uniform ones, scaled.
  private static float bell(long bits) {
    long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
    return (sum - 2 * 65_535) * (float) (Math.sqrt(3) / 65_536);
  }

  private List<TensorSpec> tensors() {
    long rows = Math.max(2, bytes / dtype.bytes() / WIDTH);
    List<TensorSpec> tensors = new ArrayList<>();
    long vocabulary = Math.min(VOCABULARY, rows / 2);
    tensors.add(matrix("model.embed_tokens.weight", vocabulary));
    rows -= vocabulary;
    long rowsPerLayer = 4L * WIDTH + 3L * INNER + 2;
    for (int layer = 0; rows > rowsPerLayer; layer++) {
      String prefix = "model.layers." + layer + ".";
      for (String projection : List.of("q", "k", "v", "o")) {
        tensors.add(matrix(prefix + "self_attn." + projection + "_proj.weight", WIDTH));
      }
      for (String projection : List.of("gate", "up", "down")) {
        tensors.add(matrix(prefix + "mlp." + projection + "_proj.weight", INNER));
      }
      for (String norm : List.of("input", "post_attention")) {
        tensors.add(
            new TensorSpec(prefix + norm + "_layernorm.weight", dtype, List.of((long) WIDTH)));
      }
      rows -= rowsPerLayer;
    }
    tensors.add(matrix("lm_head.weight", rows));
    return tensors;
  }

  private TensorSpec matrix(String name, long rows) {
    return new TensorSpec(name, dtype, List.of(rows, (long) WIDTH));
  }
}
