package dev.stockpot.cli;

import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `stockpot pairs`: soups of two against ensembles of two.
///
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, section 4</a>
@Command(
    name = "pairs",
    description = {
      "Measures pairs of classifiers: by how much the loss of their soup differs from that of their"
          + " ensemble, beside what curvature and disagreement let expect; with --base also how"
          + " much better the soup is than the mean of the two, against the angle between them."
    },
    footer = {
      "  stockpot pairs ft-*.safetensors --base base.safetensors --eval eval.yml -o run",
      "  stockpot pairs ft-*.safetensors --eval eval.yml --alphas 0.25,0.5,0.75 --cache evaluations"
    })
final class PairsCommand implements Runnable {
  private final Terminal terminal;

  @Mixin private OutputOptions output;
  @Mixin private ThreadsOption threads;
  @Mixin private KeyOption key;

  @Parameters(
      paramLabel = "CHECKPOINT",
      arity = "1..*",
      description = "Fine-tuned checkpoints, at least two: files, folders or globs.")
  private List<String> words;

  @Option(
      names = "--eval",
      paramLabel = "EVAL.yml",
      required = true,
      description = "What measures a checkpoint, and on which data.")
  private Path eval;

  @Option(
      names = "--base",
      paramLabel = "BASE",
      description = "The checkpoint they were fine-tuned from, as seen from which angles are.")
  private Optional<Path> base;

  @Option(
      names = "--alphas",
      paramLabel = "A",
      split = ",",
      defaultValue = "0.5",
      description = "Shares of the second of two, between 0 and 1; ${DEFAULT-VALUE} unless given.")
  private List<Double> alphas;

  @Option(
      names = "--step",
      paramLabel = "H",
      defaultValue = "0.05",
      description =
          "By which the second derivative along the line is taken; ${DEFAULT-VALUE} unless given.")
  private double step;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "100",
      description = "Most pairs; of more, so many are drawn. ${DEFAULT-VALUE} unless given.")
  private int most;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Keep evaluations and predictions here, by content; those of a cook with the same --cache"
              + " are used.")
  private Optional<Path> cache;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description =
          "Folder for approximation.json, advantage.json and report.html; may be that of a finished"
              + " run.")
  private Optional<Path> folder;

  PairsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    check();
    List<Path> paths =
        base.map(it -> Ingredients.find(words, it)).orElseGet(() -> Ingredients.find(words));
    if (paths.size() < 2) {
      throw new RecipeException("pairs needs at least two checkpoints; name another");
    }
    try (Mixtures mixtures =
        Mixtures.open(base, paths, eval, key.open(), threads.threads(), terminal, output)) {
      PairsRun.Settings settings =
          new PairsRun.Settings(alphas, step, most, cache, threads.threads());
      Pairs pairs = new PairsRun(mixtures, settings, output.progress(terminal)).measure();
      pairs.notes().forEach(note -> output.note(terminal, note));
      Map<String, Map<String, Object>> documents = new LinkedHashMap<>();
      documents.put("approximation.json", pairs.approximation());
      pairs.advantage().ifPresent(document -> documents.put("advantage.json", document));
      Optional<Path> report = folder.map(target -> mixtures.write(target, documents));
      if (output.json()) {
        Map<String, Object> all = new LinkedHashMap<>();
        documents.forEach((name, document) -> all.put(name.replace(".json", ""), document));
        terminal.print(JsonWriter.of(all));
        return;
      }
      terminal.print(text(pairs));
      report.ifPresent(file -> terminal.print("The report: " + file + "\n"));
    }
  }

  private void check() {
    if (!(step > 0 && step < 0.5)) {
      throw new RecipeException("--step " + step + ": has to be above 0 and below 0.5");
    }
    for (double alpha : alphas) {
      if (!(alpha >= step && alpha <= 1 - step)) {
        throw new RecipeException(
            "--alphas %s: has to be from %s to %s, so that a step of %s stays between the two models"
                .formatted(alpha, step, 1 - step, step));
      }
    }
    if (most < 1) {
      throw new RecipeException("--pairs " + most + ": at least 1 is needed");
    }
    if (base.isPresent() && !alphas.contains(0.5)) {
      throw new RecipeException(
          "--base is for the soup half way between two models; add 0.5 to --alphas, or leave --base"
              + " out");
    }
  }

  private static String text(Pairs pairs) {
    Table table =
        new Table(
            Table.text("soup minus ensemble, loss"),
            Table.number("points"),
            Table.number("measured"),
            Table.number("approximated"),
            Table.number("correlation"));
    for (Pairs.Summary each : pairs.approximations()) {
      table.row(
          each.set(),
          String.valueOf(each.points()),
          Figures.plain(each.first()),
          Figures.plain(each.second()),
          Figures.plain(each.correlation()));
    }
    StringBuilder out = new StringBuilder(table.format());
    if (!pairs.advantages().isEmpty()) {
      Table gains =
          new Table(
              Table.text("soup minus mean of the two, " + pairs.metric()),
              Table.number("pairs"),
              Table.number("advantage"),
              Table.number("angle"),
              Table.number("correlation"));
      for (Pairs.Summary each : pairs.advantages()) {
        gains.row(
            each.set(),
            String.valueOf(each.points()),
            Figures.mean(each.first(), pairs.metric()),
            String.format(Locale.ROOT, "%.1f°", each.second()),
            Figures.plain(each.correlation()));
      }
      out.append('\n').append(gains.format());
    }
    return out.toString();
  }
}
