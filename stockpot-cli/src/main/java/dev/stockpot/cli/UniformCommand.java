package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.BaseOption;
import dev.stockpot.cli.options.DTypeOptions;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.MemoryOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.text.Counted;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergeMemory;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.MergeReport;
import dev.stockpot.method.Linear;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `stockpot uniform`: the mean of checkpoints.
@Command(
    name = "uniform",
    description = "Averages checkpoints: the uniform soup, or a weighted mean.",
    footer = {
      "  stockpot uniform runs/ft-*.safetensors -o soup.safetensors",
      "  stockpot uniform a.safetensors b.safetensors --weights 0.7,0.3 -o s.safetensors",
      "  stockpot uniform runs/llama-a org/llama-b -o llama-soup --shard-size 2GB",
      "  stockpot uniform lora-a lora-b --base org/llama -o llama-soup",
      "  stockpot uniform lora-a lora-b --as-adapter --rank 16 -o lora-soup"
    })
final class UniformCommand implements Runnable {
  private final Terminal terminal;

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private DTypeOptions dtype;
  @Mixin private ThreadsOption threads;
  @Mixin private MemoryOption memory;
  @Mixin private TargetOption target;
  @Mixin private KeyOption key;
  @Mixin private HashOption hash;
  @Mixin private BaseOption base;

  @Parameters(
      paramLabel = "INGREDIENT",
      arity = "1..*",
      description =
          "Checkpoints, Hugging Face folders, LoRA adapters, BASE+ADAPTER, globs, or org/name in"
              + " the Hugging Face cache.")
  private List<String> words;

  @Option(
      names = "--weights",
      paramLabel = "A,B,...",
      split = ",",
      description = "One weight per ingredient; they need not add up to 1.")
  private List<Double> weights = List.of();

  @Option(
      names = "--as-adapter",
      description =
          "All ingredients are LoRA adapters, and so is the result: the mean of their products,"
              + " factored anew.")
  private boolean asAdapter;

  @Option(
      names = "--rank",
      paramLabel = "R",
      description =
          "Rank of the result with --as-adapter; the sum of the adapters' ranks, which is exact,"
              + " unless given.")
  private Optional<Integer> rank = Optional.empty();

  UniformCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    checkRank();
    List<Path> paths = Ingredients.find(words);
    Linear mean = mean(paths.size());
    List<String> command = spec.commandLine().getParent().getParseResult().originalArgs();
    if (asAdapter) {
      target.checkAdapter();
      new AdapterSoupRun(
              terminal,
              output,
              target.path(),
              rank.map(OptionalInt::of).orElse(OptionalInt.empty()),
              dtype.outDType(),
              threads.threads(),
              command)
          .run(paths, mean.weights().stream().map(weight -> weight / mean.divisor()).toList());
      return;
    }
    target.check(paths);
    Progress progress = output.progress(terminal);
    try (OpenIngredients ingredients =
        OpenIngredients.open(paths, base.path().map(Ingredients::find), key.open())) {
      List<Checkpoint> checkpoints =
          ingredients.all().stream().map(Ingredient::checkpoint).toList();
      MergePlan plan = MergePlan.of(checkpoints, mean, dtype.outDType());
      Map<String, Double> shares = shares(ingredients.all());
      ModelCard card =
          ModelCard.of(target.path(), "The " + words(shares.size()), shares, plan, command);
      MergeReport report =
          new MergeExecutor(
                  threads.threads(), memory.bytes().orElseGet(MergeMemory::usual), progress)
              .execute(
                  plan,
                  target.format(plan, card),
                  target.path(),
                  dtype.saturate(),
                  Durability.SYNCED);
      report.notes().forEach(note -> output.note(terminal, note));
      Optional<Map<String, String>> hashes = hash.of(ingredients, threads.threads(), progress);
      if (output.json()) {
        Map<String, Object> document = document(shares, plan, report);
        hashes.ifPresent(sums -> document.put("sha256", sums));
        terminal.print(JsonWriter.of(document));
      } else {
        terminal.print(sentence(plan, report));
        hashes.ifPresent(sums -> terminal.print(HashOption.lines(sums)));
      }
    }
  }

  private void checkRank() {
    if (rank.isPresent() && !asAdapter) {
      throw new ParameterException(
          spec.commandLine(), "--rank is for --as-adapter; a merged checkpoint has no rank");
    }
    if (rank.isPresent() && rank.get() < 1) {
      throw new ParameterException(
          spec.commandLine(), "--rank is " + rank.get() + "; it must be at least 1");
    }
  }

  private Linear mean(int ingredients) {
    if (weights.isEmpty()) {
      return Linear.mean(ingredients);
    }
    if (weights.size() != ingredients) {
      throw new RecipeException(
          "--weights has "
              + weights.size()
              + " numbers for "
              + ingredients
              + " ingredients; give one for each, in their order");
    }
    try {
      return Linear.mean(weights);
    } catch (IllegalArgumentException e) {
      throw new RecipeException(
          "--weights " + weights + " must be finite numbers whose sum is not 0");
    }
  }

  private Map<String, Double> shares(List<Ingredient> ingredients) {
    Map<String, Double> shares = new LinkedHashMap<>();
    double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
    for (int i = 0; i < ingredients.size(); i++) {
      double share = weights.isEmpty() ? 1.0 / ingredients.size() : weights.get(i) / sum;
      shares.put(ingredients.get(i).name(), share);
    }
    return shares;
  }

  private String words(int count) {
    return (weights.isEmpty() ? "" : "weighted ") + "mean of " + Counted.of(count, "checkpoint");
  }

  private String sentence(MergePlan plan, MergeReport report) {
    long parameters = plan.output().stream().mapToLong(TensorSpec::elements).sum();
    return "%s: %s, %s, %s%n"
        .formatted(
            target.path(),
            words(plan.ingredients().size()),
            Counted.of(parameters, "parameter"),
            Quantities.bytes(report.bytesWritten()));
  }

  private Map<String, Object> document(
      Map<String, Double> shares, MergePlan plan, MergeReport report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("output", target.path().toString());
    document.put("ingredients", shares);
    document.put("tensors", plan.steps().size());
    document.put("bytes_read", report.bytesRead());
    document.put("bytes_written", report.bytesWritten());
    document.put("notes", report.notes());
    return document;
  }
}
