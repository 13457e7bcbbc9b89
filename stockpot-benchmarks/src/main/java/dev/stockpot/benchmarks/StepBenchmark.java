package dev.stockpot.benchmarks;

import dev.stockpot.Progress;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.Metrics;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.TaskSpec;
import dev.stockpot.libtorch.TorchTrainerProvider;
import dev.stockpot.train.Hyperparameters;
import dev.stockpot.train.NetworkSpec;
import dev.stockpot.train.Trainer;
import dev.stockpot.train.TrainerSpec;
import dev.stockpot.train.TrainerSpec.Graph;
import dev.stockpot.train.Training;
import dev.stockpot.train.Value;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/// Steps of fine-tuning (forward, backward, AdamW, on a batch of 64), beside PyTorch's.
///
///     stockpot-benchmarks/run step [--networks vit,cnn] [--threads 1,2] [--rounds 5]
///                                  [--python PYTHON]
///
/// A set of one batch, so that an epoch is a step, from the batch's making to the update. Where
/// PYTHON (`python3` unless told) has PyTorch, `step.py` makes the same steps, in turns with ours;
/// nothing is timed before both have seen the same losses.
public final class StepBenchmark {
  private static final int BATCH = 64;
  private static final int CHECKED_STEPS = 5;
  private static final double TOLERANCE = 1e-3;
  private static final double ROUND_SECONDS = 1;

  /// A network and its batch.
  ///
  /// @param shape of an example
  /// @param tokens how many there are, if the examples are of tokens; else 0
  private record Subject(String what, Graph graph, List<Integer> shape, int tokens) {}

  private StepBenchmark() {}

  /// Runs the benchmark and prints a table.
  ///
  /// @param args as above
  public static void main(String[] args) throws IOException {
    Options options =
        Options.parse(
            Map.of(
                "--networks",
                "digits,mlp,cnn,vit,text",
                "--threads",
                "1,2",
                "--rounds",
                "5",
                "--python",
                "python3"),
            args);
    Path root = Path.of(System.getProperty("stockpot")).getParent();
    SequencedMap<String, Subject> subjects = subjects(root);
    System.out.println("| network | threads | Stockpot, ms | PyTorch, ms | ratio |");
    System.out.println("|---|---|---|---|---|");
    for (String name : options.text("--networks").split(",", -1)) {
      if (!subjects.containsKey(name)) {
        throw new IllegalArgumentException(
            "knows no network '" + name + "'; only " + subjects.keySet());
      }
      for (String threads : options.text("--threads").split(",", -1)) {
        line(
            subjects.get(name),
            root,
            Integer.parseInt(threads),
            options.count("--rounds"),
            options.text("--python"));
      }
    }
  }

  private static SequencedMap<String, Subject> subjects(Path root) {
    List<Integer> image = List.of(3, 32, 32);
    SequencedMap<String, Subject> subjects = new LinkedHashMap<>();
    subjects.put(
        "digits",
        new Subject(
            "the digits' TorchScript, 1×8×8",
            new Graph.TorchScript(root.resolve("examples/digits/model.ts.pt")),
            List.of(1, 8, 8),
            0));
    subjects.put(
        "mlp",
        new Subject(
            "MLP, 3072-512-512",
            new Graph.BuiltIn(new NetworkSpec.Mlp(3072, List.of(512, 512), 10)),
            image,
            0));
    subjects.put(
        "cnn",
        new Subject(
            "CNN with BatchNorm, 32-64-128 channels, 3×32×32",
            new Graph.BuiltIn(
                new NetworkSpec.Cnn(3, OptionalInt.empty(), List.of(32, 64, 128), true, 10)),
            image,
            0));
    subjects.put(
        "vit",
        new Subject(
            "ViT, width 128, depth 4, 64 patches",
            new Graph.BuiltIn(new NetworkSpec.Vit(3, 32, 4, 128, 4, 4, 10)),
            image,
            0));
    subjects.put(
        "text",
        new Subject(
            "text transformer, width 64, depth 2, 32 tokens",
            new Graph.BuiltIn(new NetworkSpec.Text(1000, 32, 64, 2, 4, 10)),
            List.of(32),
            1000));
    return subjects;
  }

  private static void line(Subject subject, Path root, int threads, int rounds, String python)
      throws IOException {
    Path folder = Files.createTempDirectory("stockpot-step-");
    try (Trainer trainer = trainer(subject, folder, threads);
        Training training =
            trainer.begin(
                new Hyperparameters(
                    Map.of(
                        "batch-size",
                        new Value.Real(BATCH),
                        "weight-decay",
                        new Value.Real(0.01),
                        "schedule",
                        new Value.Word("constant"),
                        "epochs",
                        new Value.Real(1_000_000))))) {
      Files.move(
          folder.resolve(training.write(folder).getFirst()), folder.resolve("base.safetensors"));
      switch (subject.graph()) {
        case Graph.TorchScript(Path file) -> Files.copy(file, folder.resolve("model.ts.pt"));
        case Graph.BuiltIn(NetworkSpec network) ->
            Files.writeString(folder.resolve("network.json"), network.json());
      }
      try (StepPeer peer =
          StepPeer.start(python, root.resolve("stockpot-benchmarks/step.py"), folder, threads)) {
        for (int step = 1; step <= CHECKED_STEPS; step++) {
          double ours = training.next(Progress.Task.NONE).loss();
          Optional<StepPeer.Answer> theirs = peer.steps(1);
          if (theirs.isPresent() && !(Math.abs(ours / theirs.get().loss() - 1) < TOLERANCE)) {
            throw new AssertionError(
                "%s: the loss of step %d is %s, PyTorch's is %s"
                    .formatted(subject.what(), step, ours, theirs.get().loss()));
          }
        }
        int steps = (int) Math.max(10, ROUND_SECONDS / seconds(training, 3));
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
          ours.add(seconds(training, steps));
          peer.steps(steps).ifPresent(answer -> theirs.add(answer.seconds() / steps));
        }
        double best = ours.stream().min(Double::compare).orElseThrow();
        String compared =
            theirs.stream()
                .min(Double::compare)
                .map(other -> "%.2f | %.2f".formatted(1e3 * other, best / other))
                .orElse("| ");
        System.out.printf(
            "| %s | %d | %.2f | %s |%n", subject.what(), threads, 1e3 * best, compared);
      }
    } finally {
      CookBenchmark.delete(folder);
    }
  }

  /// Mean seconds of a step.
  private static double seconds(Training training, int steps) {
    long start = System.nanoTime();
    for (int i = 0; i < steps; i++) {
      training.next(Progress.Task.NONE);
    }
    return (System.nanoTime() - start) / 1e9 / steps;
  }

  private static Trainer trainer(Subject subject, Path folder, int threads) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    int elements = subject.shape().stream().reduce(BATCH, Math::multiplyExact);
    boolean tokens = subject.tokens() > 0;
    ByteBuffer x = buffer((tokens ? Long.BYTES : Float.BYTES) * elements);
    for (int i = 0; i < elements; i++) {
      if (tokens) {
        x.putLong(random.nextInt(subject.tokens()));
      } else {
        x.putFloat((float) random.nextGaussian());
      }
    }
    ByteBuffer y = buffer(Long.BYTES * BATCH);
    for (int i = 0; i < BATCH; i++) {
      y.putLong(random.nextInt(10));
    }
    String shape = (BATCH + ", " + subject.shape()).replaceAll("[\\[\\]]", "");
    TrainerSpec.Network spec =
        new TrainerSpec.Network(
            subject.graph(),
            List.of("head.*"),
            false,
            List.of(),
            List.of(),
            InputSpec.AS_IS,
            new SetSpec(
                "train",
                Role.ID,
                new SetSpec.Source.Arrays(
                    array(folder.resolve("x.npy"), tokens ? "<i8" : "<f4", shape, x),
                    array(folder.resolve("y.npy"), "<i8", BATCH + ",", y))),
            Optional.empty(),
            TaskSpec.of(Metrics.named("accuracy")));
    return new TorchTrainerProvider().open(spec, Optional.empty(), threads);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @SuppressWarnings("ByteBufferBackingArray") // whole buffers, made here
  private static Path array(Path file, String type, String shape, ByteBuffer values)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(DigitsFamily.header(type, shape));
      out.write(values.array());
    }
    return file;
  }
}
