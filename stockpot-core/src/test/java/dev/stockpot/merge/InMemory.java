package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import java.util.List;
import java.util.Optional;

/// Runs a method on arrays: the stages as the executor goes through them, without files or threads.
public final class InMemory {
  private InMemory() {}

  /// The result before rounding.
  ///
  /// @param shape of every input and of the output
  public static double[] mix(
      MergeMethod method, Precision precision, List<Long> shape, double[]... inputs) {
    return mix(method, precision, shape, 0, inputs);
  }

  /// The result before rounding, of a random method.
  public static double[] mix(
      MergeMethod method, Precision precision, List<Long> shape, long seed, double[]... inputs) {
    return run(method, precision, shape, seed, inputs).result();
  }

  /// A result before rounding, and the stage that made it.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Run(double[] result, Stage.Mixing mixing) {}

  /// Runs a method.
  public static Run run(
      MergeMethod method, Precision precision, List<Long> shape, long seed, double[]... inputs) {
    TensorSpec spec = new TensorSpec("w", DType.F64, shape);
    Layer layer = new Layer(spec, inputs.length, precision, seed);
    Job job = new Job(0, spec.elements(), method.begin(layer));
    double[] result = new double[Math.toIntExact(spec.elements())];
    Stretch stretch = new Stretch(() -> tile(precision));
    for (Optional<Jobs.Block> next = job.next(); next.isPresent(); next = job.next()) {
      Jobs.Block block = next.get();
      Optional<Object> part =
          switch (block.stage()) {
            case Stage.Pass<?> pass -> visit(pass, block, stretch, inputs);
            case Stage.Mixing mixing -> {
              Tile out = tile(precision);
              for (long at = 0; at < block.n(); at += MergeWorker.tileLength(mixing)) {
                fill(stretch, mixing, block, at, inputs);
                out.resize(stretch.length());
                mixing.mix(stretch, out);
                for (int i = 0; i < stretch.length(); i++) {
                  result[(int) stretch.from() + i] = out.at(i);
                }
              }
              yield Optional.empty();
            }
          };
      job.done(block, part);
    }
    return new Run(result, job.mixing());
  }

  /// A tile with these values.
  public static Tile tile(Precision precision, double... values) {
    Tile tile = tile(precision);
    tile.resize(values.length);
    for (int i = 0; i < values.length; i++) {
      tile.put(i, values[i]);
    }
    return tile;
  }

  private static Tile tile(Precision precision) {
    return precision == Precision.FLOAT32 ? new FloatTile() : new DoubleTile();
  }

  private static <P> Optional<Object> visit(
      Stage.Pass<P> pass, Jobs.Block block, Stretch stretch, double[][] inputs) {
    P part = pass.anyOrder() ? block.job().partOfThread(pass) : pass.start();
    int tile = MergeWorker.tileLength(pass);
    long end = pass.sampling().firstOnly() ? Math.min(tile, block.n()) : block.n();
    for (long at = 0; at < end; at += tile) {
      fill(stretch, pass, block, at, inputs);
      pass.visit(stretch, part);
    }
    return pass.anyOrder() ? Optional.empty() : Optional.of(part);
  }

  private static void fill(
      Stretch stretch, Stage stage, Jobs.Block block, long at, double[][] inputs) {
    int n = (int) Math.min(MergeWorker.tileLength(stage), block.n() - at);
    stretch.move(block.from() + at, n, inputs.length);
    for (int k = 0; k < inputs.length; k++) {
      for (int i = 0; i < n; i++) {
        stretch.input(k).put(i, inputs[k][(int) (block.from() + at) + i]);
      }
    }
  }
}
