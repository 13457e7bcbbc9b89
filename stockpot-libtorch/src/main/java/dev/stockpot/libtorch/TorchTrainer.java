package dev.stockpot.libtorch;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.checkpoint.Widening;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.Measurement;
import dev.stockpot.eval.Names;
import dev.stockpot.eval.Targets;
import dev.stockpot.train.Batches;
import dev.stockpot.train.Examples;
import dev.stockpot.train.Hyperparameter;
import dev.stockpot.train.Hyperparameters;
import dev.stockpot.train.Trainer;
import dev.stockpot.train.TrainerSpec;
import dev.stockpot.train.TrainerSpec.Graph;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Trains networks in libtorch.
final class TorchTrainer implements Trainer {
  private static final int TIMED_STEPS = 5;

  private final TrainerSpec.Network spec;
  private final Optional<Checkpoint> base;
  private final int threads;
  private final Examples examples;
  private final Optional<Measurement> select;
  private final Predicate<String> isNew;
  private final List<String> notes = new ArrayList<>();
  private final int classes;
  private final boolean draws;
  private final long elements;

  private TorchTrainer(
      TrainerSpec.Network spec,
      Optional<Checkpoint> base,
      Examples examples,
      Optional<Measurement> select,
      int threads) {
    this.spec = spec;
    this.base = base;
    this.examples = examples;
    this.select = select;
    this.threads = threads;
    Predicate<String> isHead = Names.globs(spec.head());
    isNew = name -> base.isEmpty() || (spec.newHead() && isHead.test(name));
    notes.addAll(examples.notes());
    Libtorch.load(threads);
    try (TorchNetwork network = network()) {
      checkBase(network);
      checkNames(network);
      classes = width(network);
      draws = draws(network);
      elements = network.parameters().values().stream().mapToLong(Tensor::numel).sum();
    }
    checkTargets();
    if (draws) {
      notes.add(
          "the network draws random numbers in training (dropout), for which libtorch has one"
              + " generator; runs go one after the other");
    }
  }

  /// Opens network, base and data.
  static TorchTrainer open(TrainerSpec.Network spec, Optional<Path> base, int threads) {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      Optional<Checkpoint> checkpoint = base.map(Checkpoints::open);
      checkpoint.ifPresent(opened::add);
      Examples examples = Examples.open(spec.train(), spec.input(), spec.task());
      opened.add(examples);
      Optional<Measurement> select =
          spec.select().map(set -> Measurement.open(set, spec.input(), spec.task()));
      select.ifPresent(opened::add);
      return new TorchTrainer(spec, checkpoint, examples, select, threads);
    } catch (RuntimeException | Error e) {
      for (AutoCloseable each : opened) {
        try {
          each.close();
        } catch (Exception also) {
          e.addSuppressed(also);
        }
      }
      throw e;
    }
  }

  @Override
  public TorchTraining begin(Hyperparameters hyperparameters) {
    Libtorch.load(threads);
    TorchNetwork network = network();
    FlatWeights weights =
        new FlatWeights(network, Names.globs(spec.head()), Names.globs(spec.freeze()));
    if (hyperparameters.whole(Hyperparameter.PROBE_EPOCHS) > 0 && weights.head() == 0) {
      throw new EvaluationException(
          "probe-epochs trains the head alone, but no tensor is the head's; name them: model:"
              + " {head: [\"fc.*\"]}");
    }
    start(weights, hyperparameters.seed(Hyperparameter.INIT_SEED));
    return new TorchTraining(
        network,
        weights,
        hyperparameters,
        new Batches(examples, hyperparameters, classes),
        select,
        spec.ema(),
        TorchTraining.Step.of(hyperparameters, classes, draws),
        threads);
  }

  @Override
  public int examples() {
    return examples.size();
  }

  @Override
  public long bytes() {
    // Weights, gradients, two moments, averages.
    return Float.BYTES * elements * (4 + spec.ema().size());
  }

  @Override
  public boolean isParallel() {
    return !draws;
  }

  @Override
  public List<String> notes() {
    return List.copyOf(notes);
  }

  @Override
  public Duration timePerExample(Hyperparameters hyperparameters) {
    try (TorchTraining training = begin(hyperparameters);
        Batches batches = new Batches(examples, hyperparameters, classes)) {
      int[] order = batches.order(0);
      long nanos = Long.MAX_VALUE;
      long count = 1;
      for (int i = 0; i < TIMED_STEPS; i++) {
        long start = System.nanoTime();
        Batches.Step batch = batches.of(0, i % batches.steps(), order);
        training.step(batch, 0, 1);
        long taken = System.nanoTime() - start;
        if (taken / batch.batch().size() < nanos / count) {
          nanos = taken;
          count = batch.batch().size();
        }
      }
      return Duration.ofNanos(Math.max(1, nanos / count));
    }
  }

  @Override
  public void close() {
    base.ifPresent(Checkpoint::close);
    examples.close();
    select.ifPresent(Measurement::close);
  }

  private TorchNetwork network() {
    return switch (spec.graph()) {
      case Graph.TorchScript(Path file) -> TorchScript.open(file);
      case Graph.BuiltIn(var described) ->
          new BuiltInNetwork(Path.of("the network '" + described.kind() + "'"), described);
    };
  }

  /// Weights of the base, or of the seed.
  private void start(FlatWeights weights, long seed) {
    Map<String, TensorSpec> specs = new LinkedHashMap<>();
    weights.specs().forEach(each -> specs.put(each.name(), each));
    MemorySegment floats = TensorFiles.memory(weights.values(), 4 * weights.size());
    specs.forEach((name, each) -> {
      if (!weights.isFlat(name)) {
        if (base.isPresent() && base.get().tensors().containsKey(name) && !isNew.test(name)) {
          TensorFiles.read(
              base.get(), name, TensorFiles.memory(weights.integers().get(name), each.bytes()));
        }
        return;
      }
      MemorySegment target = floats.asSlice(4 * weights.begin(name), each.bytes());
      if (isNew.test(name)) {
        target.copyFrom(MemorySegment.ofArray(Initial.of(each, seed)));
      } else {
        DType stored = base.orElseThrow().tensors().get(name).dtype();
        Widening.copy(base.get().tensor(name).data(), stored, target, DType.F32);
      }
    });
  }

  private void checkBase(TorchNetwork network) {
    if (base.isEmpty()) {
      return;
    }
    Map<String, TensorSpec> tensors = base.get().tensors();
    List<String> faults = new ArrayList<>();
    Map<String, Tensor> slots = new LinkedHashMap<>(network.parameters());
    slots.putAll(network.buffers());
    slots.forEach((name, slot) -> {
      TensorSpec tensor = tensors.get(name);
      if (isNew.test(name)) {
        return;
      }
      if (tensor == null) {
        if (slot.is_floating_point()) {
          faults.add("'" + name + "': no tensor of that name");
        }
      } else if (!tensor.shape().equals(Tensors.shape(slot))) {
        faults.add(
            "'%s': shape %s differs from %s in the network"
                .formatted(name, tensor.shape(), Tensors.shape(slot)));
      } else if (slot.is_floating_point() && !Widening.isExact(tensor.dtype(), DType.F32)) {
        faults.add("'%s': %s does not fit into F32".formatted(name, tensor.dtype()));
      }
    });
    tensors.values().stream()
        .filter(tensor -> tensor.dtype().isFloat() && !slots.containsKey(tensor.name()))
        .forEach(tensor ->
            faults.add("'%s': the network has no such parameter".formatted(tensor.name())));
    if (!faults.isEmpty()) {
      throw new EvaluationException(
          Stream.concat(
                  Stream.of(network.path() + " does not fit the base " + base.get().path() + ":"),
                  faults.stream().map(fault -> "  " + fault))
              .collect(Collectors.joining("\n")));
    }
  }

  /// Globs that match nothing are a mistake in writing.
  private void checkNames(TorchNetwork network) {
    for (List<String> globs : List.of(spec.head(), spec.freeze())) {
      for (String glob : globs) {
        if (network.parameters().keySet().stream().noneMatch(Names.globs(List.of(glob)))) {
          throw new EvaluationException(
              "'%s' is in no parameter's name of %s; they are %s"
                  .formatted(
                      glob, network.path(), String.join(", ", network.parameters().keySet())));
        }
      }
    }
  }

  private int width(TorchNetwork network) {
    try (PointerScope _ = new PointerScope();
        AutoGradMode _ = new AutoGradMode(false)) {
      List<Long> shape = examples.first(batch -> Tensors.shape(forward(network, batch)));
      if (shape.isEmpty() || shape.size() > 2 || shape.getFirst() != 1) {
        throw new EvaluationException(
            "%s: gives %s for one example; it must give one row per example"
                .formatted(network.path(), shape));
      }
      return shape.size() == 1 ? 1 : Math.toIntExact(shape.getLast());
    }
  }

  private static Tensor forward(TorchNetwork network, Batch batch) {
    return network.forward(LibtorchModel.inputs(network, batch));
  }

  /// Whether random numbers are others after a forward pass in training.
  private boolean draws(TorchNetwork network) {
    try (PointerScope _ = new PointerScope();
        AutoGradMode _ = new AutoGradMode(false)) {
      torch.manual_seed(1);
      float expected = torch.rand(1).item_float();
      torch.manual_seed(1);
      network.train(true);
      examples.first(batch -> forward(network, batch));
      network.train(false);
      return torch.rand(1).item_float() != expected;
    }
  }

  private void checkTargets() {
    switch (examples.targets()) {
      case Targets.Classes(int[] labels) -> {
        int most = Arrays.stream(labels).max().orElse(0);
        if (most >= classes) {
          throw new EvaluationException(
              "set 'train': has the label %d, but the model has %d classes (0 to %d); correct the"
                      .formatted(most, classes, classes - 1)
                  + " labels, or use a network with more");
        }
      }
      case Targets.Values _ -> {
        if (classes != 1) {
          throw new EvaluationException(
              "set 'train': its targets are numbers, but the model gives %d per example"
                  .formatted(classes));
        }
      }
      case Targets.Tokens _ -> throw new AssertionError("refused before");
    }
  }
}
