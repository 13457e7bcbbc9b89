package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.StockpotProcess.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Checkpoints far larger than memory, with holes so that they take no room on the disk.
class LargeFilesIT {
  private static final long GIB = 1L << 30;

  @TempDir private Path folder;

  @BeforeEach
  void fileSystemHasSparseFiles() throws IOException {
    String type = Files.getFileStore(folder).type();
    Assumptions.assumeTrue(
        Set.of("ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs").contains(type));
  }

  @Test
  void openingAFolderOf100GbReadsHeadersOnly() throws Exception {
    Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/io")));
    int shards = 50;
    long elements = 500_000_000;
    Path large = Files.createDirectory(folder.resolve("large"));
    StringBuilder map = new StringBuilder();
    for (int i = 0; i < shards; i++) {
      write(large.resolve("s-" + i + ".safetensors"), "layers." + i, elements, List.of());
      map.append(i == 0 ? "" : ",").append("'layers.%d':'s-%d.safetensors'".formatted(i, i));
    }
    Files.writeString(
        large.resolve("model.safetensors.index.json"),
        "{'weight_map':{%s}}".formatted(map).replace('\'', '"'));
    Path small = Files.createDirectory(folder.resolve("small"));
    write(small.resolve("model.safetensors"), "layers.0", 1, List.of());

    Result inspected = stockpot(folder, "inspect", "large");

    assertThat(inspected.out()).contains("25,000,000,000");
    // What the JVM reads of itself is in both.
    assertThat(bytesRead("large") - bytesRead("small")).isBetween(50 * 8L, 5_000_000L);
  }

  /// Writes 8 GiB; run by hand with `-Dstockpot.large=true`.
  @Test
  @EnabledIfSystemProperty(named = "stockpot.large", matches = "true")
  void eightGibWithATensorOfFiveAreAveragedAndVerifiedIn256Mib() throws Exception {
    for (int i = 0; i < 2; i++) {
      write(folder.resolve(i + ".safetensors"), "big", 5 * GIB / 4, List.of(1f, 2f + 2 * i));
    }

    assertThat(small("inspect", "0.safetensors").out()).contains("big", "far");
    assertThat(small("uniform", "0.safetensors", "1.safetensors", "-o", "s.safetensors").code())
        .isZero();
    assertThat(small("verify", "s.safetensors").code()).isZero();
    assertThat(small("verify", "0.safetensors", "0.safetensors").code()).isZero();

    write(folder.resolve("mean.safetensors"), "big", 5 * GIB / 4, List.of(1f, 3f));
    assertThat(small("verify", "s.safetensors", "mean.safetensors").code()).isZero();
  }

  /// A tensor of F32, and where numbers are given another of 3 GiB after it; zeros but for those
  /// numbers at the end of each.
  private static void write(Path file, String name, long elements, List<Float> last)
      throws IOException {
    long bytes = 4 * elements;
    String far =
        last.isEmpty()
            ? ""
            : ",'far':{'dtype':'F32','shape':[%d],'data_offsets':[%d,%d]}"
                .formatted(3 * GIB / 4, bytes, bytes + 3 * GIB);
    String header =
        "{'%s':{'dtype':'F32','shape':[%d],'data_offsets':[0,%d]}%s}"
            .formatted(name, elements, bytes, far);
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.US_ASCII);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer prefix = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(prefix.putLong(json.length).put(json).flip(), 0);
      long end = 8 + json.length + bytes;
      List<Float> numbers = last.isEmpty() ? List.of(0f) : last;
      for (float number : numbers) {
        ByteBuffer value = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        channel.write(value.putFloat(0, number), end - 4);
        end += 3 * GIB;
      }
    }
  }

  private Result small(String... args) throws Exception {
    List<String> words = new ArrayList<>(StockpotProcess.command(args));
    words.add(1, "-Xmx256m");
    return StockpotProcess.run(folder, words);
  }

  /// What the system counts for the command and the shell that waits for it.
  private long bytesRead(String checkpoint) throws Exception {
    List<String> words = new ArrayList<>(List.of("sh", "-c", "\"$@\" >/dev/null; cat /proc/$$/io"));
    words.add("sh");
    words.addAll(StockpotProcess.command("inspect", checkpoint));
    Matcher matcher =
        Pattern.compile("rchar: (\\d+)").matcher(StockpotProcess.run(folder, words).out());
    assertThat(matcher.find()).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}
