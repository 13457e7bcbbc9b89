package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.Progress.Total;
import dev.stockpot.Progress.Unit;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.ElementReader;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.checkpoint.TensorStatistics;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.BaseOption;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.text.Nearest;
import dev.stockpot.lora.Adapter;
import dev.stockpot.lora.Adapters;
import dev.stockpot.recipe.NaturalOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `stockpot inspect`: what is in a checkpoint.
@Command(
    name = "inspect",
    description = "Shows the tensors and the metadata of a checkpoint.",
    footer = {
      "  stockpot inspect model.safetensors --stats",
      "  stockpot inspect model.safetensors --tensor fc.bias --first 10"
    })
final class InspectCommand implements Runnable {
  private static final int MOST_VALUES = 2048;

  private final Terminal terminal;

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private KeyOption key;
  @Mixin private BaseOption base;

  @Parameters(paramLabel = "CHECKPOINT", description = "The checkpoint.")
  private Path path;

  @Option(
      names = "--stats",
      description = "Also minimum, maximum, mean, L2 norm, NaNs and infinities of each tensor.")
  private boolean stats;

  @Option(
      names = "--tensor",
      paramLabel = "NAME",
      description = "Only this tensor, with its first values.")
  private Optional<String> tensor;

  @Option(
      names = "--first",
      paramLabel = "N",
      defaultValue = "32",
      description = "How many values --tensor shows, up to 2048; ${DEFAULT-VALUE} unless given.")
  private int first;

  InspectCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (first < 0 || first > MOST_VALUES) {
      throw new ParameterException(
          spec.commandLine(), "--first is " + first + "; it must be from 0 to " + MOST_VALUES);
    }
    Path found = Ingredients.find(path);
    if (base.path().isEmpty() && Adapter.isAdapter(found)) {
      try (Adapter adapter = Adapter.open(found)) {
        show(adapter.tensors(), List.of(adapter.description()));
      }
      return;
    }
    Optional<Path> under = base.path().map(Ingredients::find);
    try (Checkpoint checkpoint = new Adapters().open(found, under, key.open())) {
      show(checkpoint, checkpoint.notes());
    }
  }

  private void show(Checkpoint checkpoint, List<String> notes) {
    List<TensorSpec> tensors = tensors(checkpoint);
    SequencedMap<String, TensorStatistics> statistics = statistics(checkpoint, tensors);
    Optional<List<Number>> values = tensor.map(name -> values(checkpoint, name));
    Inspection inspection =
        new Inspection(path, tensors, statistics, values, checkpoint.metadata(), notes);
    if (output.json()) {
      terminal.print(inspection.json());
    } else {
      terminal.print(inspection.text(terminal.can()));
    }
  }

  private List<TensorSpec> tensors(Checkpoint checkpoint) {
    if (tensor.isPresent()) {
      TensorSpec only = checkpoint.tensors().get(tensor.get());
      if (only == null) {
        String near =
            Nearest.to(tensor.get(), checkpoint.tensors().keySet())
                .map(name -> "did you mean '" + name + "'?")
                .orElse("stockpot inspect " + path + " lists them");
        throw CheckpointException.of(path, "no tensor '" + tensor.get() + "'; " + near);
      }
      return List.of(only);
    }
    NaturalOrder order = new NaturalOrder();
    return checkpoint.tensors().values().stream()
        .sorted((a, b) -> order.compare(a.name(), b.name()))
        .toList();
  }

  private SequencedMap<String, TensorStatistics> statistics(
      Checkpoint checkpoint, List<TensorSpec> tensors) {
    SequencedMap<String, TensorStatistics> statistics = new LinkedHashMap<>();
    if (!stats) {
      return statistics;
    }
    ElementReader reader = new ElementReader();
    long bytes = tensors.stream().mapToLong(TensorSpec::bytes).sum();
    Progress progress = output.progress(terminal);
    try (Progress.Task task = progress.begin("reading", new Total(bytes, Unit.BYTES))) {
      for (TensorSpec each : tensors) {
        TensorStatistics.of(checkpoint, each.name(), reader)
            .ifPresent(found -> statistics.put(each.name(), found));
        task.advance(each.bytes());
      }
    }
    return statistics;
  }

  private List<Number> values(Checkpoint checkpoint, String name) {
    if (checkpoint.tensors().get(name).dtype().kind() == DType.Kind.RAW) {
      return List.of();
    }
    return new ElementReader().first(checkpoint, name, first);
  }
}
