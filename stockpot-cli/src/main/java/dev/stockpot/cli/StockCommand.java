package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.DTypeOptions;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.MemoryOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.text.Nearest;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergeMemory;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.MergeReport;
import dev.stockpot.method.ModelStock;
import dev.stockpot.method.ModelStock.Angle;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `stockpot stock`: Model Stock.
@Command(
    name = "stock",
    description = {
      "Model Stock: the mean of fine-tuned checkpoints, every tensor pulled back towards the base"
          + " as far as the angle between the ingredients says. Needs no data."
    },
    footer = {
      "  stockpot stock --base base.safetensors ft-1.safetensors ft-2.safetensors -o s.safetensors",
      "  stockpot stock --base llama runs/ft-* --angle mean-cosine --filter-wise -o llama-stock"
    })
final class StockCommand implements Runnable {
  private final Terminal terminal;

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private DTypeOptions dtype;
  @Mixin private ThreadsOption threads;
  @Mixin private MemoryOption memory;
  @Mixin private TargetOption target;
  @Mixin private KeyOption key;
  @Mixin private HashOption hash;

  @Parameters(
      paramLabel = "INGREDIENT",
      arity = "1..*",
      description =
          "Fine-tuned checkpoints, at least two: files, Hugging Face folders, globs, or org/name in"
              + " the Hugging Face cache.")
  private List<String> words;

  @Option(
      names = "--base",
      paramLabel = "BASE",
      required = true,
      description = "The pre-trained checkpoint that all ingredients were fine-tuned from.")
  private String base;

  @Option(
      names = "--angle",
      paramLabel = "ESTIMATOR",
      defaultValue = "mean-angle",
      converter = AngleWord.class,
      description =
          "What the angle between more than two ingredients is: mean-angle (as the authors have"
              + " it), mean-cosine (as mergekit), or direct, which allows for different norms;"
              + " ${DEFAULT-VALUE} unless given.")
  private Angle angle;

  @Option(
      names = "--filter-wise",
      description = "One ratio for every run along the last dimension instead of one per tensor.")
  private boolean filterWise;

  StockCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /// Reads the name of an estimator.
  static final class AngleWord implements ITypeConverter<Angle> {
    @Override
    public Angle convert(String value) {
      List<String> words = List.of("mean-angle", "mean-cosine", "direct");
      if (!words.contains(value)) {
        throw new TypeConversionException(
            "unknown estimator '" + value + "'" + Nearest.hint(value, words));
      }
      return Angle.of(value);
    }
  }

  @Override
  public void run() {
    Path anchor = anchor();
    List<Path> paths = Ingredients.find(words, anchor);
    if (paths.size() < 2) {
      throw new RecipeException(
          "stock needs at least two ingredients beside the base; here is one");
    }
    List<Path> inputs = new ArrayList<>(paths);
    inputs.add(anchor);
    target.check(inputs);
    Progress progress = output.progress(terminal);
    try (OpenIngredients ingredients =
        OpenIngredients.open(Optional.of(anchor), paths, key.open())) {
      MergePlan plan = plan(ingredients);
      MergeReport report =
          new MergeExecutor(
                  threads.threads(), memory.bytes().orElseGet(MergeMemory::usual), progress)
              .execute(
                  plan,
                  target.format(plan, card(ingredients, plan)),
                  target.path(),
                  dtype.saturate(),
                  Durability.SYNCED);
      report.notes().forEach(note -> output.note(terminal, note));
      Optional<Map<String, String>> hashes = hash.of(ingredients, threads.threads(), progress);
      if (output.json()) {
        terminal.print(JsonWriter.of(document(ingredients, plan, report, hashes)));
      } else {
        terminal.print(table(report));
        terminal.print(sentence(ingredients, plan, report));
        hashes.ifPresent(sums -> terminal.print(HashOption.lines(sums)));
      }
    }
  }

  private Path anchor() {
    List<Path> found = Ingredients.find(List.of(base));
    if (found.size() > 1) {
      throw new RecipeException(
          "--base " + base + " matches " + found.size() + " checkpoints; name one");
    }
    return found.getFirst();
  }

  private MergePlan plan(OpenIngredients ingredients) {
    List<Checkpoint> checkpoints = ingredients.all().stream().map(Ingredient::checkpoint).toList();
    Checkpoint anchor = ingredients.base().orElseThrow().checkpoint();
    ModelStock method = new ModelStock(checkpoints.size(), angle, filterWise);
    return MergePlan.of(anchor, checkpoints, method, dtype.outDType());
  }

  private ModelCard card(OpenIngredients ingredients, MergePlan plan) {
    Map<String, Double> shares = new LinkedHashMap<>();
    ingredients
        .all()
        .forEach(ingredient -> shares.put(ingredient.name(), 1.0 / ingredients.all().size()));
    List<String> command = spec.commandLine().getParent().getParseResult().originalArgs();
    return ModelCard.of(target.path(), words(ingredients), shares, plan, command);
  }

  private String words(OpenIngredients ingredients) {
    return "Model Stock (%s%s) of %d checkpoints around %s"
        .formatted(
            word(angle),
            filterWise ? ", filter-wise" : "",
            ingredients.all().size(),
            ingredients.base().orElseThrow().name());
  }

  private static String word(Angle angle) {
    return switch (angle) {
      case MEAN_ANGLE -> "mean-angle";
      case MEAN_COSINE -> "mean-cosine";
      case DIRECT -> "direct";
    };
  }

  private String table(MergeReport report) {
    Table table =
        filterWise
            ? new Table(
                Table.text("tensor"),
                Table.number("mean t"),
                Table.number("least"),
                Table.number("most"),
                Table.number("rows"))
            : new Table(
                Table.text("tensor"),
                Table.number("t"),
                Table.number("cosine"),
                Table.number("mean norm"));
    report
        .figures()
        .forEach((tensor, figures) -> {
          if (filterWise) {
            table.row(
                tensor,
                Figures.plain(figures.get("t")),
                Figures.plain(figures.get("t_least")),
                Figures.plain(figures.get("t_most")),
                Quantities.count(Math.round(figures.get("rows"))));
          } else {
            table.row(
                tensor,
                Figures.plain(figures.get("t")),
                figures.containsKey("cosine") ? Figures.plain(figures.get("cosine")) : "-",
                Figures.plain(
                    StockFigures.norms(figures).stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElse(0)));
          }
        });
    return table.format() + "\n";
  }

  private String sentence(OpenIngredients ingredients, MergePlan plan, MergeReport report) {
    long parameters = plan.output().stream().mapToLong(TensorSpec::elements).sum();
    return "%s: %s, t is %s on average, %s parameters, %s%n"
        .formatted(
            target.path(),
            words(ingredients),
            Figures.plain(mean(plan, report)),
            Quantities.count(parameters),
            Quantities.bytes(report.bytesWritten()));
  }

  /// The mean ratio of the parameters; 1 if there are none.
  private static double mean(MergePlan plan, MergeReport report) {
    double sum = 0;
    long elements = 0;
    for (TensorSpec tensor : plan.output()) {
      Map<String, Double> figures = report.figures().getOrDefault(tensor.name(), Map.of());
      if (figures.containsKey("t")) {
        sum += figures.get("t") * tensor.elements();
        elements += tensor.elements();
      }
    }
    return elements == 0 ? 1 : sum / elements;
  }

  private Map<String, Object> document(
      OpenIngredients ingredients,
      MergePlan plan,
      MergeReport report,
      Optional<Map<String, String>> hashes) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("output", target.path().toString());
    document.put("base", ingredients.base().orElseThrow().name());
    document.put("ingredients", ingredients.all().stream().map(Ingredient::name).toList());
    document.put("angle", word(angle));
    document.put("filter_wise", filterWise);
    document.put("t", mean(plan, report));
    List<String> names = ingredients.all().stream().map(Ingredient::name).toList();
    document.put("tensors", StockFigures.tensors(names, report.figures()));
    document.put("bytes_read", report.bytesRead());
    document.put("bytes_written", report.bytesWritten());
    document.put("notes", report.notes());
    hashes.ifPresent(sums -> document.put("sha256", sums));
    return document;
  }
}
