package dev.stockpot.lora;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.linear.Lq;
import dev.stockpot.internal.linear.Matrix;
import dev.stockpot.internal.linear.Svd;
import dev.stockpot.internal.text.Excerpt;
import dev.stockpot.internal.work.Workers;
import dev.stockpot.lora.AdapterWriter.Pair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.stream.Stream;

/// The mean of adapters as an adapter: the weighted mean of the products sᵢ·BᵢAᵢ, which is not the
/// product of the means, factored anew to a given rank.
///
/// The products stand side by side, `[w₁s₁B₁ … w_K s_K B_K] · [A₁; …; A_K]`, whose singular values
/// come from the orthonormal bases of both and a matrix as large as the sum of the ranks: the large
/// product is never formed. The best approximation of the rank (Eckart and Young) is exact from the
/// sum of the ranks on. A module that an adapter lacks counts as no change.
///
/// @param adapters at least one, with modules of the same names, kinds and shapes
/// @param weights one for each, which add up to 1 for a mean
/// @param rank of the result
/// @param dtype of the result; that of the adapters, the widest where they differ, unless given
public record AdapterSoup(
    List<Adapter> adapters, List<Double> weights, int rank, Optional<DType> dtype) {

  /// @throws IllegalArgumentException unless there is one weight for each, and a rank
  public AdapterSoup {
    adapters = List.copyOf(adapters);
    weights = List.copyOf(weights);
    if (adapters.isEmpty() || adapters.size() != weights.size() || rank < 1) {
      throw new IllegalArgumentException(
          adapters.size() + " adapters, " + weights.size() + " weights, rank " + rank);
    }
  }

  /// The rank from which on nothing is lost: the largest sum of a module's ranks.
  public static int exactRank(List<Adapter> adapters) {
    Map<String, Integer> sums = new LinkedHashMap<>();
    adapters.forEach(adapter ->
        adapter
            .modules()
            .forEach((name, module) -> sums.merge(name, module.rank(), Math::addExact)));
    return sums.values().stream().mapToInt(Integer::intValue).max().orElse(1);
  }

  /// Writes the adapter; its scale is 1.
  ///
  /// @param target a folder that is not there, or empty
  /// @param texts further files of it, by name
  /// @param threads that compute; the bytes do not depend on it
  /// @return how well each module is approximated, in the order of the adapters
  /// @throws CheckpointException if the adapters do not fit together, or hold whole tensors
  public List<Refactoring> write(
      Path target, Map<String, String> texts, int threads, Progress progress) {
    check();
    SequencedMap<String, LowRank> modules = new LinkedHashMap<>();
    SequencedSet<String> targets = new LinkedHashSet<>();
    for (Adapter adapter : adapters) {
      targets.addAll(adapter.config().targets());
      adapter.modules().values().forEach(it -> modules.putIfAbsent(it.module(), written(it)));
    }
    AdapterConfig first = adapters.getFirst().config();
    AdapterConfig config =
        new AdapterConfig(rank, rank, first.fanInFanOut(), List.copyOf(targets), first.base());
    Progress.Total total =
        new Progress.Total(
            modules.values().stream().mapToLong(AdapterSoup::bytes).sum(), Progress.Unit.BYTES);
    try (AdapterWriter writer = new AdapterWriter(target, config, modules.values(), texts);
        Progress.Task task = progress.begin("factoring", total)) {
      List<Refactoring> errors =
          Workers.map(
              threads,
              List.copyOf(modules.values()),
              module -> {
                Refactoring error = write(writer, module);
                task.advance(bytes(module));
                return error;
              });
      writer.commit();
      return errors;
    }
  }

  private Refactoring write(AdapterWriter writer, LowRank module) {
    List<Matrix> lefts = new ArrayList<>();
    List<Matrix> rights = new ArrayList<>();
    for (int i = 0; i < adapters.size(); i++) {
      LowRank own = adapters.get(i).modules().get(module.module());
      if (own != null) {
        // Rows of the left are columns of B.
        lefts.add(finite(i, own.b()).transposed().times(weights.get(i) * own.scale()));
        rights.add(finite(i, own.a()));
      }
    }
    Matrix left = stacked(lefts);
    Matrix right = stacked(rights);
    Pair written = writer.write(module, factor(left, right));
    // The norms of products come from the triangles of their bases.
    double norm = norm(left, right);
    double error =
        norm(
            stacked(List.of(left, written.b().transposed().times(-1))),
            stacked(List.of(right, written.a())));
    return new Refactoring(module.module(), norm, error);
  }

  /// B and A of the wanted rank, zeros where there are fewer singular values.
  ///
  /// @param left of `R × out`
  /// @param right of `R × in`
  private Pair factor(Matrix left, Matrix right) {
    Lq lqLeft = Lq.of(left.copy());
    Lq lqRight = Lq.of(right.copy());
    // leftᵀ·right = Q₁ᵀ·(L₁ᵀ·L₂)·Q₂
    Svd svd = Svd.of(lqLeft.lower().transposed().timesTransposed(lqRight.lower().transposed()));
    return Truncation.of(svd, rank).between(lqLeft.q(), lqRight.q(), 1);
  }

  /// ‖leftᵀ·right‖.
  private static double norm(Matrix left, Matrix right) {
    Matrix core =
        Lq.of(left.copy())
            .lower()
            .transposed()
            .timesTransposed(Lq.of(right.copy()).lower().transposed());
    return Math.sqrt(core.squares());
  }

  private Matrix finite(int adapter, TensorSpec spec) {
    Matrix matrix = adapters.get(adapter).matrix(spec);
    for (double value : matrix.values()) {
      if (!Double.isFinite(value)) {
        throw fault(adapters.get(adapter), spec, "has NaN or infinite values; it has no factors");
      }
    }
    return matrix;
  }

  private void check() {
    List<CheckpointException> faults = new ArrayList<>();
    Map<String, Adapter> owners = new LinkedHashMap<>();
    for (Adapter adapter : adapters) {
      adapter
          .whole()
          .forEach((name, spec) ->
              faults.add(
                  fault(
                      adapter,
                      spec,
                      "takes the place of '"
                          + Excerpt.of(name)
                          + "' as a whole, so the soup is no adapter; leave out --as-adapter")));
      for (LowRank module : adapter.modules().values()) {
        Adapter owner = owners.putIfAbsent(module.module(), adapter);
        if (owner != null) {
          LowRank other = owner.modules().get(module.module());
          if (!shape(module).equals(shape(other))) {
            faults.add(
                fault(
                    adapter,
                    module.a(),
                    "is for "
                        + shape(module)
                        + ", but for "
                        + shape(other)
                        + " in "
                        + owner.tensors().path()));
          }
        }
      }
      if (adapter.config().fanInFanOut() != adapters.getFirst().config().fanInFanOut()) {
        faults.add(
            CheckpointException.of(
                adapter.path().resolve(AdapterConfig.FILE),
                "fan_in_fan_out differs from that of " + adapters.getFirst().path()));
      }
    }
    if (!faults.isEmpty()) {
      throw CheckpointException.all("the adapters do not fit together", faults);
    }
  }

  /// What must be the same in all adapters.
  private static String shape(LowRank module) {
    return switch (module.kind()) {
      case LINEAR -> "a linear layer of " + module.out() + " × " + module.in();
      case EMBEDDING -> "an embedding of " + module.in() + " × " + module.out();
      case CONVOLUTION ->
          "a convolution of "
              + module.out()
              + " × "
              + module.a().shape().subList(1, module.a().shape().size());
    };
  }

  private LowRank written(LowRank module) {
    DType type = dtype.orElseGet(() -> widest(module.module()));
    List<Long> a = new ArrayList<>(module.a().shape());
    List<Long> b = new ArrayList<>(module.b().shape());
    a.set(0, (long) rank);
    b.set(1, (long) rank);
    return LowRank.of(module.module(), module.kind(), type, a, b, 1);
  }

  private DType widest(String module) {
    return adapters.stream()
        .map(adapter -> adapter.modules().get(module))
        .filter(Objects::nonNull)
        .flatMap(found -> Stream.of(found.a().dtype(), found.b().dtype()))
        .sorted()
        .reduce(DType::widest)
        .orElseThrow();
  }

  private static long bytes(LowRank module) {
    return module.a().bytes() + module.b().bytes();
  }

  private static Matrix stacked(List<Matrix> parts) {
    int rows = parts.stream().mapToInt(Matrix::rows).sum();
    Matrix all = new Matrix(rows, parts.getFirst().columns());
    int at = 0;
    for (Matrix part : parts) {
      System.arraycopy(part.values(), 0, all.values(), at, part.values().length);
      at += part.values().length;
    }
    return all;
  }

  private static CheckpointException fault(Adapter adapter, TensorSpec spec, String what) {
    return CheckpointException.of(adapter.tensors().path(), spec.name(), what);
  }
}
