package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.cli.miniature.Document;
import dev.stockpot.cli.miniature.Pool;
import dev.stockpot.cli.miniature.PoolFile;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.scratch.ScratchTask;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.work.Workers;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The papers in miniature: what `examples/miniatures/run` starts.
///
/// Every step looks for what is there already, so a run that was cut off at any point goes on when
/// it is started again.
@Command(
    name = "miniatures",
    hidden = true,
    description = {
      "Asks the papers' claims of many small pools of models, which are pre-trained, fine-tuned and"
          + " cooked here. A run that was cut off goes on when it is started again."
    },
    footer = "  examples/miniatures/run")
final class MiniaturesCommand implements Runnable {
  /// Of a pool of 12 models and 5 twins, on two cores.
  private static final int SECONDS_PER_POOL = 60;

  /// Of the pools; the demo's is none of them.
  private static final int SEED = 100;

  private final Terminal terminal;

  @Mixin private OutputOptions output;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      defaultValue = "stockpot-miniatures",
      description = "Folder for the pools; ${DEFAULT-VALUE} unless given.")
  private Path folder;

  @Option(
      names = "--pools",
      paramLabel = "N",
      defaultValue = "10",
      description = "Pools of each task, at least 2; ${DEFAULT-VALUE} unless given.")
  private int pools;

  @Option(
      names = "--models",
      paramLabel = "N",
      defaultValue = "12",
      description = "Fine-tunes of each pool, at least 3; ${DEFAULT-VALUE} unless given.")
  private int models;

  @Option(
      names = "--twins",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "More that differ in their seed only, at least 3; ${DEFAULT-VALUE} unless given.")
  private int twins;

  @Option(
      names = "--task",
      paramLabel = "NAME",
      description = "Pools of one task only: digits or names.")
  private Optional<String> only;

  @Option(names = "--document", paramLabel = "FILE", description = "Write the document here, too.")
  private Optional<Path> document;

  @Option(
      names = "--brief",
      description = "One epoch each: shows that all is in place, and nothing else.")
  private boolean brief;

  MiniaturesCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (pools < 2 || models < 3 || twins < 3) {
      throw new RecipeException(
          "--pools %d, --models %d, --twins %d: at least 2, 3 and 3 are needed"
              .formatted(pools, models, twins));
    }
    List<ScratchTask> tasks = tasks();
    claimFolder();
    SequencedMap<ScratchTask, List<PoolRun>> runs = new LinkedHashMap<>();
    PoolRun.Size size = new PoolRun.Size(models, twins, brief);
    for (ScratchTask task : tasks) {
      Path own = folder.resolve(task.word());
      runs.put(
          task,
          IntStream.rangeClosed(1, pools)
              .mapToObj(number -> {
                String name = String.format(Locale.ROOT, "pool-%02d", number);
                return new PoolRun(task, own.resolve(name), SEED + number, size);
              })
              .toList());
    }
    long left = runs.values().stream().flatMap(List::stream).filter(PoolRun::isLeft).count();
    output.tell(
        terminal,
        "%d of %d pools to train, cook and measure: about %d min on two cores"
            .formatted(
                left,
                pools * runs.size(),
                Math.ceilDiv(left * SECONDS_PER_POOL * (models + twins) / 17, 60)));
    carryOut(runs);
    String text = document(runs).text();
    Path target = folder.resolve("miniatures.md");
    AtomicFile.writeString(target, text, false);
    document.ifPresent(file -> AtomicFile.writeString(file, text, false));
    terminal.print("What the pools say: " + document.orElse(target) + "\n");
  }

  private List<ScratchTask> tasks() {
    List<ScratchTask> tasks =
        Stream.of(ScratchTask.values())
            .filter(task -> only.map(task.word()::equals).orElse(true))
            .toList();
    if (tasks.isEmpty()) {
      throw new RecipeException("--task is " + only.orElseThrow() + "; it must be digits or names");
    }
    return tasks;
  }

  /// Pools of other settings are not mixed with these.
  private void claimFolder() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("pools", pools);
    members.put("models", models);
    members.put("twins", twins);
    members.put("brief", brief);
    only.ifPresent(task -> members.put("task", task));
    Json settings = JsonWriter.of(members);
    Path file = folder.resolve("miniatures.json");
    try {
      if (Files.exists(file) && !JsonReader.read(Files.readAllBytes(file)).equals(settings)) {
        throw new RecipeException(
            folder
                + ": holds miniatures of other settings; choose another folder with -o, or"
                + " delete it");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AtomicFile.writeString(file, JsonWriter.pretty(settings), false);
  }

  /// As many pools at a time as there are processors; every one needs another, cooked, to be
  /// measured.
  private void carryOut(SequencedMap<ScratchTask, List<PoolRun>> runs) {
    Path examples = DemoCommand.examples();
    List<PoolRun> all = runs.values().stream().flatMap(List::stream).toList();
    int jobs = Math.min(Runtime.getRuntime().availableProcessors(), all.size());
    Progress.Total total = new Progress.Total(3L * all.size(), Progress.Unit.CANDIDATES);
    try (Progress.Task progress = output.progress(terminal).begin("pools", total)) {
      runs.forEach((task, its) -> {
        if (its.stream().anyMatch(PoolRun::isLeft)) {
          task.writeData(examples, folder.resolve(task.word()).resolve("data"));
        }
      });
      each(jobs, all, progress, PoolRun::train);
      each(jobs, all, progress, PoolRun::cook);
      each(jobs, all, progress, run -> run.measure(next(runs.get(run.task()), run)));
    }
  }

  private static void each(
      int jobs, List<PoolRun> all, Progress.Task progress, Consumer<PoolRun> step) {
    Workers.map(
        jobs,
        all,
        run -> {
          if (run.isLeft()) {
            step.accept(run);
          }
          progress.advance(1);
          return run;
        });
  }

  private static PoolRun next(List<PoolRun> runs, PoolRun run) {
    return runs.get((runs.indexOf(run) + 1) % runs.size());
  }

  private static Document document(SequencedMap<ScratchTask, List<PoolRun>> runs) {
    SequencedMap<String, String> tasks = new LinkedHashMap<>();
    SequencedMap<String, List<Pool>> pools = new LinkedHashMap<>();
    runs.forEach((task, its) -> {
      tasks.put(task.word(), task.about());
      List<Pool> read = new ArrayList<>();
      its.forEach(run -> read.add(PoolFile.read(run.file()).orElseThrow()));
      pools.put(task.word(), read);
    });
    return new Document(tasks, pools);
  }
}
