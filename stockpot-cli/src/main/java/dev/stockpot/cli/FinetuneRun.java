package dev.stockpot.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.cli.config.SweepFile;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.eval.Evaluator;
import dev.stockpot.eval.Evaluators;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.FolderLock;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.train.RunRecord;
import dev.stockpot.train.RunRecord.Status;
import dev.stockpot.train.Search.Draw;
import dev.stockpot.train.Sweep;
import dev.stockpot.train.SweepIdentity;
import dev.stockpot.train.SweepSpec;
import dev.stockpot.train.Trainer;
import dev.stockpot.train.TrainerSpec;
import dev.stockpot.train.Trainers;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// One run of `finetune`: from a checked SWEEP.yml to a folder with a checkpoint per run, a table
/// and a soup.yml.
record FinetuneRun(Terminal terminal, OutputOptions output, SweepFile file, Settings settings) {

  /// What the user asked for.
  ///
  /// @param folder of the sweep
  /// @param jobs how many runs go on at once, if the user says so
  /// @param threads of each run
  /// @param resume whether a sweep that is there is gone on with
  record Settings(Path folder, OptionalInt jobs, int threads, boolean resume) {}

  /// Checks everything and shows the runs.
  void plan() {
    checkFolder();
    List<Draw> draws = spec().draws();
    String estimate =
        switch (spec().trainer()) {
          case TrainerSpec.Command _ ->
              "Would call the program %d times, %d at once.%n"
                  .formatted(draws.size(), settings.jobs().orElse(1));
          case TrainerSpec.Network network -> {
            try (Trainer trainer = open(network)) {
              yield FinetuneEstimate.of(trainer, draws, jobs(trainer)).text();
            }
          }
        };
    if (output.json()) {
      List<Map<String, Object>> runs = new ArrayList<>();
      draws.forEach(draw ->
          runs.add(new TreeMap<>(Map.of("name", draw.name(), "hyperparameters", draw.json()))));
      terminal.print(
          JsonWriter.of(
              new TreeMap<>(Map.of("folder", settings.folder().toString(), "runs", runs))));
      return;
    }
    terminal.print(SweepTable.of(draws).format() + estimate);
  }

  /// Trains.
  void train() {
    checkFolder();
    List<Draw> draws = spec().draws();
    List<RunRecord> records;
    try (FolderLock _ = lock()) {
      Map<Path, String> inputs =
          Hashes.of(
              SweepIdentity.files(spec(), base()), settings.threads(), output.progress(terminal));
      String identity = SweepIdentity.of(spec(), inputs, settings.threads());
      records =
          switch (spec().trainer()) {
            case TrainerSpec.Command command -> command(draws, command, identity);
            case TrainerSpec.Network network -> network(draws, network, identity);
          };
      if (records.stream().noneMatch(record -> record.status() == Status.FAILED)) {
        write(records, inputs);
        WorkFolder.delete(work());
      }
    }
    show(records);
  }

  private SweepSpec spec() {
    return file.spec();
  }

  private List<RunRecord> command(List<Draw> draws, TrainerSpec.Command command, String identity) {
    Optional<Evaluator> evaluator =
        spec()
            .eval()
            .map(eval -> Evaluators.open(eval, settings.threads(), output.progress(terminal)));
    try {
      // A program may use all processors itself.
      return sweep(identity, settings.jobs().orElse(1), draws)
          .run(draws, command, spec().base(), evaluator);
    } finally {
      evaluator.ifPresent(Evaluator::close);
    }
  }

  private List<RunRecord> network(List<Draw> draws, TrainerSpec.Network network, String identity) {
    try (Trainer trainer = open(network)) {
      Sweep sweep = sweep(identity, jobs(trainer), draws);
      return spec().stock().isPresent()
          ? sweep.run(draws, trainer, spec().stock().get(), spec().base().orElseThrow())
          : sweep.run(draws, trainer);
    }
  }

  private Trainer open(TrainerSpec.Network network) {
    Trainer trainer = Trainers.open(network, spec().base(), settings.threads());
    trainer.notes().forEach(note -> output.note(terminal, note));
    return trainer;
  }

  private Sweep sweep(String identity, int jobs, List<Draw> draws) {
    return new Sweep(
        settings.folder(),
        Math.min(jobs, draws.size()),
        identity,
        output.progress(terminal),
        record -> output.tell(terminal, SweepTable.sentence(record, metric())));
  }

  /// As many as there are processors, and as fit into half of the machine's memory.
  private int jobs(Trainer trainer) {
    if (!trainer.isParallel()) {
      return 1;
    }
    long processors = Runtime.getRuntime().availableProcessors() / settings.threads();
    long memory =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    long fitting = memory / 2 / Math.max(1, trainer.bytes());
    return settings.jobs().orElse((int) Math.max(1, Math.min(processors, fitting)));
  }

  private String metric() {
    return switch (spec().trainer()) {
      case TrainerSpec.Command _ -> spec().eval().map(eval -> eval.metric()).orElse("accuracy");
      case TrainerSpec.Network network -> network.task().metric();
    };
  }

  private List<Path> base() {
    if (spec().base().isEmpty()) {
      return List.of();
    }
    try (Checkpoint base = Checkpoints.open(spec().base().get())) {
      return base.files();
    }
  }

  private void checkFolder() {
    Path folder = settings.folder();
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new RecipeException(folder + ": is a file; name a folder with -o");
    }
    FolderLock.holder(work())
        .ifPresent(holder -> {
          throw held(holder);
        });
    if (settings.resume()) {
      return;
    }
    if (Files.exists(folder.resolve("sweep.json"))) {
      throw new RecipeException(
          folder
              + ": holds a finished sweep; choose another folder with -o, delete it, or add runs to"
              + " it with --resume");
    }
    if (Files.exists(work())) {
      throw new RecipeException(
          folder + ": holds a sweep that was cut off; go on with --resume, or delete it");
    }
  }

  /// No other process works in the folder as long as this is held.
  private FolderLock lock() {
    checkFolder();
    ZonedDateTime now = ZonedDateTime.now(ZoneId.systemDefault());
    String holder =
        "process %d, since %s"
            .formatted(
                ProcessHandle.current().pid(),
                now.format(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)));
    return FolderLock.take(work(), holder)
        .orElseThrow(() -> held(FolderLock.holder(work()).orElse("a process that has just ended")));
  }

  private RecipeException held(String holder) {
    return new RecipeException(
        settings.folder()
            + ": is being trained in by "
            + holder
            + "; wait until that has ended, or choose another folder with -o");
  }

  private Path work() {
    return settings.folder().resolve(".stockpot");
  }

  private void write(List<RunRecord> records, Map<Path, String> inputs) {
    Path folder = settings.folder();
    AtomicFile.deletePartials(folder);
    Optional<String> network = Optional.empty();
    if (spec().trainer() instanceof TrainerSpec.Network own
        && own.graph() instanceof TrainerSpec.Graph.BuiltIn(var described)) {
      network = Optional.of("network.json");
      AtomicFile.writeString(folder.resolve(network.get()), described.json(), true);
    }
    List<String> ingredients =
        records.stream()
            .filter(record -> record.status() == Status.FINISHED)
            .map(this::ingredient)
            .toList();
    if (!ingredients.isEmpty()) {
      file.soup()
          .write(folder, ingredients, network)
          .ifPresent(text -> AtomicFile.writeString(folder.resolve("soup.yml"), text, true));
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("runs", records.stream().map(RunRecord::json).toList());
    document.put("inputs", inputs);
    AtomicFile.writeString(
        folder.resolve("sweep.json"), JsonWriter.pretty(JsonWriter.of(document)), true);
  }

  /// A folder with a `model.safetensors` is a checkpoint by the folder's name.
  private String ingredient(RunRecord record) {
    String first = record.files().firstEntry().getKey();
    return first.equals("model.safetensors") ? record.name() : record.name() + "/" + first;
  }

  private void show(List<RunRecord> records) {
    Path folder = settings.folder();
    List<RunRecord> failed =
        records.stream().filter(record -> record.status() == Status.FAILED).toList();
    boolean soup = failed.isEmpty() && Files.exists(folder.resolve("soup.yml"));
    if (output.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("folder", folder.toString());
      document.put("runs", records.stream().map(RunRecord::json).toList());
      if (soup) {
        document.put("soup", folder.resolve("soup.yml").toString());
      }
      terminal.print(JsonWriter.of(document));
    } else {
      terminal.print(SweepTable.of(records, metric()).format());
      if (soup) {
        terminal.print("To cook them: stockpot cook " + folder.resolve("soup.yml") + "\n");
      }
    }
    if (!failed.isEmpty()) {
      throw new RecipeException(
          "%d of %d runs failed; mend what the program says, and go on with --resume%n  %s: %s"
              .formatted(
                  failed.size(),
                  records.size(),
                  failed.getFirst().name(),
                  failed.getFirst().why().orElse("")));
    }
  }
}
