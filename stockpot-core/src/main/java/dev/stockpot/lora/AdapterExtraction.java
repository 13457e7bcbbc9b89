package dev.stockpot.lora;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.linear.Matrix;
import dev.stockpot.internal.work.Workers;
import dev.stockpot.lora.AdapterWriter.Pair;
import dev.stockpot.lora.LowRank.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The difference of two checkpoints as a LoRA adapter: for each adapted weight the best product of
/// the rank (Eckart and Young), by [RandomizedSvd].
///
/// @param base what the adapter will be applied to
/// @param tuned what base and adapter will come close to
/// @param settings of the adapter
public record AdapterExtraction(Checkpoint base, Checkpoint tuned, Settings settings) {

  /// What is wanted.
  ///
  /// @param rank r, at least 1
  /// @param alpha α above 0; the products are divided by the scale α/r
  /// @param dtype of the adapter; that of the fine-tuned weight unless given
  /// @param targets names of modules, whole or from a dot on; empty for every linear layer but the
  ///   head
  /// @param fanInFanOut whether weights are stored as [in, out], as GPT-2's are
  /// @param baseName what the adapter's config calls the base
  public record Settings(
      int rank,
      double alpha,
      Optional<DType> dtype,
      List<String> targets,
      boolean fanInFanOut,
      Optional<String> baseName) {
    public Settings {
      targets = List.copyOf(targets);
      if (rank < 1 || !(alpha > 0) || alpha == Double.POSITIVE_INFINITY) {
        throw new IllegalArgumentException("rank " + rank + ", alpha " + alpha);
      }
    }
  }

  /// What was done.
  ///
  /// @param modules how well each is approximated, in the order of the checkpoint
  /// @param narrow modules whose weights have a smaller side below the rank: zeros follow there
  /// @param left tensors that differ, or that only one has, and are not in the adapter
  public record Report(List<Refactoring> modules, List<String> narrow, List<String> left) {
    public Report {
      modules = List.copyOf(modules);
      narrow = List.copyOf(narrow);
      left = List.copyOf(left);
    }
  }

  /// Writes the adapter.
  ///
  /// @param target a folder that is not there, or empty
  /// @param texts further files of it, by name
  /// @param threads that compute; the bytes do not depend on it
  /// @throws CheckpointException if no weight differs, none has the rank, a target is not there, or
  ///   values are not finite
  public Report write(Path target, Map<String, String> texts, int threads, Progress progress) {
    ExtractionTargets selected = ExtractionTargets.of(this, threads, progress);
    List<String> narrow = narrow(selected.weights());
    List<LowRank> modules = selected.weights().stream().map(this::module).toList();
    AdapterConfig config =
        new AdapterConfig(
            settings.rank(),
            settings.alpha(),
            settings.fanInFanOut(),
            selected.names(),
            settings.baseName());
    long bytes =
        selected.weights().stream().mapToLong(spec -> Delta.bytes(base, tuned, spec.name())).sum();
    Progress.Total total =
        new Progress.Total((RandomizedSvd.PASSES + 1) * bytes, Progress.Unit.BYTES);
    try (AdapterWriter writer = new AdapterWriter(target, config, modules, texts);
        Progress.Task task = progress.begin("factoring", total)) {
      List<Refactoring> errors =
          Workers.map(threads, modules, module -> extract(writer, module, task));
      writer.commit();
      return new Report(errors, narrow, selected.left());
    }
  }

  private List<String> narrow(List<TensorSpec> weights) {
    long most = weights.stream().mapToLong(AdapterExtraction::smallerSide).max().orElse(0);
    if (settings.rank() > most) {
      throw CheckpointException.of(
          tuned.path(),
          "rank "
              + settings.rank()
              + " is more than any of its "
              + weights.size()
              + " weights to adapt can have; ask for at most "
              + most);
    }
    return weights.stream()
        .filter(weight -> smallerSide(weight) < settings.rank())
        .map(weight -> ExtractionTargets.module(weight.name()))
        .toList();
  }

  private static long smallerSide(TensorSpec weight) {
    return Math.min(weight.shape().getFirst(), weight.shape().getLast());
  }

  private Refactoring extract(AdapterWriter writer, LowRank module, Progress.Task task) {
    String name = module.module() + ".weight";
    Delta delta = new Delta(base, tuned, name, task);
    Pair best = RandomizedSvd.factor(delta, name, settings.rank(), module.scale());
    boolean transposed = isTransposed(module);
    Pair written =
        writer.write(
            module, transposed ? new Pair(best.b().transposed(), best.a().transposed()) : best);
    Matrix left = transposed ? written.a().transposed() : written.b();
    Matrix right = (transposed ? written.b().transposed() : written.a()).times(-module.scale());
    double[] squares = {0, 0};
    delta.forEachBlock((rows, first) -> {
      squares[0] += rows.squares();
      rows.addProduct(left.rows(first, rows.rows()), right);
      squares[1] += rows.squares();
    });
    return new Refactoring(module.module(), Math.sqrt(squares[0]), Math.sqrt(squares[1]));
  }

  private boolean isTransposed(LowRank module) {
    return module.kind() == Kind.EMBEDDING || settings.fanInFanOut();
  }

  private LowRank module(TensorSpec weight) {
    String module = ExtractionTargets.module(weight.name());
    Kind kind = ExtractionTargets.isEmbedding(module) ? Kind.EMBEDDING : Kind.LINEAR;
    boolean transposed = kind == Kind.EMBEDDING || settings.fanInFanOut();
    long out = weight.shape().get(transposed ? 1 : 0);
    long in = weight.shape().get(transposed ? 0 : 1);
    long rank = settings.rank();
    return LowRank.of(
        module,
        kind,
        settings.dtype().orElse(weight.dtype()),
        List.of(rank, in),
        List.of(out, rank),
        settings.alpha() / rank);
  }
}
