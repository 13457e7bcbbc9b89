package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.Role;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.recipe.Ingredient;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// A kitchen of real checkpoints: two tensors, `conv.w` of [2, 3] and `fc.w` of [4], with random
/// float32 values around a base. A soup scores by a function of its ten values.
final class TensorKitchen implements AutoCloseable {
  private final Kitchen kitchen;
  private final List<Ingredient> opened = new ArrayList<>();
  private int evaluations;

  /// How good values are; higher is better.
  interface Score {
    double of(float... values);
  }

  TensorKitchen(Path folder, int ingredients, Score score) {
    this(folder, ingredients, score, new BitSet[0]);
  }

  /// @param correct which of ten examples each ingredient gets right
  TensorKitchen(Path folder, int ingredients, Score score, BitSet... correct) {
    Random random = new Random(7);
    float[] center = new float[10];
    for (int i = 0; i < center.length; i++) {
      center[i] = (float) random.nextGaussian();
    }
    Ingredient base = write(folder, "base", center);
    List<Ingredient> all = new ArrayList<>();
    for (int k = 1; k <= ingredients; k++) {
      float[] values = center.clone();
      for (int i = 0; i < values.length; i++) {
        values[i] += (float) (0.3 + 0.3 * random.nextGaussian());
      }
      all.add(write(folder, "ft-" + k, values));
    }
    Map<String, String> fingerprints = new HashMap<>();
    opened.forEach(each -> fingerprints.put(each.name(), "print of " + each.name()));
    kitchen =
        new Kitchen(
            all,
            Optional.of(base),
            fingerprints,
            TestKitchen.spec("accuracy", Role.ID),
            evaluator(score, all, correct),
            new EvaluationStore(folder.resolve("work"), Durability.CACHED),
            new MergeExecutor(1, Progress.NONE),
            new Kitchen.Settings(Optional.empty(), false, false, false),
            folder.resolve("work"),
            new Timings());
  }

  Kitchen kitchen() {
    return kitchen;
  }

  /// How often something was measured on a set.
  int evaluations() {
    return evaluations;
  }

  /// The values of the base, or of an ingredient.
  double[] values(String name) {
    return values(
        opened.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow());
  }

  static double[] values(Ingredient ingredient) {
    return doubles(values(ingredient.checkpoint()));
  }

  /// The values of what a choice makes.
  double[] values(Choice choice, Path folder) {
    Path file = folder.resolve("served.safetensors");
    kitchen.serve((Dish.Soup) choice.dish(), file);
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      return doubles(values(checkpoint));
    }
  }

  /// Another checkpoint, with tensors of any shapes.
  Ingredient statistics(Path folder, String name, Map<TensorSpec, float[]> tensors) {
    Ingredient ingredient = write(folder, name, tensors);
    opened.add(ingredient);
    return ingredient;
  }

  @Override
  public void close() {
    kitchen.store().close();
    opened.forEach(ingredient -> ingredient.checkpoint().close());
  }

  static TensorSpec conv() {
    return new TensorSpec("conv.w", DType.F32, List.of(2L, 3L));
  }

  static TensorSpec fc() {
    return new TensorSpec("fc.w", DType.F32, List.of(4L));
  }

  /// The first of them cut off after so many.
  static float[] part(float[] values, int from, int to) {
    return Arrays.copyOfRange(values, from, to);
  }

  private Ingredient write(Path folder, String name, float... values) {
    SequencedMap<TensorSpec, float[]> tensors = new LinkedHashMap<>();
    tensors.put(conv(), part(values, 0, 6));
    tensors.put(fc(), part(values, 6, 10));
    Ingredient ingredient = write(folder, name, tensors);
    opened.add(ingredient);
    return ingredient;
  }

  private static Ingredient write(Path folder, String name, Map<TensorSpec, float[]> tensors) {
    Path file = folder.resolve(name + ".safetensors");
    try (CheckpointWriter writer =
        Checkpoints.create(file, tensors.keySet(), Map.of(), Durability.CACHED)) {
      tensors.forEach((spec, values) -> {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        writer.write(spec.name(), 0, bytes);
      });
      writer.commit();
    }
    return new Ingredient(name, Checkpoints.open(file));
  }

  private static float[] values(Checkpoint checkpoint) {
    float[] values = new float[10];
    float[] conv = checkpoint.tensor("conv.w").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    float[] fc = checkpoint.tensor("fc.w").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    System.arraycopy(conv, 0, values, 0, 6);
    System.arraycopy(fc, 0, values, 6, 4);
    return values;
  }

  private static double[] doubles(float... values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  private Evaluator evaluator(Score score, List<Ingredient> all, BitSet... correct) {
    return new Evaluator() {
      @Override
      public List<String> check(Checkpoint candidate) {
        return List.of();
      }

      @Override
      public void evaluate(
          Checkpoint candidate, Collection<String> sets, Consumer<Evaluation> done) {
        Optional<BitSet> bits = Optional.empty();
        for (int i = 0; i < correct.length; i++) {
          if (all.get(i).checkpoint().path().equals(candidate.path())) {
            bits = Optional.of(correct[i]);
          }
        }
        for (String set : sets) {
          TensorKitchen.this.evaluations++;
          SequencedMap<String, Double> metrics =
              new LinkedHashMap<>(Map.of("accuracy", score.of(values(candidate))));
          done.accept(new Evaluation(set, 10, metrics, bits, Optional.empty()));
        }
      }

      @Override
      public boolean givesPredictions() {
        return false;
      }

      @Override
      public boolean higherIsBetter() {
        return true;
      }

      @Override
      public void close() {}
    };
  }
}
