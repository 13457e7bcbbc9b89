package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.ElementReader;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.Prefetcher;
import dev.stockpot.eval.Targets;
import dev.stockpot.internal.work.Workers;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.Step;
import dev.stockpot.method.Linear;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.search.LearnedSoup.Layers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Gradient descent on the coefficients of a soup, minimising
///
///     L(a, β) = meanⱼ ℓ(β·f(xⱼ; Σᵢ αᵢ θᵢ), yⱼ)        α = softmax(a) or α = a
///
/// No more than one model is in memory: each step merges the candidate from the files, and the
/// gradient comes from one backward pass, G = ∂L/∂θ, and dot products that stream the ingredients,
/// gᵢ = ⟨G, θᵢ⟩: ∂L/∂aᵢ = gᵢ if the coefficients are free, else αᵢ(gᵢ − Σⱼ αⱼ gⱼ). By layer the
/// products are taken tensor by tensor. Float buffers take the mean of the rows, and count as
/// constant.
public final class CoefficientTraining {
  private static final int BLOCK = 1 << 16;

  private final Kitchen kitchen;
  private final GradientEngine engine;
  private final Dataset select;
  private final Targets.Classes targets;
  private final Layers layers;
  private final Settings settings;
  private final MergePlan plan;

  /// How to learn.
  ///
  /// @param softmax whether coefficients are positive and add up to 1
  /// @param batch examples per step
  public record Settings(boolean softmax, int epochs, int batch, double learningRate, int seed) {

    /// What it takes to learn: a soup for each step, and for the loss on all of `select` at the
    /// start and after each epoch.
    ///
    /// @param examples of `select`
    Cost cost(int examples) {
      long steps = (long) epochs * Math.ceilDiv(examples, batch);
      long losses = epochs + 1L;
      return new Cost(losses, 1, losses + 1 + steps, epochs, 0);
    }
  }

  /// A loss and its gradient.
  ///
  /// @param gradient for each row and ingredient, then for β
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Slope(double loss, double... gradient) {}

  CoefficientTraining(
      Kitchen kitchen, GradientEngine engine, Dataset select, Layers layers, Settings settings) {
    this.kitchen = kitchen;
    this.engine = engine;
    this.select = select;
    this.layers = layers;
    this.settings = settings;
    if (!(select.targets() instanceof Targets.Classes classes)) {
      throw new EvaluationException(
          "set '%s': has no classes, of which a learned soup takes the cross entropy"
              .formatted(select.name()));
    }
    targets = classes;
    List<Checkpoint> models = kitchen.ingredients().stream().map(Ingredient::checkpoint).toList();
    plan = MergePlan.of(models, Linear.sum(models.size()), Optional.of(DType.F32));
  }

  /// Learns, and takes the coefficients with the lowest loss on all of `select` after any epoch;
  /// the uniform soup's, if none is lower.
  ///
  /// @param name of the choice
  Choice choice(String name) {
    double[] point = start();
    double[] best = point.clone();
    List<Double> losses = new ArrayList<>(List.of(loss(point)));
    double lowest = losses.getFirst();
    AdamW optimiser = new AdamW(point.length, settings.learningRate());
    Progress.Total total =
        new Progress.Total((long) settings.epochs() * select.size(), Progress.Unit.EXAMPLES);
    try (Progress.Task task = kitchen.progress().begin("learning coefficients", total)) {
      for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
        for (int[] batch : Prefetcher.batches(order(epoch), settings.batch())) {
          optimiser.step(point, slope(point, batch).gradient());
          task.advance(batch.length);
        }
        losses.add(loss(point));
        if (losses.getLast() < lowest) {
          lowest = losses.getLast();
          best = point.clone();
        }
      }
    }
    return new Choice(
        name,
        soup(best, kitchen.settings().outDType()),
        List.of(),
        Optional.of(coefficients(best, losses)));
  }

  /// Equal coefficients, and β = 1.
  double[] start() {
    int k = kitchen.ingredients().size();
    double[] point = new double[layers.names().size() * k + 1];
    Arrays.fill(point, 1.0 / k);
    point[point.length - 1] = 1;
    return point;
  }

  /// The loss on some examples, and how it changes with each number of a point.
  Slope slope(double[] point, int... examples) {
    double[][] alpha = alpha(point);
    return kitchen.with(
        soup(point, Optional.of(DType.F32)),
        candidate -> {
          try (GradientEngine.Model model = engine.load(candidate);
              Prefetcher batches = new Prefetcher(select, List.of(examples))) {
            GradientEngine.Gradient gradient =
                model.gradient(batches.next(), targets.of(examples).labels(), beta(point));
            return new Slope(gradient.loss(), gradient(alpha, gradient));
          }
        });
  }

  /// The loss on all of `select`.
  double loss(double... point) {
    return kitchen.with(
        soup(point, Optional.of(DType.F32)),
        candidate -> {
          double sum = 0;
          List<int[]> all =
              Prefetcher.batches(IntStream.range(0, select.size()).toArray(), settings.batch());
          try (GradientEngine.Model model = engine.load(candidate);
              Prefetcher batches = new Prefetcher(select, all)) {
            for (int[] examples : all) {
              Batch batch = batches.next();
              int[] labels = targets.of(examples).labels();
              sum +=
                  examples.length * GradientEngine.loss(model.logits(batch), labels, beta(point));
            }
          }
          return sum / select.size();
        });
  }

  private double[] gradient(double[][] alpha, GradientEngine.Gradient gradient) {
    double[][] products = products(gradient.parameters());
    int k = kitchen.ingredients().size();
    double[] slope = new double[alpha.length * k + 1];
    for (int row = 0; row < alpha.length; row++) {
      double mean = 0;
      for (int i = 0; i < k; i++) {
        mean += alpha[row][i] * products[i][row];
      }
      for (int i = 0; i < k; i++) {
        double product = products[i][row];
        slope[row * k + i] = settings.softmax() ? alpha[row][i] * (product - mean) : product;
      }
    }
    slope[slope.length - 1] = gradient.beta();
    return slope;
  }

  /// ⟨G, θᵢ⟩ by ingredient and row.
  private double[][] products(Map<String, MemorySegment> gradients) {
    return Workers.map(
            kitchen.executor().threads(),
            kitchen.ingredients(),
            ingredient -> products(ingredient.checkpoint().unrounded(), gradients))
        .toArray(double[][]::new);
  }

  private double[] products(Checkpoint model, Map<String, MemorySegment> gradients) {
    ElementReader reader = new ElementReader();
    double[] block = new double[BLOCK];
    double[] products = new double[layers.names().size()];
    gradients.forEach((name, gradient) -> {
      TensorSpec spec = model.tensors().get(name);
      double sum = 0;
      for (long at = 0; at < spec.elements(); at += BLOCK) {
        int n = (int) Math.min(BLOCK, spec.elements() - at);
        reader.read(model, spec, at, n, block, 0);
        for (int i = 0; i < n; i++) {
          sum += block[i] * gradient.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, at + i);
        }
      }
      products[layers.of(name).orElseThrow()] += sum;
    });
    return products;
  }

  private Dish.Soup soup(double[] point, Optional<DType> dtype) {
    double[][] alpha = alpha(point);
    List<Step> steps = new ArrayList<>();
    MergePlan typed =
        dtype.filter(DType.F32::equals).isPresent()
            ? plan
            : MergePlan.of(plan.ingredients(), Linear.sum(alpha[0].length), dtype);
    for (Step step : typed.steps()) {
      switch (step) {
        case Step.Mix mix ->
            steps.add(
                new Step.Mix(mix.output(), mix.inputs(), sum(row(mix.output().name(), alpha))));
        case Step.Copy copy -> steps.add(copy);
      }
    }
    return kitchen.soup(
        "learned " + layers.names() + Arrays.deepToString(alpha),
        kitchen.ingredients(),
        new MergePlan(typed.ingredients(), steps, typed.metadata()),
        shares(alpha, steps));
  }

  private static Linear sum(double... alpha) {
    return new Linear(Arrays.stream(alpha).boxed().toList(), 1);
  }

  private double[] row(String tensor, double[][] alpha) {
    return layers.of(tensor).map(row -> alpha[row]).orElseGet(() -> meanRow(alpha));
  }

  private static double[] meanRow(double[][] alpha) {
    double[] mean = new double[alpha[0].length];
    for (double[] row : alpha) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += row[i] / alpha.length;
      }
    }
    return mean;
  }

  /// Each ingredient's coefficient, averaged over all elements.
  private SequencedMap<String, Double> shares(double[][] alpha, List<Step> steps) {
    double[] sums = new double[alpha[0].length];
    double elements = 0;
    for (Step step : steps) {
      if (step instanceof Step.Mix mix) {
        double[] row = row(mix.output().name(), alpha);
        elements += mix.output().elements();
        for (int i = 0; i < sums.length; i++) {
          sums[i] += row[i] * mix.output().elements();
        }
      }
    }
    SequencedMap<String, Double> shares = new LinkedHashMap<>();
    for (int i = 0; i < sums.length; i++) {
      shares.put(kitchen.ingredients().get(i).name(), sums[i] / Math.max(1, elements));
    }
    return shares;
  }

  private Coefficients coefficients(double[] point, List<Double> losses) {
    return new Coefficients(
        layers.names(),
        kitchen.ingredients().stream().map(Ingredient::name).toList(),
        Arrays.stream(alpha(point)).map(row -> Arrays.stream(row).boxed().toList()).toList(),
        beta(point),
        losses);
  }

  private double[][] alpha(double... point) {
    int k = kitchen.ingredients().size();
    double[][] alpha = new double[layers.names().size()][];
    for (int row = 0; row < alpha.length; row++) {
      double[] raw = Arrays.copyOfRange(point, row * k, (row + 1) * k);
      alpha[row] = settings.softmax() ? softmax(raw) : raw;
    }
    return alpha;
  }

  private static double beta(double... point) {
    return point[point.length - 1];
  }

  private static double[] softmax(double... raw) {
    double most = Arrays.stream(raw).max().orElseThrow();
    double[] shares = Arrays.stream(raw).map(value -> Math.exp(value - most)).toArray();
    double sum = Arrays.stream(shares).sum();
    return Arrays.stream(shares).map(share -> share / sum).toArray();
  }

  /// Another order of the examples in each epoch.
  private int[] order(int epoch) {
    int[] order = IntStream.range(0, select.size()).toArray();
    SplittableRandom random = new SplittableRandom(settings.seed() * 1_000_003L + epoch);
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    return order;
  }
}
