package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Writes random bytes as tensors, in parts, in any order and by several threads, and reads them
/// back.
final class SafetensorsRoundTrip {
  private record Part(String name, int offset, int bytes) {}

  private SafetensorsRoundTrip() {}

  static void check(
      Path file, Collection<TensorSpec> specs, Map<String, String> metadata, long seed) {
    check(Checkpoints.formatOf(file), file, specs, metadata, seed);
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.metadata()).isEqualTo(metadata);
    }
  }

  /// Leaves out what comes of the metadata.
  static void check(
      CheckpointFormat format,
      Path file,
      Collection<TensorSpec> specs,
      Map<String, String> metadata,
      long seed) {
    Random random = new Random(seed);
    Map<String, byte[]> contents = new HashMap<>();
    Map<String, TensorSpec> expected = new HashMap<>();
    List<Part> parts = new ArrayList<>();
    for (TensorSpec spec : specs) {
      byte[] content = new byte[(int) spec.bytes()];
      random.nextBytes(content);
      contents.put(spec.name(), content);
      expected.put(spec.name(), spec);
      for (int at = 0; at < content.length; ) {
        int bytes = 1 + random.nextInt(content.length - at);
        parts.add(new Part(spec.name(), at, bytes));
        at += bytes;
      }
    }
    Collections.shuffle(parts, random);
    try (CheckpointWriter writer = format.create(file, specs, metadata, Durability.CACHED)) {
      parts.parallelStream()
          .forEach(part -> {
            byte[] content = contents.get(part.name());
            ByteBuffer source = ByteBuffer.wrap(content, part.offset(), part.bytes());
            writer.write(part.name(), part.offset(), source);
            assertThat(source.hasRemaining()).isFalse();
          });
      writer.commit();
    }
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.tensors()).isEqualTo(expected);
      contents.forEach((name, content) ->
          assertThat(checkpoint.tensor(name).data().toArray(ValueLayout.JAVA_BYTE))
              .isEqualTo(content));
      for (Part part : parts) {
        ByteBuffer target = ByteBuffer.allocateDirect(part.bytes());
        checkpoint.read(part.name(), part.offset(), target);
        assertThat(target.flip())
            .isEqualTo(ByteBuffer.wrap(contents.get(part.name()), part.offset(), part.bytes()));
      }
    }
  }
}
