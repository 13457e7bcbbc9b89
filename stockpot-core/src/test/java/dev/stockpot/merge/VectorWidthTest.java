package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.method.MethodDefinition;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import dev.stockpot.method.Methods;
import dev.stockpot.method.Parameter;
import dev.stockpot.method.Parameters;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The compiler turns the loops over elements into vector code as wide as the machine has it. The
/// bytes do not depend on that.
class VectorWidthTest {
  @TempDir private Path folder;

  @Test
  void aMergeIsTheSameBytesWithAnyVectorsAndWithout() throws Exception {
    List<String> scalar = merges("-XX:-UseSuperWord");
    assertThat(scalar).hasSizeGreaterThan(2 * 18);
    for (int bytes : new int[] {16, 32, 64}) {
      assertThat(merges("-XX:MaxVectorSize=" + bytes)).as(bytes + " bytes").isEqualTo(scalar);
    }
  }

  /// Compiles loops as soon as they have run a little.
  private List<String> merges(String flag) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:CompileThresholdScaling=0.1",
                flag,
                "-cp",
                Path.of("target/classes") + ":" + Path.of("target/test-classes"),
                Merges.class.getName(),
                Files.createDirectory(folder.resolve(flag.replaceAll("\\W", ""))).toString())
            .redirectErrorStream(true)
            .start();
    // A JVM whose machine has narrower vectors warns.
    List<String> lines =
        process.inputReader().lines().filter(line -> !line.contains("warning")).toList();
    assertThat(process.waitFor()).as(() -> String.join("\n", lines)).isZero();
    return lines;
  }

  /// Prints a checksum of what every method makes of random matrices.
  static final class Merges {
    private static final List<Long> SHAPE = List.of(12L, 2731L);

    private final Path folder;

    private Merges(Path folder) {
      this.folder = folder;
    }

    public static void main(String[] args) throws IOException {
      Merges merges = new Merges(Path.of(args[0]));
      for (DType dtype : List.of(DType.BF16, DType.F32)) {
        List<Checkpoint> models = merges.models(dtype);
        for (MethodDefinition method : Methods.ALL) {
          if (method.statistics() == Statistics.NONE) {
            merges.merge(method, models);
          }
        }
      }
      MethodDefinition linear = Methods.named("linear").orElseThrow();
      for (DType dtype : List.of(DType.F64, DType.F16, DType.F8_E4M3, DType.F8_E5M2)) {
        merges.merge(linear, merges.models(dtype));
      }
    }

    private List<Checkpoint> models(DType dtype) {
      List<Checkpoint> models = new ArrayList<>();
      for (int k = 0; k < 5; k++) {
        Path file = folder.resolve(dtype + "-" + k + ".safetensors");
        TensorSpec spec = new TensorSpec("w", dtype, SHAPE);
        try (CheckpointWriter writer =
            Checkpoints.create(file, List.of(spec), Map.of(), Durability.CACHED)) {
          writer.write("w", 0, values(spec, k));
          writer.commit();
        }
        models.add(Checkpoints.open(file));
      }
      return models;
    }

    private static ByteBuffer values(TensorSpec spec, int k) {
      SplittableRandom shared = new SplittableRandom(7);
      SplittableRandom own = new SplittableRandom(k);
      Elements elements = new Elements();
      ByteBuffer bytes = ByteBuffer.allocate((int) spec.bytes());
      double[] value = new double[1];
      for (int i = 0; i < spec.elements(); i++) {
        value[0] = shared.nextGaussian() + 0.1 * own.nextGaussian();
        elements.fromDoubles(
            spec.dtype(), value, 1, MemorySegment.ofBuffer(bytes), (long) i * spec.dtype().bytes());
      }
      return bytes;
    }

    private void merge(MethodDefinition method, List<Checkpoint> models) throws IOException {
      boolean base = method.base() == Base.REQUIRED || method.base() == Base.ONE_OF_TWO;
      int k = Math.min(4, method.most());
      List<Checkpoint> inputs = models.subList(base ? 0 : 1, k + 1);
      Path out = folder.resolve("out.safetensors");
      List<Source> sources = inputs.stream().map(model -> Source.of(model, "w")).toList();
      MergeMethod made = method.create().apply(parameters(method, base, k));
      TensorSpec spec = sources.getFirst().spec();
      MergePlan plan = new MergePlan(inputs, List.of(new Step.Mix(spec, sources, made)), Map.of());
      new MergeExecutor(1, Progress.NONE).execute(plan, out, false, Durability.CACHED);
      CRC32C checksum = new CRC32C();
      checksum.update(Files.readAllBytes(out));
      System.out.println(method.name() + " " + spec.dtype() + " " + checksum.getValue());
    }

    /// Half of everything that is between 0 and 1; else the defaults.
    private static Parameters parameters(MethodDefinition method, boolean base, int k) {
      Map<String, Object> global = new HashMap<>();
      Map<String, Object> each = new HashMap<>();
      for (Parameter parameter : method.parameters()) {
        boolean half = List.of("weight", "density", "t", "select_topk").contains(parameter.name());
        Object value = half ? (Object) 0.5 : parameter.fallback().orElse(1.0);
        (parameter.scope() == Parameter.Scope.GLOBAL ? global : each).put(parameter.name(), value);
      }
      return new Parameters(base, global, Collections.nCopies(k, each));
    }
  }
}
