package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.HuggingFaceFolder;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.config.MergeFile;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.io.AtomicFolder;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.text.Counted;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergeMemory;
import dev.stockpot.merge.MergeReport;
import dev.stockpot.merge.Rehearsal;
import dev.stockpot.plan.MergePlanner;
import dev.stockpot.plan.Model;
import dev.stockpot.plan.PlannedCheckpoint;
import dev.stockpot.plan.PlannedMerge;
import dev.stockpot.plan.Preview;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.tokenizer.Companions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// One run of `merge`: from a config to a model. Everything is planned, and told if it is wrong,
/// before the first byte is written.
record MergeRun(Terminal terminal, OutputOptions output, Settings settings) {
  private static final String CONFIG_FILE = "mergekit_config.yml";

  /// What the user asked for.
  ///
  /// @param file the config
  /// @param target where the result goes
  /// @param planning what the planner has to know
  /// @param threads to compute with
  /// @param memory for tensors
  /// @param saturate whether overflowing values are clamped
  /// @param shardBytes most bytes in one file, if the user gives it
  /// @param shardElements the same in parameters
  /// @param tokenizer whether the tokenizer's files are copied
  /// @param card whether README.md and the config are written
  /// @param intermediates where results of named merges are kept
  /// @param lazy whether those that are there are used
  /// @param hash whether inputs are hashed
  record Settings(
      Path file,
      Path target,
      MergePlanner.Options planning,
      int threads,
      long memory,
      boolean saturate,
      OptionalLong shardBytes,
      OptionalLong shardElements,
      boolean tokenizer,
      boolean card,
      Optional<Path> intermediates,
      boolean lazy,
      HashOption hash) {}

  /// A merge whose result others use.
  ///
  /// @param result has data once the merge is done
  private record Stage(PlannedMerge merge, PlannedCheckpoint result) {
    String name() {
      return merge.config().name().orElseThrow();
    }
  }

  /// Plans all merges of the file.
  ///
  /// @param check looks at the target once the inputs are known
  /// @param dryRun whether to say what would be done instead of doing it
  void run(MergeModels models, TargetOption check, boolean dryRun) {
    MergeFile.Merges merges = MergeFile.read(settings.file());
    List<String> warnings = new ArrayList<>(merges.warnings());
    MergeOrder order = MergeOrder.of(merges.configs(), settings.intermediates().isPresent());
    tellSkipped(merges.configs(), order);
    Map<String, Model> made = new LinkedHashMap<>();
    List<Stage> stages = new ArrayList<>();
    List<Checkpoint> found = new ArrayList<>();
    try {
      for (MergeConfig config : order.before()) {
        String name = config.name().orElseThrow();
        Optional<Model> there = existing(name);
        if (there.isPresent()) {
          found.add(there.get().checkpoint());
          made.put(name, there.get());
          continue;
        }
        PlannedMerge merge = plan(config, models, made);
        warnings.addAll(merge.warnings());
        PlannedCheckpoint result =
            new PlannedCheckpoint(Path.of(name), merge.plan().output(), merge.plan().metadata());
        stages.add(new Stage(merge, result));
        found.add(result);
        made.put(name, new Model(ModelReference.of(name), result, merge.companions()));
      }
      PlannedMerge last;
      try (Rehearsal _ = rehearsal(order, models, dryRun)) {
        last = plan(order.last(), models, made);
      }
      warnings.addAll(last.warnings());
      warnings.forEach(warning -> output.warn(terminal, warning));
      check.check(models.inputs());
      if (dryRun) {
        tellPlan(stages, last, warnings);
      } else {
        merge(stages, last, models, warnings);
      }
    } finally {
      found.forEach(Checkpoint::close);
    }
  }

  private void tellSkipped(List<MergeConfig> configs, MergeOrder order) {
    for (MergeConfig config : configs) {
      if (!order.contains(config)) {
        output.note(
            terminal,
            config.at()
                + ": merge '"
                + config.name().orElse("")
                + "' is not needed and not made; --intermediate-dir makes and keeps it");
      }
    }
  }

  /// Of a merge that begins as soon as it is planned.
  private Rehearsal rehearsal(MergeOrder order, MergeModels models, boolean dryRun) {
    if (dryRun || !order.before().isEmpty()) {
      return Rehearsal.NONE;
    }
    return models
        .first(order.last())
        .flatMap(first -> Preview.of(order.last(), first, settings.planning().outDType()))
        .map(Preview::rehearse)
        .orElse(Rehearsal.NONE);
  }

  private PlannedMerge plan(MergeConfig config, MergeModels models, Map<String, Model> made) {
    PlannedMerge merge = MergePlanner.plan(config, models.of(config, made), settings.planning());
    MergeMemory.check(merge.plan(), settings.threads(), settings.memory());
    merge.notes().forEach(note -> output.note(terminal, note));
    return merge;
  }

  private Optional<Model> existing(String name) {
    Optional<Path> folder =
        settings
            .intermediates()
            .map(it -> it.resolve(name))
            .filter(it -> settings.lazy() && Files.isDirectory(it));
    folder.ifPresent(it -> output.note(terminal, it + " is there already and used as it is"));
    return folder.map(
        it -> new Model(ModelReference.of(name), Checkpoints.open(it), Companions.of(it)));
  }

  private void merge(
      List<Stage> stages, PlannedMerge last, MergeModels models, List<String> warnings) {
    AtomicFolder.deleteAbandoned(settings.target());
    Optional<Map<String, String>> hashes =
        settings.hash().of(models.checkpoints(), settings.threads(), output.progress(terminal));
    if (stages.isEmpty()) {
      finish(last, hashes, warnings);
      return;
    }
    if (settings.intermediates().isPresent()) {
      makeStages(stages, settings.intermediates().get());
      finish(last, hashes, warnings);
      return;
    }
    try (WorkFolder work = WorkFolder.beside(settings.target())) {
      makeStages(stages, work.path());
      finish(last, hashes, warnings);
    }
  }

  private void makeStages(List<Stage> stages, Path folder) {
    for (Stage stage : stages) {
      Path target = folder.resolve(stage.name());
      AtomicFolder.deleteAbandoned(target);
      output.tell(terminal, "merging " + stage.name());
      tell(execute(stage.merge(), target));
      stage.result().made(Checkpoints.open(target));
    }
  }

  private void finish(
      PlannedMerge merge, Optional<Map<String, String>> hashes, List<String> warnings) {
    MergeReport report = execute(merge, settings.target());
    tell(report);
    if (output.json()) {
      terminal.print(JsonWriter.of(document(merge, report, hashes, warnings)));
    } else {
      hashes.map(HashOption::lines).ifPresent(terminal::print);
      terminal.print(sentence(merge, report));
    }
  }

  private MergeReport execute(PlannedMerge merge, Path target) {
    return new MergeExecutor(settings.threads(), settings.memory(), output.progress(terminal))
        .execute(
            merge.plan(), format(merge, target), target, settings.saturate(), Durability.SYNCED);
  }

  private void tell(MergeReport report) {
    report.notes().forEach(note -> output.note(terminal, note));
  }

  private CheckpointFormat format(PlannedMerge merge, Path target) {
    CheckpointFormat format = Checkpoints.formatOf(target);
    if (!(format instanceof HuggingFaceFolder)) {
      return format.like(merge.plan().ingredients().getFirst());
    }
    Companions companions = merge.companions();
    if (!settings.tokenizer() && merge.config().tokenizer().isEmpty()) {
      companions = withoutTokenizer(companions);
    }
    if (settings.card()) {
      String config = text(settings.file());
      companions =
          companions.with(
              Map.of("README.md", MergeCard.of(merge, target, config), CONFIG_FILE, config));
    }
    return companions.format(shardBytes(merge));
  }

  private static Companions withoutTokenizer(Companions companions) {
    Map<String, String> kept = new LinkedHashMap<>();
    for (String name :
        List.of("config.json", "generation_config.json", "preprocessor_config.json")) {
      companions.text(name).ifPresent(text -> kept.put(name, text));
    }
    return new Companions(Optional.empty(), kept);
  }

  private long shardBytes(PlannedMerge merge) {
    if (settings.shardElements().isEmpty()) {
      return settings.shardBytes().orElse(HuggingFaceFolder.DEFAULT_SHARD_BYTES);
    }
    int width =
        merge.plan().output().stream()
            .map(TensorSpec::dtype)
            .filter(DType::isFloat)
            .mapToInt(DType::bytes)
            .max()
            .orElse(1);
    return settings.shardElements().getAsLong() * width;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tellPlan(List<Stage> stages, PlannedMerge last, List<String> warnings) {
    if (output.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put(
          "before", stages.stream().map(stage -> planned(stage.merge(), stage.name())).toList());
      document.putAll(planned(last, settings.target().toString()));
      document.put("warnings", warnings);
      terminal.print(JsonWriter.of(document));
      return;
    }
    for (Stage stage : stages) {
      terminal.print(
          MergePlanText.of(stage.merge(), stage.name(), settings.threads(), settings.memory())
              + "\n");
    }
    terminal.print(
        MergePlanText.of(
            last, settings.target().toString(), settings.threads(), settings.memory()));
  }

  private Map<String, Object> planned(PlannedMerge merge, String target) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("output", target);
    document.put("bytes_read", merge.plan().bytesRead());
    document.put("bytes_written", merge.plan().bytesWritten());
    MergeTime.of(merge.plan(), settings.threads())
        .ifPresent(time -> document.put("seconds", time.toMillis() / 1000.0));
    document.put("notes", merge.notes());
    document.put("steps", MergePlanText.steps(merge));
    return document;
  }

  private String sentence(PlannedMerge merge, MergeReport report) {
    MergeConfig config = merge.config();
    List<ModelReference> models =
        config.models().stream().filter(it -> !config.base().equals(Optional.of(it))).toList();
    long parameters = merge.plan().output().stream().mapToLong(TensorSpec::elements).sum();
    return settings.target()
        + ": "
        + config.method()
        + " of "
        + Counted.of(models.size(), "model")
        + config.base().map(base -> " and the base " + base).orElse("")
        + ", "
        + Counted.of(parameters, "parameter")
        + ", "
        + Quantities.bytes(report.bytesWritten())
        + System.lineSeparator();
  }

  private Map<String, Object> document(
      PlannedMerge merge,
      MergeReport report,
      Optional<Map<String, String>> hashes,
      List<String> warnings) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("output", settings.target().toString());
    document.put("merge_method", merge.config().method());
    document.put("models", merge.config().models().stream().map(Object::toString).toList());
    document.put("tensors", merge.steps().size());
    document.put("bytes_read", report.bytesRead());
    document.put("bytes_written", report.bytesWritten());
    document.put("warnings", warnings);
    List<String> notes = new ArrayList<>(merge.notes());
    notes.addAll(report.notes());
    document.put("notes", notes);
    if (!report.figures().isEmpty()) {
      document.put("figures", report.figures());
    }
    hashes.ifPresent(it -> document.put("sha256", it));
    return document;
  }
}
