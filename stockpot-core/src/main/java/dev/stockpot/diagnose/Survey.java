package dev.stockpot.diagnose;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.ElementReader;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.work.Workers;
import dev.stockpot.recipe.Ingredient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// One reading of the weights of all models, side by side.
///
/// Memory is that of the blocks read, 8 MiB per thread however many models there are, and of the
/// dot products: `8·K²` bytes per tensor for `K` ingredients, 16 MB for 100 of 200 tensors.
///
/// Running through a tensor, numbers are added up block by block, in an order that depends on
/// nothing but the number of models.
public final class Survey {
  /// Elements read at once, of all models together.
  private static final int BLOCK = 1 << 20;

  private final List<String> ingredients;
  private final boolean hasBase;
  private final List<Layer> layers;

  private Survey(List<String> ingredients, boolean hasBase, List<Layer> layers) {
    this.ingredients = ingredients;
    this.hasBase = hasBase;
    this.layers = layers;
  }

  /// Reads every float tensor once from every model. The same numbers for any number of threads.
  ///
  /// @param base of the names and shapes of the ingredients
  /// @param ingredients at least one, all with the same names and shapes
  /// @param progress hears of the bytes read
  public static Survey of(
      Optional<Ingredient> base, List<Ingredient> ingredients, int threads, Progress progress) {
    List<Checkpoint> models =
        Stream.concat(ingredients.stream(), base.stream())
            .map(model -> model.checkpoint().unrounded())
            .toList();
    List<TensorSpec> tensors =
        models.getFirst().tensors().values().stream()
            .filter(spec -> models.stream().allMatch(model -> isFloat(model, spec.name())))
            .toList();
    Progress.Total total = new Progress.Total(bytes(models, tensors), Progress.Unit.BYTES);
    try (Progress.Task task = progress.begin("looking at the weights", total)) {
      List<Layer> layers =
          Workers.map(threads, tensors, spec -> read(models, base.isPresent(), spec, task));
      return new Survey(
          ingredients.stream().map(Ingredient::name).toList(), base.isPresent(), layers);
    }
  }

  /// How many bytes a survey reads.
  public static long bytes(Optional<Ingredient> base, List<Ingredient> ingredients) {
    return Stream.concat(ingredients.stream(), base.stream())
        .flatMap(model -> model.checkpoint().tensors().values().stream())
        .filter(spec -> spec.dtype().isFloat())
        .mapToLong(TensorSpec::bytes)
        .sum();
  }

  /// The names of the ingredients.
  List<String> ingredients() {
    return ingredients;
  }

  /// Whether there is a base.
  boolean hasBase() {
    return hasBase;
  }

  /// Every float tensor, in the order of the first ingredient.
  List<Layer> layers() {
    return layers;
  }

  /// The ingredients' names, then the base.
  List<String> models() {
    List<String> models = new ArrayList<>(ingredients);
    if (hasBase) {
      models.add("the base");
    }
    return models;
  }

  private static long bytes(List<Checkpoint> models, List<TensorSpec> tensors) {
    return tensors.stream()
        .flatMap(spec -> models.stream().map(model -> model.tensors().get(spec.name())))
        .mapToLong(TensorSpec::bytes)
        .sum();
  }

  private static boolean isFloat(Checkpoint model, String tensor) {
    return Optional.ofNullable(model.tensors().get(tensor))
        .filter(spec -> spec.dtype().isFloat())
        .isPresent();
  }

  private static Layer read(
      List<Checkpoint> models, boolean hasBase, TensorSpec spec, Progress.Task task) {
    int most = (int) Math.min(spec.elements(), Math.max(1, BLOCK / models.size()));
    ElementReader reader = new ElementReader();
    double[] block = new double[most * models.size()];
    DotProducts products = new DotProducts(models.size());
    List<Layer.Faults> faults =
        new ArrayList<>(Collections.nCopies(models.size(), Layer.Faults.NONE));
    long[] hashes = new long[models.size()];
    for (long at = 0; at < spec.elements(); at += most) {
      int n = (int) Math.min(most, spec.elements() - at);
      boolean finite = true;
      for (int i = 0; i < models.size(); i++) {
        TensorSpec stored = models.get(i).tensors().get(spec.name());
        reader.read(models.get(i), stored, at, n, block, i * n);
        hashes[i] = hash(hashes[i], block, i * n, n);
        Layer.Faults found = faults(block, i * n, n);
        finite &= found.equals(Layer.Faults.NONE);
        faults.set(i, faults.get(i).plus(found));
        task.advance((long) n * stored.dtype().bytes());
      }
      if (!finite) {
        blank(block, models.size(), n);
      }
      if (hasBase) {
        subtractLast(block, models.size(), n);
      }
      products.add(block, n);
    }
    List<Long> values = new ArrayList<>();
    for (long hash : hashes) {
      values.add(hash);
    }
    return new Layer(spec.name(), spec.shape(), hasBase, products, faults, values);
  }

  /// Goes on with a hash of numbers in their order; the two zeros are one number.
  private static long hash(long hash, double[] values, int from, int n) {
    long result = hash;
    for (int i = from; i < from + n; i++) {
      result = (result ^ Double.doubleToLongBits(values[i] + 0.0)) * 0x9E3779B97F4A7C15L;
      result ^= result >>> 32;
    }
    return result;
  }

  private static Layer.Faults faults(double[] values, int from, int n) {
    int nans = 0;
    int others = 0;
    for (int i = from; i < from + n; i++) {
      nans += Double.isNaN(values[i]) ? 1 : 0;
      others += Double.isInfinite(values[i]) ? 1 : 0;
    }
    return new Layer.Faults(nans, others);
  }

  /// Sets elements to 0 in all models that are not finite in one.
  private static void blank(double[] block, int models, int n) {
    for (int i = 0; i < models * n; i++) {
      if (!Double.isFinite(block[i])) {
        for (int model = 0; model < models; model++) {
          block[model * n + i % n] = 0;
        }
      }
    }
  }

  private static void subtractLast(double[] block, int models, int n) {
    int last = (models - 1) * n;
    for (int model = 0; model < models - 1; model++) {
      for (int i = 0; i < n; i++) {
        block[model * n + i] -= block[last + i];
      }
    }
  }
}
