package dev.stockpot.diagnose;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.recipe.Ingredient;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/// Models that were fine-tuned from one base: the same random weights, each moved a little.
///
/// Tensors are two matrices, `body.weight` and `head.weight`, and a vector, `bias`.
final class Family {
  private static final Map<String, List<Long>> SHAPES =
      Map.of(
          "body.weight", List.of(40L, 30L),
          "bias", List.of(40L),
          "head.weight", List.of(10L, 40L));

  private final Path folder;
  private final Map<String, Map<String, double[]>> models = new TreeMap<>();

  Family(Path folder, String... names) {
    this.folder = folder;
    Map<String, double[]> base = random(new Random(1), 1);
    models.put("base", base);
    for (String name : names) {
      Map<String, double[]> moves = random(new Random(name.hashCode()), 0.05);
      moves.forEach((tensor, values) -> {
        for (int i = 0; i < values.length; i++) {
          values[i] += base.get(tensor)[i];
        }
      });
      models.put(name, moves);
    }
  }

  double[] values(String model, String tensor) {
    return models.get(model).get(tensor);
  }

  /// The move of a model from the base becomes so many times as long.
  void stretch(String model, double factor) {
    models
        .get(model)
        .forEach((tensor, values) -> {
          double[] base = values("base", tensor);
          for (int i = 0; i < values.length; i++) {
            values[i] = base[i] + factor * (values[i] - base[i]);
          }
        });
  }

  /// Other random weights than those of the base.
  void restart(String model, String tensor) {
    double[] values = values(model, tensor);
    Random random = new Random(31L * model.hashCode() + tensor.hashCode());
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
  }

  /// A vector in every model.
  void add(String tensor, double... values) {
    models.values().forEach(model -> model.put(tensor, values.clone()));
  }

  void copy(String from, String to) {
    models
        .get(from)
        .forEach(
            (tensor, values) -> System.arraycopy(values, 0, values(to, tensor), 0, values.length));
  }

  Survey survey(boolean withBase) {
    return survey(withBase, 1, Progress.NONE);
  }

  Survey survey(boolean withBase, int threads, Progress progress) {
    List<Ingredient> ingredients = new ArrayList<>();
    models.forEach((name, tensors) -> ingredients.add(write(name, tensors)));
    Ingredient base = ingredients.remove(List.copyOf(models.keySet()).indexOf("base"));
    try {
      return Survey.of(
          withBase ? Optional.of(base) : Optional.empty(), ingredients, threads, progress);
    } finally {
      base.checkpoint().close();
      ingredients.forEach(ingredient -> ingredient.checkpoint().close());
    }
  }

  private static Map<String, double[]> random(Random random, double scale) {
    Map<String, double[]> tensors = new TreeMap<>();
    new TreeMap<>(SHAPES)
        .forEach((name, shape) -> {
          double[] values =
              new double[shape.stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b)];
          for (int i = 0; i < values.length; i++) {
            values[i] = scale * random.nextGaussian();
          }
          tensors.put(name, values);
        });
    return tensors;
  }

  private Ingredient write(String name, Map<String, double[]> tensors) {
    Path file = folder.resolve(name + ".safetensors");
    List<TensorSpec> specs =
        tensors.entrySet().stream()
            .map(entry ->
                new TensorSpec(
                    entry.getKey(),
                    DType.F64,
                    SHAPES.getOrDefault(entry.getKey(), List.of((long) entry.getValue().length))))
            .toList();
    try (CheckpointWriter writer = Checkpoints.create(file, specs, Map.of(), Durability.CACHED)) {
      for (TensorSpec spec : specs) {
        ByteBuffer bytes = ByteBuffer.allocate((int) spec.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(tensors.get(spec.name()));
        writer.write(spec.name(), 0, bytes);
      }
      writer.commit();
    }
    Checkpoint checkpoint = Checkpoints.open(file);
    return new Ingredient(name, checkpoint);
  }
}
