package dev.stockpot.cli;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/// Small checkpoints, and an evaluator that is a script, to try commands on.
final class TinySoup {
  private TinySoup() {}

  /// A soup.yml, a base, six ingredients and a script that measures them.
  ///
  /// The script notes every call in `calls`, takes its time, and makes an accuracy up from the
  /// content of the checkpoint and the name of the set.
  static void make(Path folder, String recipes) throws IOException {
    write(folder.resolve("base.safetensors"), 0, 65);
    for (int i = 1; i <= 6; i++) {
      write(folder.resolve("ft-" + i + ".safetensors"), i, 65);
    }
    Files.writeString(
        folder.resolve("measure.sh"),
        """
        echo "$2" >> calls
        digest=$( (cat "$1"; echo "$2") | sha256sum)
        percent=$((16#${digest:0:4} % 101))
        sleep 0.03
        echo measured
        printf '{"accuracy": %d.%02d, "n": 100}\\n' $((percent / 100)) $((percent % 100))
        """);
    Files.writeString(
        folder.resolve("soup.yml"),
        """
        base: base.safetensors
        ingredients: [ft-*.safetensors]
        evaluator:
          command: [bash, measure.sh, "{checkpoint}", "{data}"]
        data:
          select: first half
          report:
            test: second half
            shift-a: {data: strange}
        recipes: RECIPES
        """
            .replace("RECIPES", recipes));
  }

  /// A checkpoint of one float32 tensor with random values.
  static void write(Path file, long seed, int elements) {
    float[] values = new float[elements];
    Random random = new Random(seed);
    for (int i = 0; i < elements; i++) {
      values[i] = (float) random.nextGaussian();
    }
    write(file, Map.of("w", values));
  }

  /// A checkpoint of float32 vectors.
  static void write(Path file, Map<String, float[]> tensors) {
    List<TensorSpec> specs =
        tensors.entrySet().stream()
            .map(e -> new TensorSpec(e.getKey(), DType.F32, List.of((long) e.getValue().length)))
            .toList();
    try (CheckpointWriter writer = Checkpoints.create(file, specs, Map.of(), Durability.CACHED)) {
      tensors.forEach((name, values) -> {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        writer.write(name, 0, bytes);
      });
      writer.commit();
    }
  }

  /// Every file and folder below a folder, relative to it, sorted.
  static List<String> tree(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(path -> !path.equals(folder))
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  /// How many evaluations are kept in work folders; 0 while files come and go as they are counted.
  static int evaluations(Path folder) throws IOException {
    try {
      return (int)
          tree(folder).stream()
              .filter(name -> name.contains(".stockpot") && name.endsWith(".json"))
              .count();
    } catch (UncheckedIOException e) {
      return 0;
    }
  }

  /// How often the script has been called.
  static int calls(Path folder) throws IOException {
    Path calls = folder.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
  }
}
