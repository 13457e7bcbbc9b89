package dev.stockpot.benchmarks;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.Source;
import dev.stockpot.merge.Step;
import dev.stockpot.method.MethodDefinition;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.Methods;
import dev.stockpot.method.Parameter;
import dev.stockpot.method.Parameters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A whole merge of one matrix in memory by each method, on one thread: 2048 × 4096 elements of four
/// ingredients (fewer where the method takes fewer) and a base. Counts the stored bytes of inputs
/// and output once, however often a method reads them: what a plain copy would move.
///
///     stockpot-benchmarks/run kernels Method -p method=ties
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MethodBenchmark {
  private static final List<Long> SHAPE = List.of(2048L, 4096L);

  /// Name of the method.
  @Param({
    "linear",
    "slerp",
    "nuslerp",
    "multislerp",
    "karcher",
    "task_arithmetic",
    "ties",
    "dare_linear",
    "dare_ties",
    "breadcrumbs",
    "breadcrumbs_ties",
    "della",
    "della_linear",
    "model_stock",
    "sce",
    "ram",
    "ramplus_tl",
    "nearswap",
    "arcee_fusion",
    "passthrough"
  })
  public String method;

  /// Type of the stored elements.
  @Param({"BF16", "F32"})
  public Format format;

  private MergePlan plan;
  private MemoryCheckpoint output;

  /// Makes the matrices, and checks that ingredients that equal the base give the base.
  @Setup
  public void check() {
    MethodDefinition definition = Methods.named(method).orElseThrow();
    output = matrix(0);
    plan = plan(definition, k -> matrix(0));
    if (!List.of("passthrough", "linear").contains(method)) {
      merge();
      if (output.data().mismatch(matrix(0).data()) >= 0) {
        throw new AssertionError(method + " of equal ingredients differs from them");
      }
    }
    plan = plan(definition, this::matrix);
  }

  /// Merges.
  ///
  /// @return the output's bytes
  @Benchmark
  public MemorySegment merge(Traffic traffic) {
    traffic.add(output.data().byteSize() * (plan.steps().getFirst().inputs().size() + 1));
    merge();
    return output.data();
  }

  private void merge() {
    new MergeExecutor(1, Progress.NONE)
        .execute(
            plan, new MemoryCheckpoint.Format(output), Path.of("memory"), false, Durability.CACHED);
  }

  private MergePlan plan(MethodDefinition definition, Inputs inputs) {
    int k = Math.min(4, definition.most());
    boolean base = definition.base() == Base.REQUIRED || definition.base() == Base.ONE_OF_TWO;
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (int i = base ? 0 : 1; i <= k; i++) {
      checkpoints.add(inputs.matrix(i));
    }
    MergeMethod made = definition.create().apply(parameters(definition, base, k));
    List<Source> sources = checkpoints.stream().map(c -> Source.of(c, "w")).toList();
    return new MergePlan(
        checkpoints, List.of(new Step.Mix(output.spec(), sources, made)), Map.of());
  }

  private interface Inputs {
    MemoryCheckpoint matrix(int k);
  }

  /// Half of everything that is between 0 and 1; else the defaults.
  private static Parameters parameters(MethodDefinition definition, boolean base, int k) {
    Map<String, Object> global = new HashMap<>();
    Map<String, Object> each = new HashMap<>();
    for (Parameter parameter : definition.parameters()) {
      boolean half = List.of("weight", "density", "t", "select_topk").contains(parameter.name());
      Object value = half ? (Object) 0.5 : parameter.fallback().orElse(1.0);
      (parameter.scope() == Parameter.Scope.GLOBAL ? global : each).put(parameter.name(), value);
    }
    return new Parameters(base, global, Collections.nCopies(k, each));
  }

  private MemoryCheckpoint matrix(int seed) {
    TensorSpec spec = new TensorSpec("w", format.dtype(), SHAPE);
    MemorySegment data = Arena.ofAuto().allocate(spec.bytes(), 64);
    for (long at = 0; at < spec.bytes(); at += (long) Samples.CHUNK * format.bytes()) {
      int chunk = (int) (at / Samples.CHUNK / format.bytes());
      data.asSlice(at).copyFrom(Samples.chunk(format, seed * 1000 + chunk));
    }
    return new MemoryCheckpoint(spec, data);
  }
}
