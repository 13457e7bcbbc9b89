package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.cli.config.EvalFile;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.BaseOption;
import dev.stockpot.cli.options.DTypeOptions;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.MemoryOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.SkipBadOption;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.Evaluators;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergeMemory;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.search.Accept;
import dev.stockpot.search.Choice;
import dev.stockpot.search.Dish;
import dev.stockpot.search.EvaluationStore;
import dev.stockpot.search.GreedySoup;
import dev.stockpot.search.Kitchen;
import dev.stockpot.search.Timings;
import dev.stockpot.search.Trial;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `stockpot greedy`: the greedy soup.
@Command(
    name = "greedy",
    description = {
      "Cooks the greedy soup: starting from the best ingredient on the select set, keeps each"
          + " further one that does no harm."
    },
    footer = {
      "  stockpot greedy runs/ft-*.safetensors --eval eval.yml -o soup.safetensors",
      "  stockpot greedy runs/ft-*.safetensors --eval eval.yml --accept gt --json -o"
          + " soup.safetensors"
    })
final class GreedyCommand implements Runnable {
  private final Terminal terminal;

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private DTypeOptions dtype;
  @Mixin private ThreadsOption threads;
  @Mixin private SkipBadOption skipBad;
  @Mixin private MemoryOption memory;
  @Mixin private TargetOption target;
  @Mixin private KeyOption key;
  @Mixin private HashOption hash;
  @Mixin private BaseOption base;

  @Parameters(
      paramLabel = "INGREDIENT",
      arity = "1..*",
      description =
          "Checkpoints, Hugging Face folders, globs, or org/name in the Hugging Face cache.")
  private List<String> words;

  @Option(
      names = "--eval",
      paramLabel = "EVAL.yml",
      required = true,
      description = "What measures a candidate, and on which data.")
  private Path eval;

  @Option(
      names = "--accept",
      paramLabel = "RULE",
      defaultValue = "ge",
      description =
          "Keep a candidate that is at least as good (ge, the paper's rule), or only one that is"
              + " better (gt); ${DEFAULT-VALUE} unless given.")
  private Accept accept;

  @Option(
      names = "--exhaustive",
      description =
          "Evaluate every candidate on all of select, also one that cannot be accepted any more.")
  private boolean exhaustive;

  GreedyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    EvalSpec measure = skipBad.apply(EvalFile.read(eval));
    List<Path> paths = Ingredients.find(words);
    target.check(paths);
    Progress progress = output.progress(terminal);
    try (OpenIngredients ingredients =
            OpenIngredients.open(paths, base.path().map(Ingredients::find), key.open());
        Evaluator evaluator = Evaluators.open(measure, threads.threads(), progress);
        WorkFolder work = WorkFolder.beside(target.path());
        EvaluationStore store = new EvaluationStore(work.path(), Durability.CACHED)) {
      Preflight.check(ingredients, evaluator).forEach(note -> output.note(terminal, note));
      Kitchen kitchen =
          new Kitchen(
              ingredients.all(),
              Optional.empty(),
              ingredients.all().stream()
                  .map(Ingredient::name)
                  .collect(Collectors.toMap(Function.identity(), Function.identity())),
              measure,
              evaluator,
              store,
              new MergeExecutor(
                  threads.threads(), memory.bytes().orElseGet(MergeMemory::usual), progress),
              new Kitchen.Settings(dtype.outDType(), dtype.saturate(), false, exhaustive),
              work.path(),
              new Timings());
      Choice choice = new GreedySoup(accept).choose(kitchen).getFirst();
      write(kitchen, choice);
      show(kitchen, choice, hash.of(ingredients, threads.threads(), progress));
    }
  }

  private void write(Kitchen kitchen, Choice choice) {
    if (!(choice.dish() instanceof Dish.Soup(String _, MergePlan plan, var weights, boolean _))) {
      throw new AssertionError("a greedy soup is a soup");
    }
    String method =
        "The greedy soup of %d checkpoints, %d of which it keeps"
            .formatted(kitchen.ingredients().size(), weights.size());
    List<String> command = spec.commandLine().getParent().getParseResult().originalArgs();
    ModelCard card = ModelCard.of(target.path(), method, weights, plan, command);
    kitchen
        .executor()
        .execute(
            plan, target.format(plan, card), target.path(), dtype.saturate(), Durability.SYNCED)
        .notes()
        .forEach(note -> output.note(terminal, note));
  }

  private void show(Kitchen kitchen, Choice choice, Optional<Map<String, String>> hashes) {
    List<Ingredient> order = kitchen.bestFirst();
    double first = kitchen.score(order.getFirst());
    double last =
        choice.trace().stream()
            .filter(Trial::accepted)
            .mapToDouble(trial -> trial.score().orElseThrow())
            .reduce(first, (_, next) -> next);
    if (output.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("order", order.stream().map(Ingredient::name).toList());
      document.put("trace", choice.trace().stream().map(GreedyCommand::members).toList());
      document.put("ingredients", choice.dish().weights());
      document.put("score", last);
      document.put("metric", kitchen.eval().metric());
      document.put("output", target.path().toString());
      hashes.ifPresent(sums -> document.put("sha256", sums));
      terminal.print(JsonWriter.of(document));
      return;
    }
    Table table = new Table(Table.text("candidate"), Table.number("with it"), Table.text(""));
    table.row(order.getFirst().name(), Figures.plain(first), "best single model");
    for (Trial trial : choice.trace()) {
      String score =
          trial.score().isPresent()
              ? Figures.plain(trial.score().getAsDouble())
              : "at best " + Figures.plain(trial.bound().orElseThrow());
      table.row(trial.candidate(), score, trial.accepted() ? "kept" : "");
    }
    terminal.print(table.format());
    terminal.print(
        "%n%s: mean of %d of %d checkpoints, %s %s on select (best single model: %s)%n"
            .formatted(
                target.path(),
                choice.dish().weights().size(),
                order.size(),
                kitchen.eval().metric(),
                Figures.plain(last),
                Figures.plain(first)));
    hashes.ifPresent(sums -> terminal.print(HashOption.lines(sums)));
  }

  /// A trial as JSON members.
  static Map<String, Object> members(Trial trial) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("candidate", trial.candidate());
    members.put("score", trial.score().isPresent() ? trial.score().getAsDouble() : null);
    trial.bound().ifPresent(bound -> members.put("bound", bound));
    members.put("accepted", trial.accepted());
    return members;
  }
}
