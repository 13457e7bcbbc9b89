package dev.stockpot.cli;

import dev.stockpot.cli.config.SoupFile;
import dev.stockpot.cli.options.DTypeOptions;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.SkipBadOption;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.recipe.SoupSpec;
import dev.stockpot.search.Recipes;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `stockpot cook`: every recipe of a soup.yml, ranked.
@Command(
    name = "cook",
    description = {
      "Evaluates base and ingredients, cooks every recipe that a soup.yml names, ranks all of them"
          + " on the report sets."
    },
    footer = {
      "  stockpot cook soup.yml -o run",
      "  stockpot cook soup.yml -o run --resume",
    })
final class CookCommand implements Runnable {
  private final Terminal terminal;

  @Spec private CommandSpec command;
  @Mixin private OutputOptions output;
  @Mixin private DTypeOptions dtype;
  @Mixin private ThreadsOption threads;
  @Mixin private SkipBadOption skipBad;

  @Parameters(paramLabel = "SOUP.yml", description = "What goes in and how it is measured.")
  private Path soup;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Folder for the run; the file's name without extension unless given.")
  private Optional<Path> folder;

  @Option(names = "--resume", description = "Go on with a run that was cut off.")
  private boolean resume;

  @Option(names = "--dry-run", description = "Check everything, say what would be done, and stop.")
  private boolean dryRun;

  @Option(
      names = "--exhaustive",
      description =
          "Evaluate every candidate on all of select, also one that cannot be accepted any more.")
  private boolean exhaustive;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Keep evaluations here, by the content of checkpoint, network and set, for other runs,"
              + " too.")
  private Optional<Path> cache;

  @Option(names = "--timings", description = "Say where the time went.")
  private boolean timings;

  CookCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    SoupSpec read = SoupFile.read(soup, Recipes.ALL);
    SoupSpec spec = read.with(skipBad.apply(read.eval()));
    List<String> words = command.commandLine().getParent().getParseResult().originalArgs();
    CookRun run =
        new CookRun(
            terminal,
            output,
            new CookRun.Settings(
                soup,
                folder(),
                words,
                dtype.outDType(),
                dtype.saturate(),
                threads.threads(),
                exhaustive,
                cache));
    if (dryRun) {
      run.plan(spec, resume);
    } else {
      run.cook(spec, resume, timings);
    }
  }

  private Path folder() {
    return folder.orElseGet(
        () -> Path.of(soup.getFileName().toString().replaceFirst("\\.[^.]*$", "")));
  }
}
