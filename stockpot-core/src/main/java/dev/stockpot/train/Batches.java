package dev.stockpot.train;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.InputSpec.Layout;
import dev.stockpot.eval.Targets;
import dev.stockpot.merge.RandomBits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// The batches of a run: examples in an order of their own in each epoch, augmented and mixed. All
/// is a function of the run's seed, the epoch, the step and the example.
///
/// For one thread at a time. A batch is valid until the next.
public final class Batches implements AutoCloseable {
  private final Examples examples;
  private final int size;
  private final int classes;
  private final long seed;
  private final double smoothing;
  private final double mixup;
  private final double cutmix;
  private final Augmentation augmentation;
  private final Arena arena = Arena.ofShared();
  private Arena read = Arena.ofShared();
  private final SequencedMap<String, MemorySegment> inputs = new LinkedHashMap<>();
  private final MemorySegment targets;

  /// Inputs, and what they should give.
  ///
  /// @param targets a distribution over the classes for each example, or a number; float32
  public record Step(Batch batch, MemorySegment targets) {}

  /// @param classes of the network; 1 for numbers
  /// @throws EvaluationException for what cannot be done with such examples
  public Batches(Examples examples, Hyperparameters hyperparameters, int classes) {
    this.examples = examples;
    this.classes = classes;
    size = Math.min(hyperparameters.whole(Hyperparameter.BATCH_SIZE), examples.size());
    seed = hyperparameters.seed(Hyperparameter.SEED);
    smoothing = hyperparameters.real(Hyperparameter.LABEL_SMOOTHING);
    mixup = hyperparameters.real(Hyperparameter.MIXUP);
    cutmix = hyperparameters.real(Hyperparameter.CUTMIX);
    augmentation = Augmentation.of(hyperparameters, examples.input());
    check();
    examples
        .stored()
        .ifPresent(all ->
            all.forEach((name, stored) ->
                inputs.put(name, arena.allocate(Math.max(1, stored.exampleBytes() * size), 64))));
    targets = arena.allocate(4L * size * classes, 64);
  }

  /// Steps of an epoch; the last may be of fewer examples.
  public int steps() {
    return (examples.size() + size - 1) / size;
  }

  /// A step's batch.
  ///
  /// @param epoch from 0
  /// @param step from 0
  /// @param order of the epoch
  public Step of(int epoch, int step, int[] order) {
    int begin = step * size;
    int count = Math.min(size, order.length - begin);
    int[] chosen = new int[count];
    System.arraycopy(order, begin, chosen, 0, count);
    Batch batch = examples.stored().isPresent() ? gathered(chosen) : fresh(chosen);
    if (!augmentation.isNone()) {
      augment(batch, chosen, epoch);
    }
    MemorySegment wanted = targets.asSlice(0, 4L * count * classes);
    fill(wanted, chosen);
    if (mixup > 0 || cutmix > 0) {
      mix(batch, wanted, stream(epoch, 1, step));
    }
    return new Step(batch, wanted);
  }

  /// The order of the examples in an epoch.
  ///
  /// @param epoch from 0
  public int[] order(int epoch) {
    int[] order = new int[examples.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    SplittableRandom random = stream(epoch, 0, 0);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  @Override
  public void close() {
    arena.close();
    read.close();
  }

  private void check() {
    boolean mixes = mixup > 0 || cutmix > 0;
    if (classes == 1 && (smoothing > 0 || mixes)) {
      throw new EvaluationException(
          "label-smoothing, mixup and cutmix are for classes, and this is a regression");
    }
    if (augmentation.isNone() && !mixes) {
      return;
    }
    boolean images = augmentation.needsImages() || cutmix > 0;
    boolean fits =
        examples.stored().isPresent()
            && examples.stored().get().size() == 1
            && examples.stored().get().firstEntry().getValue().dtype() == DType.F32
            && (!images
                || (examples.input().layout() != Layout.AS_IS
                    && examples.stored().get().firstEntry().getValue().shape().size() == 3));
    if (!fits) {
      throw new EvaluationException(
          images
              ? "crops, flips, turns, RandAugment and cutmix are for images: one input, stored"
                  + " n×h×w×c, with layout nchw or nhwc"
              : "noise and mixup are for one input of float32, all examples of one shape");
    }
  }

  private Batch gathered(int[] chosen) {
    SequencedMap<String, Batch.Input> batch = new LinkedHashMap<>();
    examples
        .stored()
        .orElseThrow()
        .forEach((name, stored) -> {
          MemorySegment target = inputs.get(name);
          long bytes = stored.exampleBytes();
          for (int i = 0; i < chosen.length; i++) {
            MemorySegment.copy(stored.data(), chosen[i] * bytes, target, i * bytes, bytes);
          }
          List<Long> shape = new ArrayList<>(List.of((long) chosen.length));
          shape.addAll(stored.shape());
          batch.put(
              name,
              new Batch.Input(
                  stored.dtype(),
                  shape,
                  target
                      .asSlice(0, bytes * chosen.length)
                      .asByteBuffer()
                      .order(ByteOrder.nativeOrder())));
        });
    return new Batch(chosen.length, batch);
  }

  private Batch fresh(int[] chosen) {
    read.close();
    read = Arena.ofShared();
    return examples.read(chosen, read);
  }

  private void augment(Batch batch, int[] chosen, int epoch) {
    MemorySegment all = inputs.firstEntry().getValue();
    List<Long> shape = examples.stored().orElseThrow().firstEntry().getValue().shape();
    int elements = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    float[] pixels = new float[elements];
    for (int i = 0; i < batch.size(); i++) {
      SplittableRandom random = stream(epoch, 2, chosen[i]);
      MemorySegment.copy(all, ValueLayout.JAVA_FLOAT, 4L * i * elements, pixels, 0, elements);
      if (shape.size() == 3) {
        augmentation.apply(image(pixels, shape), random);
      } else {
        Augmentation.addNoise(pixels, augmentation.noise(), random);
      }
      MemorySegment.copy(pixels, 0, all, ValueLayout.JAVA_FLOAT, 4L * i * elements, elements);
    }
  }

  private Image image(float[] pixels, List<Long> shape) {
    boolean last = examples.input().layout() == Layout.NHWC;
    int first = shape.get(0).intValue();
    int second = shape.get(1).intValue();
    int third = shape.get(2).intValue();
    return last
        ? new Image(pixels, third, first, second, true)
        : new Image(pixels, first, second, third, false);
  }

  private void fill(MemorySegment wanted, int[] chosen) {
    switch (examples.targets()) {
      case Targets.Classes(int[] labels) -> {
        float rest = (float) (smoothing / classes);
        float right = (float) (1 - smoothing + smoothing / classes);
        for (int i = 0; i < chosen.length; i++) {
          for (int column = 0; column < classes; column++) {
            wanted.setAtIndex(
                ValueLayout.JAVA_FLOAT,
                (long) i * classes + column,
                column == labels[chosen[i]] ? right : rest);
          }
        }
      }
      case Targets.Values(double[] values) -> {
        for (int i = 0; i < chosen.length; i++) {
          wanted.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[chosen[i]]);
        }
      }
      case Targets.Tokens _ -> throw new AssertionError("refused before");
    }
  }

  /// Each example with another of the batch, by mixup (Zhang et al. 2018) or CutMix (Yun et al.
  /// 2019); a coin decides where both are asked for.
  private void mix(Batch batch, MemorySegment wanted, SplittableRandom random) {
    boolean cut = cutmix > 0 && (mixup == 0 || random.nextBoolean());
    double alpha = cut ? cutmix : mixup;
    double share = beta(alpha, random);
    int n = batch.size();
    int[] partner = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      partner[i] = partner[j];
      partner[j] = i;
    }
    MemorySegment all = inputs.firstEntry().getValue();
    List<Long> shape = examples.stored().orElseThrow().firstEntry().getValue().shape();
    int elements = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    float[] values = all.asSlice(0, 4L * n * elements).toArray(ValueLayout.JAVA_FLOAT);
    float[] mixed = values.clone();
    double kept = share;
    if (cut) {
      kept = paste(values, mixed, partner, elements, image(values, shape), share, random);
    } else {
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < elements; k++) {
          mixed[i * elements + k] =
              (float)
                  (share * values[i * elements + k]
                      + (1 - share) * values[partner[i] * elements + k]);
        }
      }
    }
    MemorySegment.copy(mixed, 0, all, ValueLayout.JAVA_FLOAT, 0, n * elements);
    float[] before = wanted.toArray(ValueLayout.JAVA_FLOAT);
    for (int i = 0; i < n; i++) {
      for (int column = 0; column < classes; column++) {
        wanted.setAtIndex(
            ValueLayout.JAVA_FLOAT,
            (long) i * classes + column,
            (float)
                (kept * before[i * classes + column]
                    + (1 - kept) * before[partner[i] * classes + column]));
      }
    }
  }

  /// Pastes a rectangle of each image's partner.
  ///
  /// @return the share of the area that is the image's own
  private static double paste(
      float[] values,
      float[] mixed,
      int[] partner,
      int elements,
      Image shape,
      double share,
      RandomGenerator random) {
    double side = Math.sqrt(1 - share);
    int middleX = random.nextInt(shape.width());
    int middleY = random.nextInt(shape.height());
    int left = Math.max(0, (int) (middleX - side * shape.width() / 2));
    int right = Math.min(shape.width(), (int) (middleX + side * shape.width() / 2));
    int top = Math.max(0, (int) (middleY - side * shape.height() / 2));
    int bottom = Math.min(shape.height(), (int) (middleY + side * shape.height() / 2));
    for (int i = 0; i < partner.length; i++) {
      for (int channel = 0; channel < shape.channels(); channel++) {
        for (int y = top; y < bottom; y++) {
          for (int x = left; x < right; x++) {
            int at = shape.at(channel, y, x);
            mixed[i * elements + at] = values[partner[i] * elements + at];
          }
        }
      }
    }
    return 1 - (double) (right - left) * (bottom - top) / (shape.width() * shape.height());
  }

  /// A number from Beta(α, α), by two from Gamma(α, 1).
  static double beta(double alpha, RandomGenerator random) {
    double a = gamma(alpha, random);
    double b = gamma(alpha, random);
    return a + b == 0 ? 0.5 : a / (a + b);
  }

  /// Marsaglia and Tsang 2000.
  private static double gamma(double alpha, RandomGenerator random) {
    if (alpha < 1) {
      return gamma(alpha + 1, random) * StrictMath.pow(random.nextDouble(), 1 / alpha);
    }
    double d = alpha - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = (1 + c * x) * (1 + c * x) * (1 + c * x);
      if (v > 0) {
        double u = 1 - random.nextDouble();
        if (StrictMath.log(u) < 0.5 * x * x + d - d * v + d * StrictMath.log(v)) {
          return d * v;
        }
      }
    }
  }

  private SplittableRandom stream(int epoch, int purpose, int index) {
    return new SplittableRandom(
        RandomBits.stream(RandomBits.stream(RandomBits.stream(seed, epoch), purpose), index));
  }
}
