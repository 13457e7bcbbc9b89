package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.DTypeOptions.FloatDType;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.io.AtomicFolder;
import dev.stockpot.internal.io.IoReason;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.text.Counted;
import dev.stockpot.lora.AdapterExtraction;
import dev.stockpot.lora.AdapterExtraction.Report;
import dev.stockpot.lora.AdapterExtraction.Settings;
import dev.stockpot.lora.Adapters;
import java.io.IOException;
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

/// `stockpot extract-lora`: the difference of two checkpoints as a LoRA adapter.
@Command(
    name = "extract-lora",
    description = {
      "Writes the difference of two checkpoints as a LoRA adapter in PEFT's layout: for each linear"
          + " layer the best product of the given rank. Prints for each layer the relative error"
          + " (Frobenius norms) and the share of the squared norm that is kept."
    },
    footer = {
      "  stockpot extract-lora base ft-03 -o ft-03-lora --rank 16",
      "  stockpot extract-lora org/llama runs/chat -o chat-lora --rank 32 --targets q_proj,v_proj"
    })
final class ExtractLoraCommand implements Runnable {
  private static final int MOST_NAMES = 5;

  private final Terminal terminal;

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private ThreadsOption threads;

  @Parameters(index = "0", paramLabel = "BASE", description = "What the adapter is for.")
  private Path base;

  @Parameters(
      index = "1",
      paramLabel = "FINETUNED",
      description = "What base and adapter will come close to.")
  private Path tuned;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "ADAPTER",
      required = true,
      description = "The folder of the adapter.")
  private Path target;

  @Option(
      names = "--rank",
      paramLabel = "R",
      required = true,
      description = "The rank: A and B hold R × (in + out) numbers a layer.")
  private int rank;

  @Option(
      names = "--alpha",
      paramLabel = "A",
      description = "lora_alpha; the rank unless given, which makes the scale 1.")
  private Optional<Double> alpha = Optional.empty();

  @Option(
      names = "--targets",
      paramLabel = "NAME,...",
      split = ",",
      description =
          "Modules to adapt, by the ends of their names; embeddings and heads only if named.")
  private List<String> targets = List.of();

  @Option(
      names = "--fan-in-fan-out",
      description = "The weights are stored as [in, out], as GPT-2's are.")
  private boolean fanInFanOut;

  @Option(
      names = "--out-dtype",
      paramLabel = "DTYPE",
      converter = FloatDType.class,
      description = "Type of A and B; that of the fine-tuned weight unless given.")
  private Optional<DType> dtype = Optional.empty();

  ExtractLoraCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Settings settings = settings();
    try {
      AtomicFolder.checkFree(target);
    } catch (IOException e) {
      throw CheckpointException.of(target, "cannot be written: " + IoReason.of(e));
    }
    Adapters adapters = new Adapters();
    Path from = Ingredients.find(base);
    try (Checkpoint before = adapters.open(from, Optional.empty(), OpenOptions.NONE);
        Checkpoint after =
            adapters.open(Ingredients.find(tuned), Optional.of(from), OpenOptions.NONE)) {
      Report report =
          new AdapterExtraction(before, after, settings)
              .write(
                  target,
                  Map.of("README.md", card().text()),
                  threads.threads(),
                  output.progress(terminal));
      show(new RefactoringReport(report.modules()), report.narrow(), report.left());
    }
  }

  private Settings settings() {
    if (rank < 1) {
      throw new ParameterException(
          spec.commandLine(), "--rank is " + rank + "; it must be at least 1");
    }
    double scaled = alpha.orElse((double) rank);
    if (!(scaled > 0) || Double.isInfinite(scaled)) {
      throw new ParameterException(
          spec.commandLine(), "--alpha is " + scaled + "; it must be a number above 0");
    }
    return new Settings(rank, scaled, dtype, targets, fanInFanOut, Optional.of(base.toString()));
  }

  private ModelCard card() {
    return new ModelCard(
        target.toAbsolutePath().normalize().getFileName().toString(),
        "A LoRA adapter of rank " + rank + " that makes " + base + " like " + tuned,
        Map.of(),
        List.of(),
        spec.commandLine().getParent().getParseResult().originalArgs());
  }

  private void show(RefactoringReport report, List<String> narrow, List<String> left) {
    if (!narrow.isEmpty()) {
      output.warn(
          terminal,
          "rank "
              + rank
              + " is more than "
              + Counted.of(narrow.size(), "module")
              + " can have, where zeros follow: "
              + some(narrow));
    }
    if (!left.isEmpty()) {
      output.note(
          terminal,
          (left.size() == 1 ? "1 tensor differs and is" : left.size() + " tensors differ and are")
              + " not in the adapter: "
              + some(left));
    }
    if (output.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("output", target.toString());
      document.put("rank", rank);
      document.putAll(report.members());
      document.put("narrow", narrow);
      document.put("left", left);
      terminal.print(JsonWriter.of(document));
    } else {
      terminal.print(
          report.table()
              + "\n%s: a LoRA adapter of rank %d, for %s%n"
                  .formatted(target, rank, Counted.of(report.modules().size(), "module")));
    }
  }

  private static String some(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())))
        + (names.size() > MOST_NAMES ? ", ..." : "");
  }
}
