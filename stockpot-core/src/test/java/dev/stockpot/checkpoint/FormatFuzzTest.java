package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.onnx.OnnxModel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Real files of every format, damaged at random: each opens and reads as it should or is refused
/// with a [CheckpointException], in bounded memory, and never without end.
///
/// `-Dstockpot.fuzz.mutations=200000` makes it thorough; a failure names the case to be run again
/// alone.
class FormatFuzzTest {
  private static final int MUTATIONS = Integer.getInteger("stockpot.fuzz.mutations", 20_000);

  /// What opening may allocate on the heap: the windows that headers are read through, and for each
  /// byte of the files the objects that say what it says.
  private static final long ALLOCATED_BYTES = 2L << 20;

  private static final long ALLOCATED_BYTES_PER_BYTE = 256;

  /// What is read of a tensor, at its end; damaged strides may make it larger than its file.
  private static final int READ_BYTES = 1 << 14;

  private static final int LONGEST_MESSAGE = 50_000;

  /// After which a case is taken for hanging; the machine may be busy.
  private static final int LONGEST_SECONDS = 60;

  @TempDir Path folder;

  /// Files of a format by name; where there are several, they make a folder.
  record Sample(String format, Map<String, byte[]> files) {
    @Override
    public String toString() {
      return format + " " + String.join(" ", files.keySet());
    }
  }

  static List<Sample> samples() throws IOException {
    List<Sample> samples = new ArrayList<>();
    for (String name : List.of("dtypes", "module-state")) {
      samples.add(
          file("safetensors", name + (name.equals("dtypes") ? "" : ".expected") + ".safetensors"));
    }
    for (String name :
        List.of(
            "dtypes",
            "legacy",
            "more",
            "more-legacy",
            "training-checkpoint",
            "views-shared-storage",
            "hostile-global")) {
      samples.add(file("pytorch", name + ".pt"));
    }
    samples.add(file("gguf", "model.gguf"));
    samples.add(new Sample("onnx", Map.of("small.onnx", OnnxModel.matMul().toByteArray())));
    samples.add(
        new Sample(
            "onnx",
            Map.of(
                "model.onnx",
                Files.readAllBytes(Path.of("..", "examples", "digits", "model.onnx")))));
    samples.add(folder("Hugging Face folder", Goldens.path("sharded-bin")));
    samples.add(shards());
    return samples;
  }

  @Test
  void everyFormatHasSamples() throws IOException {
    assertThat(samples())
        .extracting(Sample::format)
        .containsAll(Checkpoints.FORMATS.stream().map(CheckpointFormat::name).toList());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isReadOrRefused(Sample sample) throws Exception {
    AtomicInteger mutation = new AtomicInteger();
    try (ExecutorService worker = Executors.newSingleThreadExecutor()) {
      Future<?> done =
          worker.submit(() -> {
            fuzz(sample, mutation);
            return null;
          });
      int before = -1;
      while (!done.isDone()) {
        try {
          done.get(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
          int now = mutation.get();
          assertThat(now).as("hangs: " + sample + ": mutation " + now).isNotEqualTo(before);
          before = now;
        }
      }
      done.get();
    }
  }

  private void fuzz(Sample sample, AtomicInteger mutation) throws Exception {
    List<Sample> all = samples();
    List<byte[]> others =
        all.stream()
            .filter(other -> other.format().equals(sample.format()))
            .flatMap(other -> other.files().values().stream())
            .toList();
    List<String> names = List.copyOf(sample.files().keySet());
    for (Map.Entry<String, byte[]> entry : sample.files().entrySet()) {
      Files.write(folder.resolve(entry.getKey()), entry.getValue());
    }
    Fuzzed fuzzed = new Fuzzed(names.size() == 1 ? folder.resolve(names.getFirst()) : folder);
    long bytes = sample.files().values().stream().mapToLong(file -> file.length).sum();
    int read = 0;
    int count = MUTATIONS / all.size();
    for (int i = 0; i < count; i++) {
      mutation.set(i);
      Mutation damage = new Mutation(sample.toString().hashCode() * 1_000_003L + i);
      String name = names.get(damage.pick(names.size()));
      byte[] original = sample.files().get(name);
      byte[] damaged = damage.of(original, others);
      overwrite(folder.resolve(name), damaged);
      try {
        read += fuzzed.isRead(bytes - original.length + damaged.length) ? 1 : 0;
      } catch (Throwable e) {
        throw new AssertionError(sample + ": mutation " + i + " of " + name, e);
      }
      overwrite(folder.resolve(name), original);
    }
    // Damage to the data alone goes unseen, most other does not.
    assertThat(read).isLessThan(count);
    // The undamaged files.
    assertThat(fuzzed.isRead(bytes)).isEqualTo(!names.getFirst().startsWith("hostile"));
  }

  /// Opens and reads one path again and again.
  private static final class Fuzzed {
    private final Path path;
    private final ByteBuffer target = ByteBuffer.allocateDirect(READ_BYTES);
    private final Method allocated;
    private final Object threads;

    Fuzzed(Path path) throws ReflectiveOperationException {
      this.path = path;
      // By reflection, since the module under test does not read these.
      allocated =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes");
      threads =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
    }

    /// Whether it was read; else it was refused.
    ///
    /// @param bytes of its files
    boolean isRead(long bytes) throws ReflectiveOperationException {
      long before = (long) allocated.invoke(threads);
      try (Checkpoint checkpoint = Checkpoints.open(path)) {
        checkAllocated(before, bytes);
        checkpoint.metadata();
        checkpoint.notes();
        checkpoint.tensors().values().forEach(spec -> checkTensor(checkpoint, spec));
        return true;
      } catch (CheckpointException e) {
        checkAllocated(before, bytes);
        check(e.getMessage().contains(path.getFileName().toString()), "names no file");
        check(e.getMessage().length() < LONGEST_MESSAGE, "says too much");
        return false;
      }
    }

    private void checkAllocated(long before, long bytes) throws ReflectiveOperationException {
      long now = (long) allocated.invoke(threads);
      long most = ALLOCATED_BYTES + ALLOCATED_BYTES_PER_BYTE * bytes;
      check(now - before < most, "allocated " + (now - before) + " bytes, more than " + most);
    }

    /// Both ways of reading agree.
    private void checkTensor(Checkpoint checkpoint, TensorSpec spec) {
      int bytes = (int) Math.min(spec.bytes(), READ_BYTES);
      checkpoint.read(spec.name(), spec.bytes() - bytes, target.clear().limit(bytes));
      check(!target.hasRemaining(), "'" + spec.name() + "' is not read whole");
      if (bytes == spec.bytes()) {
        MemorySegment data = checkpoint.tensor(spec.name()).data();
        check(
            data.mismatch(MemorySegment.ofBuffer(target.flip())) == -1,
            "'" + spec.name() + "' is read in two ways");
      }
    }

    private static void check(boolean holds, String fault) {
      if (!holds) {
        throw new AssertionError(fault);
      }
    }
  }

  /// Not emptied before, which file systems take for a reason to write to the disk.
  private static void overwrite(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), 0);
      channel.truncate(bytes.length);
    }
  }

  private static Sample file(String format, String name) throws IOException {
    return new Sample(format, Map.of(name, Files.readAllBytes(Goldens.path(name))));
  }

  private static Sample folder(String format, Path path) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (Stream<Path> paths = Files.list(path)) {
      for (Path file : paths.sorted().toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return new Sample(format, files);
  }

  /// The shards of safetensors that this project writes.
  private static Sample shards() throws IOException {
    Path work = Files.createTempDirectory("stockpot-fuzz");
    Path target = work.resolve("model");
    try (Checkpoint like = Checkpoints.open(Goldens.path("module-state.pt"));
        CheckpointWriter writer =
            new HuggingFaceFolder(60, Optional.empty(), Map.of())
                .create(target, like.tensors().values(), Map.of(), Durability.CACHED)) {
      for (TensorSpec spec : like.tensors().values()) {
        byte[] bytes = like.tensor(spec.name()).data().toArray(ValueLayout.JAVA_BYTE);
        writer.write(spec.name(), 0, ByteBuffer.wrap(bytes));
      }
      writer.commit();
      return folder("Hugging Face folder", target);
    } finally {
      try (Stream<Path> paths = Files.walk(work)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
