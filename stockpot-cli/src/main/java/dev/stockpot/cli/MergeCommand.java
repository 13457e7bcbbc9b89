package dev.stockpot.cli;

import dev.stockpot.cli.config.ModelPaths;
import dev.stockpot.cli.options.DTypeOptions;
import dev.stockpot.cli.options.Declared;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `stockpot merge`: what a merge config asks for.
final class MergeCommand implements Runnable {
  private final Terminal terminal;

  private final OutputOptions output = new OutputOptions();
  private final DTypeOptions dtype = new DTypeOptions();
  private final ThreadsOption threads = new ThreadsOption();
  private final MemoryOption memory = new MemoryOption();
  private final ShardSizeOption shardSize = new ShardSizeOption();
  private final KeyOption key = new KeyOption();
  private final HashOption hash = new HashOption();
  private final MergekitOptions mergekit = new MergekitOptions();

  private final PositionalParamSpec config =
      PositionalParamSpec.builder()
          .index("0")
          .type(Path.class)
          .required(true)
          .paramLabel("CONFIG.yml")
          .description("The merge config.")
          .build();
  private final PositionalParamSpec target =
      PositionalParamSpec.builder()
          .index("1")
          .type(Path.class)
          .required(true)
          .paramLabel("OUT")
          .description(
              "Where the result goes: a folder in Hugging Face layout, or a file whose extension"
                  + " decides the format.")
          .build();
  private final OptionSpec dryRun =
      Declared.flag("--dry-run", "Check everything and print the plan.");
  private final OptionSpec seed =
      OptionSpec.builder("--seed", "--random-seed")
          .type(long.class)
          .paramLabel("N")
          .description(
              "Of random methods; 0 unless given. The same bytes for any number of threads.")
          .build();
  private final OptionSpec only =
      OptionSpec.builder("--only")
          .type(List.class)
          .auxiliaryTypes(String.class)
          .paramLabel("F")
          .description(
              "Merge only tensors whose name holds F (or fits it, with * or ?); the rest is copied"
                  + " from the base, or the first model. May be given several times.")
          .build();
  private final OptionSpec except =
      OptionSpec.builder("--except")
          .type(List.class)
          .auxiliaryTypes(String.class)
          .paramLabel("F")
          .description("Copy tensors whose name holds F (or fits it) in the same way.")
          .build();
  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("merge");

  private MergeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  static CommandSpec of(Terminal terminal) {
    return new MergeCommand(terminal).declare();
  }

  private CommandSpec declare() {
    spec.usageMessage()
        .description(
            "Merges models as a mergekit config says, unchanged.",
            "",
            "Options of mergekit-yaml that mean nothing here, such as --cuda, are accepted with a"
                + " note.")
        .footer(
            "  stockpot merge config.yml merged --dry-run",
            "  stockpot merge config.yml merged --seed 7 --out-dtype bf16",
            "  stockpot merge config.yml merged --except embed_tokens --except lm_head");
    output.addTo(spec);
    dtype.addTo(spec);
    threads.addTo(spec);
    memory.addTo(spec);
    shardSize.addTo(spec);
    key.addTo(spec);
    hash.addTo(spec);
    mergekit.addTo(spec);
    return spec.addPositional(config)
        .addPositional(target)
        .addOption(dryRun)
        .addOption(seed)
        .addOption(only)
        .addOption(except);
  }

  @Override
  public void run() {
    Path file = config.getValue();
    Path out = target.getValue();
    TensorFilter filter =
        new TensorFilter(
            Declared.<List<String>>value(only).orElse(List.of()),
            Declared.<List<String>>value(except).orElse(List.of()));
    long number = Declared.<Long>value(seed).orElse(0L);
    List<String> args = spec.commandLine().getParent().getParseResult().originalArgs();
    List<String> ignored = mergekit.ignored(args);
    if (!ignored.isEmpty()) {
      output.note(terminal, String.join(", ", ignored) + ": not needed here, no effect");
    }
    MergeRun.Settings settings =
        new MergeRun.Settings(
            file,
            out,
            new MergePlanner.Options(dtype.outDType(), number, filter),
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
    try (MergeModels models = new MergeModels(ModelPaths.of(file, mergekit.cache()), key.open())) {
      new MergeRun(terminal, output, settings)
          .run(models, new TargetOption(out, shardSize), Declared.isSet(dryRun));
    }
  }
}
