package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Table.Column;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `stockpot interpolate`: how models on the line between two do.
@Command(
    name = "interpolate",
    description = {
      "Measures (1 - a) A + a B for a from 0 to 1, and the barrier between the two: by how much the"
          + " worst point is worse than the straight line between the ends."
    },
    footer = "  stockpot interpolate base.safetensors ft.safetensors --eval eval.yml -o line")
final class InterpolateCommand implements Runnable {
  private final Terminal terminal;

  @Mixin private OutputOptions output;
  @Mixin private ThreadsOption threads;
  @Mixin private KeyOption key;

  @Parameters(paramLabel = "CHECKPOINT", arity = "2", description = "A and B.")
  private List<String> words;

  @Option(
      names = "--eval",
      paramLabel = "EVAL.yml",
      required = true,
      description = "What measures a checkpoint, and on which data.")
  private Path eval;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "10",
      description = "Steps from A to B; ${DEFAULT-VALUE} unless given.")
  private int steps;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Folder for interpolation.json and report.html; may be that of a finished run.")
  private Optional<Path> folder;

  InterpolateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (steps < 1) {
      throw new RecipeException("--steps " + steps + ": at least 1 is needed");
    }
    List<Double> alphas =
        IntStream.rangeClosed(0, steps).mapToObj(i -> (double) i / steps).toList();
    try (Mixtures mixtures = open()) {
      Progress.Total total = new Progress.Total(alphas.size(), Progress.Unit.CANDIDATES);
      try (Progress.Task task = output.progress(terminal).begin("interpolating", total)) {
        for (double alpha : alphas) {
          mixtures.measure(List.of(1 - alpha, alpha));
          task.advance(1);
        }
      }
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("from", mixtures.models().getFirst().name());
      document.put("to", mixtures.models().getLast().name());
      document.put("alpha", alphas);
      document.put("values", mixtures.values());
      document.put("barrier", barriers(mixtures, alphas));
      Optional<Path> report =
          folder.map(target -> mixtures.write(target, Map.of("interpolation.json", document)));
      if (output.json()) {
        terminal.print(JsonWriter.of(document));
        return;
      }
      terminal.print(text(mixtures, alphas));
      report.ifPresent(file -> terminal.print("The report: " + file + "\n"));
    }
  }

  private Mixtures open() {
    List<Path> paths = Mixtures.each(words);
    return Mixtures.open(
        Optional.empty(), paths, eval, key.open(), threads.threads(), terminal, output);
  }

  private static String text(Mixtures mixtures, List<Double> alphas) {
    EvalSpec spec = mixtures.spec();
    List<Column> columns = new ArrayList<>(List.of(Table.number("a")));
    spec.sets().forEach(set -> columns.add(Table.number(set.name())));
    Table table = new Table(columns.toArray(Column[]::new));
    for (int i = 0; i < alphas.size(); i++) {
      List<String> cells = new ArrayList<>(List.of(Figures.plain(alphas.get(i))));
      for (SetSpec set : spec.sets()) {
        cells.add(Figures.mean(values(mixtures, set.name()).get(i), spec.metric()));
      }
      table.row(cells.toArray(String[]::new));
    }
    List<String> cells = new ArrayList<>(List.of("barrier"));
    barriers(mixtures, alphas)
        .values()
        .forEach(barrier -> cells.add(Figures.mean(barrier, spec.metric())));
    table.row(cells.toArray(String[]::new));
    return "%s from %s to %s%n"
            .formatted(
                spec.metric(),
                mixtures.models().getFirst().name(),
                mixtures.models().getLast().name())
        + table.format();
  }

  /// By set: how much worse than the line between the ends the worst point is; 0 if none is.
  ///
  /// @see <a href="https://arxiv.org/abs/1912.05671">Frankle et al. 2020</a>
  private static Map<String, Double> barriers(Mixtures mixtures, List<Double> alphas) {
    Map<String, Double> barriers = new LinkedHashMap<>();
    for (SetSpec set : mixtures.spec().sets()) {
      List<Double> values = values(mixtures, set.name());
      double worst = 0;
      for (int i = 0; i < alphas.size(); i++) {
        double line = (1 - alphas.get(i)) * values.getFirst() + alphas.get(i) * values.getLast();
        double loss = line - values.get(i);
        worst = Math.max(worst, mixtures.higherIsBetter() ? loss : -loss);
      }
      barriers.put(set.name(), worst);
    }
    return barriers;
  }

  private static List<Double> values(Mixtures mixtures, String set) {
    return mixtures.values().get(set + " " + mixtures.spec().metric());
  }
}
