package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.cli.config.EvalFile;
import dev.stockpot.cli.config.Ingredients;
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
import dev.stockpot.search.Choice;
import dev.stockpot.search.Coefficients;
import dev.stockpot.search.Dish;
import dev.stockpot.search.EvaluationStore;
import dev.stockpot.search.Kitchen;
import dev.stockpot.search.LearnedSoup;
import dev.stockpot.search.Timings;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `stockpot learned`: the learned soup.
@Command(
    name = "learned",
    description = {
      "Cooks the learned soup: coefficients of the ingredients that gradient descent finds on the"
          + " select set."
    },
    footer = {
      "  stockpot learned runs/ft-*.safetensors --eval eval.yml -o soup.safetensors",
      "  stockpot learned runs/ft-*.safetensors --eval eval.yml --by layer --json -o"
          + " soup.safetensors"
    })
final class LearnedCommand implements Runnable {
  /// What coefficients are for.
  enum By {
    model,
    layer
  }

  /// Where coefficients may lie.
  enum Alpha {
    softmax,
    free
  }

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
      description =
          "The network that gives gradients (evaluator: {torchscript: FILE}), and the data. Without"
              + " such a network an evolution strategy (CMA-ES) looks for coefficients.")
  private Path eval;

  @Option(
      names = "--by",
      defaultValue = "model",
      description =
          "Coefficients for each model, or for each parameter tensor of each model (layer);"
              + " ${DEFAULT-VALUE} unless given.")
  private By by;

  @Option(
      names = "--alpha",
      defaultValue = "softmax",
      description =
          "Coefficients that are positive and add up to 1 (softmax), or any (free);"
              + " ${DEFAULT-VALUE} unless given.")
  private Alpha alpha;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "5",
      description = "Passes over select; ${DEFAULT-VALUE} unless given.")
  private int epochs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the order of the examples; ${DEFAULT-VALUE} unless given.")
  private int seed;

  LearnedCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (epochs < 1) {
      throw new ParameterException(
          spec.commandLine(), "--epochs is " + epochs + "; it must be at least 1");
    }
    EvalSpec measure = skipBad.apply(EvalFile.read(eval));
    List<Path> paths = Ingredients.find(words);
    target.check(paths);
    Progress progress = output.progress(terminal);
    try (OpenIngredients ingredients = OpenIngredients.open(paths, Optional.empty(), key.open());
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
              new Kitchen.Settings(dtype.outDType(), dtype.saturate(), false, false),
              work.path(),
              new Timings());
      LearnedSoup recipe = LearnedSoup.of(by == By.layer, alpha == Alpha.softmax, epochs, seed);
      recipe.notes(List.of(), measure).forEach(note -> output.note(terminal, note));
      Choice choice = recipe.choose(kitchen).getFirst();
      write(kitchen, choice);
      show(choice, hash.of(ingredients, threads.threads(), progress));
    }
  }

  private void write(Kitchen kitchen, Choice choice) {
    if (!(choice.dish() instanceof Dish.Soup(String _, MergePlan plan, var weights, boolean _))) {
      throw new AssertionError("a learned soup is a soup");
    }
    String method = "The learned soup of %d checkpoints".formatted(kitchen.ingredients().size());
    List<String> command = spec.commandLine().getParent().getParseResult().originalArgs();
    ModelCard card = ModelCard.of(target.path(), method, weights, plan, command);
    kitchen
        .executor()
        .execute(
            plan, target.format(plan, card), target.path(), dtype.saturate(), Durability.SYNCED)
        .notes()
        .forEach(note -> output.note(terminal, note));
  }

  private void show(Choice choice, Optional<Map<String, String>> hashes) {
    if (output.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      choice
          .coefficients()
          .ifPresent(coefficients -> document.put("coefficients", coefficients.members()));
      document.put("weights", choice.dish().weights());
      document.put("output", target.path().toString());
      hashes.ifPresent(sums -> document.put("sha256", sums));
      terminal.print(JsonWriter.of(document));
      return;
    }
    Table table = new Table(Table.text("ingredient"), Table.number("coefficient"));
    choice.dish().weights().forEach((name, weight) -> table.row(name, Figures.plain(weight)));
    terminal.print(table.format());
    if (by == By.layer && choice.coefficients().isPresent()) {
      terminal.print("Means over all elements; --json has those of each layer.\n");
    }
    terminal.print(
        choice
            .coefficients()
            .map(this::learned)
            .orElse("%n%s: the best of a search by the evaluator%n".formatted(target.path())));
    hashes.ifPresent(sums -> terminal.print(HashOption.lines(sums)));
  }

  private String learned(Coefficients coefficients) {
    return "%n%s: cross entropy on select %s with logits times %s (uniform soup: %s)%n"
        .formatted(
            target.path(),
            Figures.plain(
                coefficients.losses().stream().mapToDouble(loss -> loss).min().orElseThrow()),
            Figures.plain(coefficients.beta()),
            Figures.plain(coefficients.losses().getFirst()));
  }
}
