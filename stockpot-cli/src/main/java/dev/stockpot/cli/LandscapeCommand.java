package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Table.Column;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.Ingredient;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `stockpot landscape`: how models on the plane through three do.
///
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, figure 2</a>
@Command(
    name = "landscape",
    description = {
      "Measures models on a grid over the plane through A, B and C: A at the origin, B to its"
          + " right, distances as between weights."
    },
    footer = {
      "  stockpot landscape base.safetensors ft-1.safetensors ft-2.safetensors --eval eval.yml"
          + " -o plane"
    })
final class LandscapeCommand implements Runnable {
  /// Of the triangle's width and height, around it.
  private static final double MARGIN = 0.25;

  private final Terminal terminal;

  @Mixin private OutputOptions output;
  @Mixin private ThreadsOption threads;
  @Mixin private KeyOption key;

  @Parameters(paramLabel = "CHECKPOINT", arity = "3", description = "A, B and C.")
  private List<String> words;

  @Option(
      names = "--eval",
      paramLabel = "EVAL.yml",
      required = true,
      description = "What measures a checkpoint, and on which data.")
  private Path eval;

  @Option(
      names = "--grid",
      paramLabel = "N",
      defaultValue = "11",
      description = "Points along each axis; ${DEFAULT-VALUE} unless given.")
  private int grid;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Folder for landscape.json and report.html; may be that of a finished run.")
  private Optional<Path> folder;

  LandscapeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (grid < 2) {
      throw new RecipeException("--grid " + grid + ": at least 2 is needed");
    }
    Progress progress = output.progress(terminal);
    try (Mixtures mixtures = open()) {
      Plane plane = Plane.through(mixtures.models(), progress);
      List<Double> x = axis(Math.min(0, plane.offset()), Math.max(plane.width(), plane.offset()));
      List<Double> y = axis(0, plane.height());
      Progress.Total total = new Progress.Total((long) grid * grid, Progress.Unit.CANDIDATES);
      try (Progress.Task task = progress.begin("measuring the plane", total)) {
        for (double up : y) {
          for (double across : x) {
            mixtures.measure(plane.weights(across, up));
            task.advance(1);
          }
        }
      }
      Map<String, Object> document = document(mixtures, plane, x, y);
      Optional<Path> report =
          folder.map(target -> mixtures.write(target, Map.of("landscape.json", document)));
      if (output.json()) {
        terminal.print(JsonWriter.of(document));
        return;
      }
      terminal.print(text(mixtures, plane, x, y));
      report.ifPresent(file -> terminal.print("The report: " + file + "\n"));
    }
  }

  private Mixtures open() {
    List<Path> paths = Mixtures.each(words);
    return Mixtures.open(
        Optional.empty(), paths, eval, key.open(), threads.threads(), terminal, output);
  }

  /// The grid's places along an axis: between two ends, and a margin on either side.
  private List<Double> axis(double low, double high) {
    double start = low - MARGIN * (high - low);
    double step = (high - low) * (1 + 2 * MARGIN) / (grid - 1);
    return IntStream.range(0, grid).mapToObj(i -> start + i * step).toList();
  }

  private Map<String, Object> document(
      Mixtures mixtures, Plane plane, List<Double> x, List<Double> y) {
    Map<String, Object> values = new LinkedHashMap<>();
    mixtures
        .values()
        .forEach((name, all) ->
            values.put(
                name,
                IntStream.range(0, grid)
                    .mapToObj(row -> all.subList(row * grid, (row + 1) * grid))
                    .toList()));
    Map<String, Object> document = new LinkedHashMap<>();
    document.put(
        "points",
        List.of(
            point(mixtures.models().get(0), 0, 0),
            point(mixtures.models().get(1), plane.width(), 0),
            point(mixtures.models().get(2), plane.offset(), plane.height())));
    document.put("angle_degrees", plane.angleDegrees());
    document.put("x", x);
    document.put("y", y);
    document.put("values", values);
    return document;
  }

  private static Map<String, Object> point(Ingredient model, double x, double y) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", model.name());
    members.put("x", x);
    members.put("y", y);
    return members;
  }

  /// The plane on the set that counts, as it lies: the highest y first.
  private String text(Mixtures mixtures, Plane plane, List<Double> x, List<Double> y) {
    EvalSpec spec = mixtures.spec();
    SetSpec set =
        spec.report().stream()
            .filter(each -> each.role() == Role.ID)
            .findFirst()
            .orElse(spec.select());
    List<Double> values = mixtures.values().get(set.name() + " " + spec.metric());
    List<Column> columns = new ArrayList<>(List.of(Table.number("y \\ x")));
    x.forEach(each -> columns.add(Table.number(distance(each))));
    Table table = new Table(columns.toArray(Column[]::new));
    for (int row = grid - 1; row >= 0; row--) {
      List<String> cells = new ArrayList<>(List.of(distance(y.get(row))));
      values
          .subList(row * grid, (row + 1) * grid)
          .forEach(value -> cells.add(Figures.mean(value, spec.metric())));
      table.row(cells.toArray(String[]::new));
    }
    return "%s on %s over the plane: %s at 0, 0; %s at %s, 0; %s at %s, %s; %s degrees between them%n%s"
        .formatted(
            spec.metric(),
            set.name(),
            mixtures.models().get(0).name(),
            mixtures.models().get(1).name(),
            distance(plane.width()),
            mixtures.models().get(2).name(),
            distance(plane.offset()),
            distance(plane.height()),
            String.format(Locale.ROOT, "%.1f", plane.angleDegrees()),
            table.format());
  }

  private static String distance(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
