package dev.stockpot.cli;

import dev.stockpot.cli.config.ModelPaths;
import dev.stockpot.cli.options.DTypeOptions;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.MemoryOption;
import dev.stockpot.cli.options.MergekitOptions;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ShardSizeOption;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.merge.MergeMemory;
import dev.stockpot.plan.MergePlanner;
import dev.stockpot.plan.TensorFilter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `stockpot merge`: what a merge config asks for.
@Command(
    name = "merge",
    description = {
      "Merges models as a mergekit config says, unchanged.",
      "",
      "Options of mergekit-yaml that mean nothing here, such as --cuda, are accepted with a note."
    },
    footer = {
      "  stockpot merge config.yml merged --dry-run",
      "  stockpot merge config.yml merged --seed 7 --out-dtype bf16",
      "  stockpot merge config.yml merged --except embed_tokens --except lm_head"
    })
final class MergeCommand implements Runnable {
  private final Terminal terminal;

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private DTypeOptions dtype;
  @Mixin private ThreadsOption threads;
  @Mixin private MemoryOption memory;
  @Mixin private ShardSizeOption shardSize;
  @Mixin private KeyOption key;
  @Mixin private HashOption hash;
  @Mixin private MergekitOptions mergekit;

  @Parameters(index = "0", paramLabel = "CONFIG.yml", description = "The merge config.")
  private Path config;

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description =
          "Where the result goes: a folder in Hugging Face layout, or a file whose extension"
              + " decides the format.")
  private Path target;

  @Option(names = "--dry-run", description = "Check everything and print the plan.")
  private boolean dryRun;

  @Option(
      names = {"--seed", "--random-seed"},
      paramLabel = "N",
      description = "Of random methods; 0 unless given. The same bytes for any number of threads.")
  private long seed;

  @Option(
      names = "--only",
      paramLabel = "F",
      description =
          "Merge only tensors whose name holds F (or fits it, with * or ?); the rest is copied"
              + " from the base, or the first model. May be given several times.")
  private List<String> only = List.of();

  @Option(
      names = "--except",
      paramLabel = "F",
      description = "Copy tensors whose name holds F (or fits it) in the same way.")
  private List<String> except = List.of();

  MergeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    List<String> args = spec.commandLine().getParent().getParseResult().originalArgs();
    List<String> ignored = mergekit.ignored(args);
    if (!ignored.isEmpty()) {
      output.note(terminal, String.join(", ", ignored) + ": not needed here, no effect");
    }
    MergeRun.Settings settings =
        new MergeRun.Settings(
            config,
            target,
            new MergePlanner.Options(dtype.outDType(), seed, new TensorFilter(only, except)),
            mergekit.threads().orElseGet(threads::threads),
            memory.bytes().orElseGet(MergeMemory::usual),
            dtype.saturate(),
            shardSize.given(),
            mergekit.shardElements(),
            mergekit.copyTokenizer(),
            mergekit.writeModelCard(),
            mergekit.intermediates(),
            mergekit.lazy(),
            hash);
    try (MergeModels models =
        new MergeModels(ModelPaths.of(config, mergekit.cache()), key.open())) {
      new MergeRun(terminal, output, settings)
          .run(models, new TargetOption(target, shardSize), dryRun);
    }
  }
}
