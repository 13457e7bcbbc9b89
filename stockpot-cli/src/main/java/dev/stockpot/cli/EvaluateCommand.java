package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.cli.config.EvalFile;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.BaseOption;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.SkipBadOption;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluation;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.Evaluators;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.search.CandidateFiles;
import dev.stockpot.search.Result;
import dev.stockpot.search.ResultLines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `stockpot evaluate`: metrics per checkpoint and set.
@Command(
    name = "evaluate",
    description = "Measures checkpoints on every set of an eval.yml.",
    footer = "  stockpot evaluate soup.safetensors runs/ft-*.safetensors --eval eval.yml")
final class EvaluateCommand implements Runnable {
  private final Terminal terminal;

  @Mixin private OutputOptions output;
  @Mixin private ThreadsOption threads;
  @Mixin private SkipBadOption skipBad;
  @Mixin private KeyOption key;
  @Mixin private BaseOption base;

  @Parameters(paramLabel = "CHECKPOINT", arity = "1..*", description = "Checkpoints, or globs.")
  private List<String> words;

  @Option(
      names = "--eval",
      paramLabel = "EVAL.yml",
      required = true,
      description = "What measures a checkpoint, and on which data.")
  private Path eval;

  EvaluateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    EvalSpec spec = skipBad.apply(EvalFile.read(eval));
    Progress progress = output.progress(terminal);
    List<Result> results = new ArrayList<>();
    try (OpenIngredients checkpoints =
            OpenIngredients.open(
                Ingredients.find(words), base.path().map(Ingredients::find), key.open());
        Evaluator evaluator = Evaluators.open(spec, threads.threads(), progress)) {
      SequencedSet<String> notes = new LinkedHashSet<>();
      checkpoints.all().forEach(each -> notes.addAll(evaluator.check(each.checkpoint())));
      notes.forEach(note -> output.note(terminal, note));
      Progress.Total total = new Progress.Total(checkpoints.all().size(), Progress.Unit.CANDIDATES);
      try (Progress.Task task = progress.begin("evaluating", total)) {
        for (Ingredient checkpoint : checkpoints.all()) {
          results.add(
              measured(
                  checkpoint.checkpoint(),
                  evaluator,
                  it -> result(spec, evaluator, checkpoint.name(), it)));
          task.advance(1);
        }
      }
    }
    if (output.json()) {
      terminal.print(
          JsonWriter.of(Map.of("results", results.stream().map(ResultLines::members).toList())));
    } else {
      terminal.print(ResultTable.of(spec, results).format());
    }
  }

  /// By way of a file in a working folder, if it is an adapter on its base.
  private Result measured(
      Checkpoint checkpoint, Evaluator evaluator, Function<Checkpoint, Result> measure) {
    if (!CandidateFiles.isComputed(checkpoint)) {
      return measure.apply(checkpoint);
    }
    try (WorkFolder work = WorkFolder.beside(Path.of("candidate"));
        CandidateFiles.Candidate candidate =
            CandidateFiles.of(work.path(), evaluator, checkpoint)
                .of(
                    checkpoint,
                    new MergeExecutor(threads.threads(), output.progress(terminal)),
                    false)) {
      return measure.apply(candidate.checkpoint());
    }
  }

  private static Result result(
      EvalSpec spec, Evaluator evaluator, String name, Checkpoint checkpoint) {
    List<String> sets = spec.sets().stream().map(SetSpec::name).toList();
    SequencedMap<String, Double> itself = new LinkedHashMap<>(Map.of(name, 1.0));
    SequencedMap<String, Evaluation> evaluations = evaluator.evaluate(checkpoint, sets);
    evaluations.replaceAll((_, evaluation) -> evaluation.withNumbers(Optional.empty()));
    return new Result(name, Result.INDIVIDUAL, itself, evaluations);
  }
}
