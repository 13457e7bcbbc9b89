package dev.stockpot.search;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.recipe.Ingredient;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A kitchen of ingredients whose soups can be told apart: ingredient `i` holds 1 at place `i` and
/// 0 elsewhere, so the places of a soup that are not 0 are its members. The base holds only zeros.
///
/// @param kitchen to be tried
/// @param base for [Cook]
record TestKitchen(Kitchen kitchen, Ingredient base) implements AutoCloseable {

  /// Opens ingredients in a folder; a second time with what the first one measured.
  static TestKitchen in(Path folder, Evaluator evaluator, String... names) {
    List<Ingredient> ingredients = new ArrayList<>();
    Map<String, String> fingerprints = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      float[] values = new float[names.length];
      values[i] = 1;
      ingredients.add(write(folder, names[i], values));
      fingerprints.put(names[i], "print of " + names[i]);
    }
    Ingredient base = write(folder, "base", new float[names.length]);
    fingerprints.put("base", "print of base");
    Kitchen kitchen =
        new Kitchen(
            ingredients,
            Optional.of(base),
            fingerprints,
            spec("accuracy", Role.ID, Role.SHIFT),
            evaluator,
            new EvaluationStore(folder.resolve("work"), Durability.CACHED),
            new MergeExecutor(1, Progress.NONE),
            new Kitchen.Settings(Optional.empty(), false, evaluator.givesPredictions(), false),
            folder.resolve("work"),
            new Timings());
    return new TestKitchen(kitchen, base);
  }

  /// The same kitchen without a base.
  Kitchen withoutBase() {
    return new Kitchen(
        kitchen.ingredients(),
        Optional.empty(),
        kitchen.fingerprints(),
        kitchen.eval(),
        kitchen.evaluator(),
        kitchen.store(),
        kitchen.executor(),
        kitchen.settings(),
        kitchen.work(),
        kitchen.timings());
  }

  /// A spec with `select` and report sets of these roles, called `test` or `shift` and a number.
  static EvalSpec spec(String metric, Role... roles) {
    List<SetSpec> report = new ArrayList<>();
    for (Role role : roles) {
      String name = (role == Role.ID ? "test-" : "shift-") + (report.size() + 1);
      report.add(new SetSpec(name, role, new SetSpec.Source.Text(name)));
    }
    return new EvalSpec(
        new EvaluatorSpec.Command(List.of("none"), Path.of(""), Duration.ofSeconds(1)),
        InputSpec.AS_IS,
        new SetSpec("select", Role.SELECT, new SetSpec.Source.Text("select")),
        report,
        metric);
  }

  @Override
  public void close() {
    kitchen.store().close();
    kitchen.ingredients().forEach(ingredient -> ingredient.checkpoint().close());
    base.checkpoint().close();
  }

  private static Ingredient write(Path folder, String name, float[] values) {
    Path file = folder.resolve(name + ".safetensors");
    TensorSpec spec = new TensorSpec("w", DType.F32, List.of((long) values.length));
    try (CheckpointWriter writer =
        Checkpoints.create(file, List.of(spec), Map.of(), Durability.CACHED)) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      writer.write("w", 0, bytes);
      writer.commit();
    }
    Checkpoint checkpoint = Checkpoints.open(file);
    return new Ingredient(name, checkpoint);
  }
}
