package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.cli.config.EvalFile;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.SkipBadOption;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.Recalibration;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.Linear;
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

/// `stockpot recalibrate`: BatchNorm statistics again, from training data.
@Command(
    name = "recalibrate",
    description = {
      "Re-estimates the running statistics of BatchNorm layers: one pass of the training data,"
          + " plain mean over batches. Averaged statistics fit no model, least of all the average."
    },
    footer = {
      "  stockpot recalibrate soup.safetensors --eval eval.yml -o recalibrated.safetensors"
    })
final class RecalibrateCommand implements Runnable {
  private final Terminal terminal;

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private ThreadsOption threads;
  @Mixin private SkipBadOption skipBad;
  @Mixin private TargetOption target;
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
          "The network (evaluator: {torchscript: FILE} or {network: FILE}) and the training data"
              + " (data: {train: …}).")
  private Path eval;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "256",
      description = "Examples per batch; ${DEFAULT-VALUE} unless given.")
  private int batch;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the order of the examples; ${DEFAULT-VALUE} unless given.")
  private int seed;

  RecalibrateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (batch < 2) {
      throw new ParameterException(
          spec.commandLine(), "--batch is " + batch + "; it must be at least 2");
    }
    EvalSpec measure = skipBad.apply(EvalFile.read(eval));
    EvaluatorSpec.Network network =
        measure
            .gradients()
            .orElseThrow(() ->
                new EvaluationException(
                    eval
                        + ": names no network that can train; add evaluator: {torchscript: FILE}"));
    SetSpec train =
        measure
            .train()
            .orElseThrow(() ->
                new EvaluationException(
                    eval + ": names no training data; add data: {train: {x: …, y: …}}"));
    List<Path> paths = Ingredients.find(List.of(word));
    target.check(paths);
    Progress progress = output.progress(terminal);
    try (OpenIngredients models = OpenIngredients.open(paths, Optional.empty(), key.open());
        GradientEngine engine = GradientEngine.open(network, threads.threads());
        Dataset data = Datasets.open(train, measure.input());
        Arena arena = Arena.ofShared()) {
      Checkpoint weights = models.all().getFirst().checkpoint();
      engine.check(weights).forEach(note -> output.note(terminal, note));
      Checkpoint recalibrated =
          Recalibration.of(engine, weights, data, batch, seed, progress, arena);
      write(recalibrated, progress);
      show(recalibrated, data.size());
    }
  }

  private void write(Checkpoint recalibrated, Progress progress) {
    MergePlan plan = MergePlan.conversion(recalibrated, Optional.empty(), Linear.mean(1));
    List<String> command = spec.commandLine().getParent().getParseResult().originalArgs();
    Map<String, Double> source = Map.of(String.valueOf(recalibrated.path().getFileName()), 1.0);
    ModelCard card =
        ModelCard.of(target.path(), "BatchNorm statistics re-estimated", source, plan, command);
    new MergeExecutor(threads.threads(), progress)
        .execute(plan, target.format(plan, card), target.path(), false, Durability.SYNCED);
  }

  private void show(Checkpoint recalibrated, int examples) {
    List<String> layers =
        recalibrated.tensors().keySet().stream()
            .filter(name -> name.endsWith("running_mean"))
            .toList();
    if (output.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("output", target.path().toString());
      document.put("layers", layers);
      document.put("examples", examples);
      terminal.print(JsonWriter.of(document));
      return;
    }
    terminal.print(
        "%s: statistics of %d BatchNorm layers from %d training examples%n"
            .formatted(target.path(), layers.size(), examples));
  }
}
