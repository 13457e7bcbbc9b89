package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.config.EvalFile;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ShardSizeOption;
import dev.stockpot.cli.options.SkipBadOption;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.DiagonalFisher;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.LinearGrams;
import dev.stockpot.eval.ModelStatistics;
import dev.stockpot.eval.Names;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.text.Counted;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `stockpot statistics`: what the recipes `fisher` and `regmean` need to know of a model.
@Command(
    name = "statistics",
    description = {
      "Measures what merging by data needs to know of a model: the diagonal of its Fisher matrix,"
          + " for fisher (how much what the model says depends on each of its weights), and the"
          + " Gram matrices of its linear layers, for regmean (what each layer sees)."
    },
    footer = {
      "  stockpot statistics ft.safetensors --eval eval.yml --fisher fisher.safetensors",
      "  stockpot statistics ft.safetensors --eval eval.yml --gram gram.safetensors"
    })
final class StatisticsCommand implements Runnable {
  private final Terminal terminal;

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private ThreadsOption threads;
  @Mixin private SkipBadOption skipBad;
  @Mixin private KeyOption key;

  @Parameters(
      paramLabel = "CHECKPOINT",
      description = "A checkpoint, Hugging Face folder, or org/name in the Hugging Face cache.")
  private String word;

  @Option(
      names = "--eval",
      paramLabel = "EVAL.yml",
      required = true,
      description =
          "The network (evaluator: {torchscript: FILE} or {network: FILE}) and the examples (data:"
              + " {train: …}, else select).")
  private Path eval;

  @Option(
      names = "--fisher",
      paramLabel = "OUT",
      description = "Where the diagonal of the Fisher matrix goes: a checkpoint of float32.")
  private Path fisher;

  @Option(
      names = "--gram",
      paramLabel = "OUT",
      description =
          "Where the Gram matrices go: a checkpoint of float32, with [in, in] under the name of"
              + " each linear layer's weight.")
  private Path gram;

  @Option(
      names = "--empirical",
      description =
          "Gradients for the examples' own classes (the empirical Fisher), not for classes drawn"
              + " from what the model gives.")
  private boolean empirical;

  @Option(
      names = "--examples",
      paramLabel = "N",
      description = "How many examples, drawn by the seed; all unless given.")
  private Integer examples;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the examples and classes that are drawn; ${DEFAULT-VALUE} unless given.")
  private int seed;

  StatisticsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    checkOptions();
    EvalSpec measure = skipBad.apply(EvalFile.read(eval));
    lacks(measure)
        .ifPresent(why -> {
          throw new EvaluationException(eval + ": " + why);
        });
    List<Path> paths = Ingredients.find(List.of(word));
    outputs().forEach(out -> new TargetOption(out, new ShardSizeOption()).check(paths));
    EvaluatorSpec.Network network = measure.gradients().orElseThrow();
    Progress progress = output.progress(terminal);
    try (OpenIngredients models = OpenIngredients.open(paths, Optional.empty(), key.open());
        GradientEngine engine = GradientEngine.open(network, threads.threads());
        Dataset data = Datasets.open(set(measure), measure.input())) {
      Checkpoint weights = models.all().getFirst().checkpoint();
      engine.check(weights).forEach(note -> output.note(terminal, note));
      data.notes().forEach(note -> output.note(terminal, note));
      int[] seen =
          ModelStatistics.examples(data.size(), examples == null ? data.size() : examples, seed);
      int layers = 0;
      if (gram != null) {
        layers = measureGrams(engine, network.graph(), weights, data, seen, progress);
      }
      if (fisher != null) {
        measureFisher(engine, weights, data, seen, progress);
      }
      show(engine.parameters().size(), layers, data.name(), seen.length);
    }
  }

  private void checkOptions() {
    if (fisher == null && gram == null) {
      throw new ParameterException(
          spec.commandLine(), "nothing to measure: give --fisher OUT, --gram OUT, or both");
    }
    if (fisher != null && fisher.equals(gram)) {
      throw new ParameterException(
          spec.commandLine(),
          "--fisher and --gram are both " + fisher + "; give each its own file");
    }
    if (empirical && fisher == null) {
      throw new ParameterException(
          spec.commandLine(), "--empirical is about the Fisher matrix; add --fisher OUT");
    }
    if (examples != null && examples < 1) {
      throw new ParameterException(
          spec.commandLine(), "--examples is " + examples + "; it must be at least 1");
    }
  }

  private Optional<String> lacks(EvalSpec measure) {
    return fisher == null && measure.gradients().isPresent()
        ? Optional.empty()
        : GradientEngine.lacks(measure);
  }

  private List<Path> outputs() {
    return Stream.of(fisher, gram).filter(Objects::nonNull).toList();
  }

  private void measureFisher(
      GradientEngine engine, Checkpoint weights, Dataset data, int[] seen, Progress progress) {
    try (Arena arena = Arena.ofShared()) {
      ModelStatistics.write(
          fisher,
          ModelStatistics.like(weights),
          DiagonalFisher.of(engine, weights, data, seen, empirical, seed, progress, arena),
          Durability.SYNCED);
    }
  }

  /// @return number of layers
  private int measureGrams(
      GradientEngine engine,
      Path network,
      Checkpoint weights,
      Dataset data,
      int[] seen,
      Progress progress) {
    try (GradientEngine.Grams grams = engine.grams(weights)) {
      sayLayers(weights, LinearGrams.layers(grams, network, data, seen[0]));
      SequencedMap<String, MemorySegment> sums =
          LinearGrams.of(
              grams, data, seen, "Gram matrices of " + weights.path().getFileName(), progress);
      ModelStatistics.write(gram, ModelStatistics.grams(sums), sums, Durability.SYNCED);
      return sums.size();
    }
  }

  private void sayLayers(Checkpoint weights, SequencedMap<String, Long> layers) {
    Names.note(
            "no linear layer was seen to use these matrices, so regmean will average them",
            weights.tensors().values().stream()
                .filter(tensor -> tensor.shape().size() == 2 && tensor.dtype().isFloat())
                .map(TensorSpec::name)
                .filter(name -> !layers.containsKey(name))
                .toList())
        .ifPresent(note -> output.note(terminal, note));
    long elements = layers.values().stream().mapToLong(width -> width * width).sum();
    output.note(
        terminal,
        "Gram matrices of %d linear layers take %s of memory, and %s in %s"
            .formatted(
                layers.size(),
                Quantities.memory(Double.BYTES * elements),
                Quantities.bytes(Float.BYTES * elements),
                gram));
  }

  private SetSpec set(EvalSpec measure) {
    if (measure.train().isEmpty()) {
      output.note(
          terminal,
          eval
              + ": names no training data (data: {train: …}), so the examples are those of select;"
              + " a soup made with them has seen select");
    }
    return measure.train().orElse(measure.select());
  }

  private void show(int parameters, int layers, String set, int count) {
    if (output.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      if (fisher != null) {
        document.put("fisher", fisher.toString());
        document.put("parameters", parameters);
      }
      if (gram != null) {
        document.put("gram", gram.toString());
        document.put("layers", layers);
      }
      document.put("set", set);
      document.put("examples", count);
      terminal.print(JsonWriter.of(document));
      return;
    }
    if (fisher != null) {
      terminal.print(
          "%s: Fisher diagonal of %s from %s of %s%n"
              .formatted(
                  fisher, Counted.of(parameters, "parameter"), Counted.of(count, "example"), set));
    }
    if (gram != null) {
      terminal.print(
          "%s: Gram matrices of %s from %s of %s%n"
              .formatted(
                  gram, Counted.of(layers, "linear layer"), Counted.of(count, "example"), set));
    }
  }
}
