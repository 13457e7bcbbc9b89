package dev.stockpot.libtorch;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Measurement;
import dev.stockpot.eval.Output;
import dev.stockpot.merge.RandomBits;
import dev.stockpot.train.Batches;
import dev.stockpot.train.Epoch;
import dev.stockpot.train.Hyperparameter;
import dev.stockpot.train.Hyperparameters;
import dev.stockpot.train.Schedule;
import dev.stockpot.train.Training;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// A training in libtorch. Each step's memory is freed at its end.
final class TorchTraining implements Training {
  private static final String DONE = "epochs";
  private static final String STEPS = "steps";
  private static final String WEIGHTS = "weights";
  private static final String MOMENT = "moment.";
  private static final String INTEGER = "integer.";

  private final TorchNetwork network;
  private final FlatWeights weights;
  private final Hyperparameters hyperparameters;
  private final Batches batches;
  private final Optional<Measurement> select;
  private final Optimizer optimizer;
  private final Schedule schedule;
  private final Step step;
  private final SequencedMap<String, Average> averages = new LinkedHashMap<>();
  private final int threads;
  private int done;
  private long steps;

  /// A moving average of all floats.
  private record Average(double decay, Tensor values) {}

  /// How a step is done.
  ///
  /// @param classes number of logits; 1 for a regression
  /// @param draws whether the network draws random numbers in training, as dropout does
  record Step(int classes, boolean draws, double clipNorm, double rho) {
    static Step of(Hyperparameters hyperparameters, int classes, boolean draws) {
      return new Step(
          classes,
          draws,
          hyperparameters.real(Hyperparameter.CLIP_NORM),
          hyperparameters.real(Hyperparameter.SAM_RHO));
    }
  }

  /// @param network closed with this, as are weights and batches
  /// @param select shared with other trainings
  /// @param ema decays
  TorchTraining(
      TorchNetwork network,
      FlatWeights weights,
      Hyperparameters hyperparameters,
      Batches batches,
      Optional<Measurement> select,
      List<Double> ema,
      Step step,
      int threads) {
    this.network = network;
    this.weights = weights;
    this.hyperparameters = hyperparameters;
    this.batches = batches;
    this.select = select;
    this.step = step;
    this.threads = threads;
    optimizer = Optimizer.of(hyperparameters, weights.trainable());
    schedule = Schedule.of(hyperparameters, batches.steps());
    try (PointerScope _ = new PointerScope();
        AutoGradMode _ = new AutoGradMode(false)) {
      for (double decay : ema) {
        String name = "ema-" + decay;
        averages.put(name, new Average(decay, weights.values().clone().<Tensor>retainReference()));
      }
    }
  }

  @Override
  public Epoch next(Progress.Task task) {
    Libtorch.load(threads);
    int probe = hyperparameters.whole(Hyperparameter.PROBE_EPOCHS);
    boolean probing = done < probe;
    if (done == probe && probe > 0) {
      forget();
    }
    weights.trainBody(!probing);
    // A probe sees features as they will be in evaluation.
    network.train(!probing);
    int[] order = batches.order(done);
    double sum = 0;
    for (int i = 0; i < batches.steps(); i++) {
      double lr =
          probing
              ? hyperparameters.real(Hyperparameter.PROBE_LR)
              : schedule.at((long) (done - probe) * batches.steps() + i);
      Batches.Step batch = batches.of(done, i, order);
      double loss = step(batch, lr, probing ? weights.head() : weights.trainable());
      if (!Double.isFinite(loss)) {
        return new Epoch(done + 1, loss, new LinkedHashMap<>());
      }
      sum += loss * batch.batch().size();
      task.advance(batch.batch().size());
    }
    done++;
    return new Epoch(done, sum / order.length, measure());
  }

  /// One step on a batch.
  ///
  /// @param trained how many elements of the front
  /// @return the loss before it
  double step(Batches.Step batch, double lr, long trained) {
    try (PointerScope _ = new PointerScope()) {
      steps++;
      List<Tensor> inputs = LibtorchModel.inputs(network, batch.batch());
      Tensor targets =
          Tensors.over(
              batch.targets(),
              DType.F32,
              step.classes() == 1
                  ? List.of((long) batch.batch().size())
                  : List.of((long) batch.batch().size(), (long) step.classes()));
      double loss = gradient(inputs, targets);
      try (AutoGradMode _ = new AutoGradMode(false)) {
        if (Double.isFinite(loss)) {
          Tensor values = weights.values().narrow(0, 0, trained);
          Tensor gradients = weights.gradients().narrow(0, 0, trained);
          if (step.rho() > 0) {
            sharpness(inputs, targets, values, gradients);
          }
          if (step.clipNorm() > 0) {
            double norm = gradients.norm().item_float();
            if (norm > step.clipNorm()) {
              gradients.mul_(new Scalar(step.clipNorm() / norm));
            }
          }
          optimizer.step(values, gradients, lr, steps);
          averages
              .values()
              .forEach(average ->
                  average.values().lerp_(weights.values(), new Scalar(1 - average.decay())));
        }
      }
      return loss;
    }
  }

  /// The gradient where the loss is largest nearby, to first order.
  ///
  ///     g ← ∇L(w + ρ·g/‖g‖)
  ///
  /// @see <a href="https://arxiv.org/abs/2010.01412">Foret et al. 2021</a>
  private void sharpness(List<Tensor> inputs, Tensor targets, Tensor values, Tensor gradients) {
    double norm = gradients.norm().item_float();
    if (norm == 0 || !Double.isFinite(norm)) {
      return;
    }
    Tensor before = values.clone();
    // Running statistics are those of the first pass.
    Tensor statistics = weights.floatBuffers().clone();
    values.add_(gradients, new Scalar(step.rho() / norm));
    try (AutoGradMode _ = new AutoGradMode(true)) {
      gradient(inputs, targets);
    }
    values.copy_(before);
    weights.floatBuffers().copy_(statistics);
  }

  private double gradient(List<Tensor> inputs, Tensor targets) {
    if (step.draws()) {
      // One generator for the whole process: what a step draws depends on nothing before it.
      torch.manual_seed(
          RandomBits.stream(hyperparameters.seed(Hyperparameter.SEED), Math.toIntExact(steps))
              >>> 1);
    }
    weights.gradients().zero_();
    Tensor output = network.forward(inputs);
    Tensor loss =
        step.classes() == 1
            ? torch.mse_loss(output.flatten(), targets)
            : torch.cross_entropy_loss(output, targets);
    double value = loss.item_float();
    if (Double.isFinite(value)) {
      loss.backward();
    }
    return value;
  }

  @Override
  public SequencedMap<String, Double> measure() {
    if (select.isEmpty()) {
      return new LinkedHashMap<>();
    }
    network.train(false);
    return select.get().of(this::output);
  }

  private Output output(Batch batch) {
    try (PointerScope _ = new PointerScope();
        AutoGradMode _ = new AutoGradMode(false)) {
      Tensor output = network.forward(LibtorchModel.inputs(network, batch));
      return new Output(Tensors.shape(output), MemorySegment.ofArray(Tensors.floats(output)));
    }
  }

  @Override
  public void save(Path file, Map<String, String> metadata) {
    SequencedMap<String, Tensor> state = state();
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put(DONE, String.valueOf(done));
    all.put(STEPS, String.valueOf(steps));
    List<TensorSpec> specs = new ArrayList<>();
    state.forEach((name, tensor) ->
        specs.add(
            new TensorSpec(
                name,
                TorchTypes.dtype(tensor.scalar_type()).orElseThrow(),
                Tensors.shape(tensor))));
    Map<String, TensorSpec> byName = new LinkedHashMap<>();
    specs.forEach(spec -> byName.put(spec.name(), spec));
    TensorFiles.write(
        file,
        specs,
        name -> TensorFiles.memory(state.get(name), byName.get(name).bytes()),
        all,
        Durability.CACHED);
  }

  @Override
  public Map<String, String> restore(Path file) {
    try (Checkpoint saved = Checkpoints.open(file)) {
      SequencedMap<String, Tensor> state = state();
      if (!saved.tensors().keySet().equals(state.keySet())) {
        throw CheckpointException.of(
            file, "is of another training; delete it, and the run begins again");
      }
      state.forEach((name, tensor) ->
          TensorFiles.read(
              saved, name, TensorFiles.memory(tensor, saved.tensors().get(name).bytes())));
      done = Integer.parseInt(saved.metadata().get(DONE));
      steps = Long.parseLong(saved.metadata().get(STEPS));
      return saved.metadata();
    }
  }

  private SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    state.put(WEIGHTS, weights.values());
    optimizer.moments().forEach((name, tensor) -> state.put(MOMENT + name, tensor));
    averages.forEach((name, average) -> state.put(name, average.values()));
    weights.integers().forEach((name, tensor) -> state.put(INTEGER + name, tensor));
    return state;
  }

  @Override
  public List<String> write(Path folder) {
    List<String> files = new ArrayList<>();
    files.add("model.safetensors");
    write(folder.resolve(files.getLast()), weights.values());
    averages.forEach((name, average) -> {
      files.add(name + ".safetensors");
      write(folder.resolve(files.getLast()), average.values());
    });
    return files;
  }

  private void write(Path file, Tensor values) {
    MemorySegment floats = TensorFiles.memory(values, 4 * weights.size());
    Map<String, TensorSpec> byName = new LinkedHashMap<>();
    weights.specs().forEach(spec -> byName.put(spec.name(), spec));
    TensorFiles.write(
        file,
        weights.specs(),
        name -> {
          long bytes = byName.get(name).bytes();
          return weights.isFlat(name)
              ? floats.asSlice(4 * weights.begin(name), bytes)
              : TensorFiles.memory(weights.integers().get(name), bytes);
        },
        Map.of("format", "pt"),
        Durability.SYNCED);
  }

  @Override
  public void replace(Checkpoint merged, boolean keepOptimizer) {
    MemorySegment floats = TensorFiles.memory(weights.values(), 4 * weights.size());
    for (TensorSpec spec : weights.specs()) {
      if (weights.isFlat(spec.name())) {
        TensorFiles.read(
            merged, spec.name(), floats.asSlice(4 * weights.begin(spec.name()), spec.bytes()));
      }
    }
    if (!keepOptimizer) {
      forget();
    }
  }

  private void forget() {
    steps = 0;
    optimizer.moments().values().forEach(Tensor::zero_);
  }

  @Override
  public void close() {
    optimizer.close();
    averages.values().forEach(average -> average.values().close());
    batches.close();
    weights.close();
    network.close();
  }
}
