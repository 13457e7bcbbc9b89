package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.cli.config.EvalFile;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ShardSizeOption;
import dev.stockpot.cli.options.SkipBadOption;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.DiagonalFisher;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.ModelStatistics;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.internal.json.JsonWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `stockpot statistics`: what the recipe `fisher` needs to know of a model.
@Command(
    name = "statistics",
    description = {
      "Measures the diagonal of a model's Fisher matrix, for the recipe fisher: how much what the"
          + " model says depends on each of its weights."
    },
    footer = {
      "  stockpot statistics ft-0.safetensors --eval eval.yml --fisher fisher-0.safetensors"
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
          "The network (evaluator: {torchscript: FILE}) and the examples (data: {train: …}, else"
              + " select).")
  private Path eval;

  @Option(
      names = "--fisher",
      paramLabel = "OUT",
      required = true,
      description = "Where the diagonal of the Fisher matrix goes: a checkpoint of float32.")
  private Path fisher;

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
    if (examples != null && examples < 1) {
      throw new ParameterException(
          spec.commandLine(), "--examples is " + examples + "; it must be at least 1");
    }
    EvalSpec measure = skipBad.apply(EvalFile.read(eval));
    GradientEngine.lacks(measure)
        .ifPresent(why -> {
          throw new EvaluationException(eval + ": " + why);
        });
    List<Path> paths = Ingredients.find(List.of(word));
    new TargetOption(fisher, new ShardSizeOption()).check(paths);
    Progress progress = output.progress(terminal);
    try (OpenIngredients models = OpenIngredients.open(paths, Optional.empty(), key.open());
        GradientEngine engine =
            GradientEngine.open(measure.gradients().orElseThrow(), threads.threads());
        Dataset data = Datasets.open(set(measure), measure.input());
        Arena arena = Arena.ofShared()) {
      Checkpoint weights = models.all().getFirst().checkpoint();
      engine.check(weights).forEach(note -> output.note(terminal, note));
      data.notes().forEach(note -> output.note(terminal, note));
      int[] seen =
          ModelStatistics.examples(data.size(), examples == null ? data.size() : examples, seed);
      ModelStatistics.write(
          fisher,
          ModelStatistics.like(weights),
          DiagonalFisher.of(engine, weights, data, seen, empirical, seed, progress, arena),
          Durability.SYNCED);
      show(engine.parameters().size(), data.name(), seen.length);
    }
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

  private void show(int parameters, String set, int count) {
    if (output.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("fisher", fisher.toString());
      document.put("parameters", parameters);
      document.put("set", set);
      document.put("examples", count);
      terminal.print(JsonWriter.of(document));
      return;
    }
    terminal.print(
        "%s: Fisher diagonal of %d parameters from %d examples of %s%n"
            .formatted(fisher, parameters, count, set));
  }
}
