package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Comparison;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.lora.Adapters;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `stockpot compare`: how two checkpoints differ.
@Command(
    name = "compare",
    description = {
      "Compares two checkpoints: for each tensor and in total the norm of the difference, that"
          + " relative to the larger norm, the cosine, and the largest difference of an element;"
          + " with a base how far both have moved from it and the angle between their moves."
          + " The most different tensors come first."
    },
    footer = {
      "  stockpot compare ft-00.safetensors ft-01.safetensors --base base.safetensors",
      "  stockpot compare runs/llama-a org/llama-b --json"
    })
final class CompareCommand implements Runnable {
  private final Terminal terminal;

  @Mixin private OutputOptions output;

  @Parameters(index = "0", paramLabel = "A", description = "A checkpoint.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B", description = "Another.")
  private Path second;

  @Option(
      names = "--base",
      paramLabel = "C",
      description =
          "The checkpoint that both were fine-tuned from; LoRA adapters are applied to it.")
  private Optional<Path> base;

  CompareCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Optional<Path> from = base.map(Ingredients::find);
    Adapters adapters = new Adapters();
    try (Checkpoint a = adapters.open(Ingredients.find(first), from, OpenOptions.NONE);
        Checkpoint b = adapters.open(Ingredients.find(second), from, OpenOptions.NONE)) {
      if (from.isPresent()) {
        try (Checkpoint c = adapters.open(from.get(), Optional.empty(), OpenOptions.NONE)) {
          show(a, b, Optional.of(c));
        }
      } else {
        show(a, b, Optional.empty());
      }
    }
  }

  private void show(Checkpoint a, Checkpoint b, Optional<Checkpoint> from) {
    Comparison comparison = Comparison.of(a, b, from, output.progress(terminal));
    ComparisonReport report = new ComparisonReport(first, second, base, comparison);
    if (output.json()) {
      terminal.print(report.json());
    } else {
      terminal.print(report.text());
    }
  }
}
