package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files and tensors beyond 2 and 4 GiB, with holes so that they take no room on the disk.
class LargeSafetensorsTest {
  private static final long GIB = 1L << 30;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @TempDir Path folder;

  @BeforeEach
  void fileSystemHasSparseFiles() throws IOException {
    String type = Files.getFileStore(folder).type();
    Assumptions.assumeTrue(
        Set.of("ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs").contains(type));
  }

  @Test
  void readsTensorsBeyond4Gib() throws IOException {
    String header =
        "{'big':{'dtype':'F32','shape':[5,268435456],'data_offsets':[0,5368709120]},"
            + "'far':{'dtype':'I64','shape':[402653184],'data_offsets':[5368709120,8589934592]}}";
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.US_ASCII);
    long dataStart = 8L + json.length;
    Path file = folder.resolve("f.safetensors");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(longs(json.length), 0);
      channel.write(ByteBuffer.wrap(json), 8);
      channel.write(longs(42), dataStart + 5 * GIB - 8);
      channel.write(longs(43), dataStart + 8 * GIB - 8);
    }

    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.tensors().get("big").bytes()).isEqualTo(5 * GIB);
      assertThat(readLong(checkpoint, "big", 5 * GIB - 8)).isEqualTo(42);
      assertThat(readLong(checkpoint, "big", 3 * GIB)).isZero();
      assertThat(readLong(checkpoint, "far", 3 * GIB - 8)).isEqualTo(43);
      MemorySegment big = checkpoint.tensor("big").data();
      assertThat(big.byteSize()).isEqualTo(5 * GIB);
      assertThat(big.asSlice(5 * GIB - 8).get(LONG, 0)).isEqualTo(42);
      assertThat(checkpoint.tensor("far").data().get(LONG, 3 * GIB - 8)).isEqualTo(43);
    }
  }

  @Test
  void writesAtOffsetsBeyond4Gib() throws IOException {
    Path file = folder.resolve("f.safetensors");
    List<TensorSpec> specs =
        List.of(
            new TensorSpec("a", DType.F64, List.of(5 * GIB / 8)),
            new TensorSpec("b", DType.U8, List.of(8L)));
    Path partial;
    try (CheckpointWriter writer = Checkpoints.create(file, specs, Map.of(), Durability.CACHED)) {
      writer.write("b", 0, longs(43));
      writer.write("a", 5 * GIB - 8, longs(42));
      try (var files = Files.list(folder)) {
        partial = files.findFirst().orElseThrow();
      }
      // Not committed, since the rest would have to be written: linked to a name to be looked at.
      Files.createLink(file, partial);
    }

    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.tensors().values()).containsExactlyElementsOf(specs);
      assertThat(readLong(checkpoint, "a", 5 * GIB - 8)).isEqualTo(42);
      assertThat(readLong(checkpoint, "a", 5 * GIB - 16)).isZero();
      assertThat(readLong(checkpoint, "b", 0)).isEqualTo(43);
    }
  }

  private static long readLong(Checkpoint checkpoint, String tensor, long offset) {
    ByteBuffer target = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    checkpoint.read(tensor, offset, target);
    return target.getLong(0);
  }

  private static ByteBuffer longs(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
  }
}
