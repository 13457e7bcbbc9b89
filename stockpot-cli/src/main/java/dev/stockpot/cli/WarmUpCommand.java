package dev.stockpot.cli;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.terminal.Capabilities;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.io.WorkFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Not for users: the launcher runs it once per build, while the JVM takes down which classes and
/// which profiles of hot loops later runs should start with (JEP 483 and 515).
@Command(name = "warm-up", hidden = true, description = "Does a bit of everything, for the JVM.")
final class WarmUpCommand implements Runnable {
  private static final int ELEMENTS = 2 << 20;
  private static final List<String> METHODS =
      List.of("linear", "ties", "dare_ties", "slerp", "model_stock", "task_arithmetic");

  @Parameters(paramLabel = "FOLDER", description = "Where it may write.")
  private Path folder;

  @Override
  public void run() {
    try (WorkFolder work = WorkFolder.beside(folder.resolve("warm-up"))) {
      for (DType dtype : List.of(DType.BF16, DType.F32)) {
        Path a = model(work.path().resolve("a-" + dtype), dtype, 1);
        Path b = model(work.path().resolve("b-" + dtype), dtype, 2);
        String out = work.path().resolve("out-" + dtype).toString();
        run("inspect", a.toString());
        for (int round = 0; round < 3; round++) {
          run("uniform", a.toString(), b.toString(), "-o", out + "-uniform-" + round);
        }
        for (String method : METHODS) {
          Path config = work.path().resolve(method + "-" + dtype + ".yml");
          Files.writeString(config, config(method, a, b));
          run("merge", config.toString(), out + "-" + method);
        }
      }
      run("--help");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String config(String method, Path a, Path b) {
    return """
    merge_method: %s
    base_model: %s
    models:
    - {model: %s, parameters: {weight: 0.6, density: 0.5}}
    - model: %s
      parameters:
        weight: [0.4, 0.8]
        density: 0.5
    parameters: {t: 0.5}
    """
        .formatted(method, a, a, b);
  }

  private static Path model(Path folder, DType dtype, long seed) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"), "{\"model_type\": \"llama\", \"num_hidden_layers\": 2}");
    checkpoint(folder.resolve("model.safetensors"), dtype, seed);
    return folder;
  }

  private static void checkpoint(Path file, DType dtype, long seed) {
    List<TensorSpec> specs =
        List.of(
            new TensorSpec("model.layers.0.a.weight", dtype, List.of(2L, ELEMENTS / 4L)),
            new TensorSpec("model.layers.1.b.weight", dtype, List.of(2L, ELEMENTS / 4L)));
    SplittableRandom random = new SplittableRandom(seed);
    try (CheckpointWriter writer = Checkpoints.create(file, specs, Map.of(), Durability.CACHED)) {
      for (TensorSpec spec : specs) {
        ByteBuffer bytes = ByteBuffer.allocate((int) spec.bytes());
        while (bytes.hasRemaining()) {
          // Small finite numbers of either type.
          bytes.putShort(Short.reverseBytes((short) (0x3C00 + random.nextInt(0x200))));
        }
        writer.write(spec.name(), 0, bytes.flip());
      }
      writer.commit();
    }
  }

  private static void run(String... args) {
    Capabilities can = Capabilities.of(System.getProperties(), Map.of());
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Main.run(new Terminal(OutputStream.nullOutputStream(), nowhere, can), Map.of(), args);
  }
}
