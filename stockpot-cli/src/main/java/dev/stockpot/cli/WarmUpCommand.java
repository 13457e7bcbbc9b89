package dev.stockpot.cli;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.terminal.Capabilities;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.io.WorkFolder;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
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
  private static final int ELEMENTS = 4 << 20;

  @Parameters(paramLabel = "FOLDER", description = "Where it may write.")
  private Path folder;

  @Override
  public void run() {
    try (WorkFolder work = WorkFolder.beside(folder.resolve("warm-up"))) {
      for (DType dtype : List.of(DType.BF16, DType.F32)) {
        Path a = checkpoint(work.path().resolve("a-" + dtype + ".safetensors"), dtype, 1);
        Path b = checkpoint(work.path().resolve("b-" + dtype + ".safetensors"), dtype, 2);
        Path out = work.path().resolve("out-" + dtype + ".safetensors");
        run("inspect", a.toString());
        for (int round = 0; round < 4; round++) {
          run(
              "uniform",
              a.toString(),
              b.toString(),
              a.toString(),
              b.toString(),
              "-o",
              out.toString());
        }
      }
      run("--help");
    }
  }

  private static Path checkpoint(Path file, DType dtype, long seed) {
    List<TensorSpec> specs =
        List.of(
            new TensorSpec("a.weight", dtype, List.of(2L, ELEMENTS / 4L)),
            new TensorSpec("b.weight", dtype, List.of(2L, ELEMENTS / 4L)));
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
    return file;
  }

  private static void run(String... args) {
    Capabilities can = Capabilities.of(System.getProperties(), Map.of());
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Main.run(new Terminal(OutputStream.nullOutputStream(), nowhere, can), Map.of(), args);
  }
}
