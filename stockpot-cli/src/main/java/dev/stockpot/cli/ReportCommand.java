package dev.stockpot.cli;

import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.report.FigureFiles;
import dev.stockpot.report.ReportPage;
import dev.stockpot.report.ResultFiles;
import dev.stockpot.report.RunFolder;
import dev.stockpot.report.Study;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `stockpot report`: the page and the figures of a finished run, or of results from elsewhere.
@Command(
    name = "report",
    description = {
      "Draws a finished run, or results from elsewhere: one HTML file that opens anywhere."
    },
    footer = {
      "  stockpot report run",
      "  stockpot report --results models.jsonl soups.jsonl --select val --test test"
          + " --shift sketch photos -o report.html",
    })
final class ReportCommand implements Runnable {
  private final Terminal terminal;

  @Mixin private OutputOptions output;

  @Parameters(paramLabel = "DIR", arity = "0..1", description = "Folder of a finished run.")
  private Optional<Path> folder;

  @Option(
      names = "--results",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Results from elsewhere: a line of JSON per model.")
  private List<Path> results = List.of();

  @Option(
      names = "--select",
      paramLabel = "SET",
      description = "The held-out set that models were chosen on.")
  private Optional<String> select;

  @Option(
      names = "--test",
      paramLabel = "SET",
      arity = "1..*",
      description = "In-distribution sets to report on.")
  private List<String> test = List.of();

  @Option(
      names = "--shift",
      paramLabel = "SET",
      arity = "1..*",
      description = "Distribution shifts to report on.")
  private List<String> shift = List.of();

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      defaultValue = "accuracy",
      description = "What results from elsewhere measure; ${DEFAULT-VALUE} unless given.")
  private String metric;

  @Option(names = "--lower-is-better", description = "Less of the metric is better.")
  private boolean lowerIsBetter;

  @Option(
      names = "--hyperparameters",
      paramLabel = "FILE",
      description = "What models were trained with: a JSON object per model's name.")
  private Optional<Path> hyperparameters;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The page; report.html, in DIR if there is one, unless given.")
  private Optional<Path> page;

  @Option(
      names = "--figures",
      paramLabel = "DIR",
      description = "Write the main figure as SVG and PNG, too.")
  private Optional<Path> figures;

  ReportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Study study = read();
    Path file = page.orElseGet(() -> folder.orElse(Path.of("")).resolve("report.html"));
    AtomicFile.writeString(file, ReportPage.of(study), false);
    List<Path> written = new ArrayList<>(List.of(file));
    figures.ifPresent(target -> written.addAll(FigureFiles.write(study, target)));
    StudyTable table = new StudyTable(study);
    if (output.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("files", written.stream().map(Path::toString).toList());
      document.putAll(table.members());
      terminal.print(JsonWriter.of(document));
      return;
    }
    terminal.print(table.text(terminal.can()));
    written.forEach(each -> terminal.print(each + "\n"));
  }

  private Study read() {
    if (folder.isPresent() == !results.isEmpty()) {
      throw new RecipeException(
          "report draws either the folder of a finished run or results from elsewhere; name one of"
              + " DIR and --results");
    }
    if (folder.isPresent()) {
      return RunFolder.read(folder.orElseThrow(), hyperparameters);
    }
    String held =
        select.orElseThrow(() ->
            new RecipeException(
                "--results needs --select SET, the held-out set that models were chosen on"));
    return new ResultFiles(
            results, ResultFiles.sets(held, test, shift), metric, !lowerIsBetter, hyperparameters)
        .read();
  }
}
