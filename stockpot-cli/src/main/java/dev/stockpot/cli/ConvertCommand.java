package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.CheckpointFormat;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.checkpoint.UnprefixedCheckpoint;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.BaseOption;
import dev.stockpot.cli.options.DTypeOptions;
import dev.stockpot.cli.options.KeyOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ShardSizeOption;
import dev.stockpot.cli.options.StripPrefixOption;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.lora.Adapters;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.MergeReport;
import dev.stockpot.method.Linear;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `stockpot convert`: a checkpoint in another format, in another type, under other names.
@Command(
    name = "convert",
    description = {
      "Writes a checkpoint in another format or another type; the extension of OUT decides the"
          + " format (.safetensors, .pt, .gguf, .onnx), a name without one is a folder in Hugging"
          + " Face layout."
    },
    footer = {
      "  stockpot convert model.pt model.safetensors",
      "  stockpot convert last.ckpt llama --strip-prefix --out-dtype BF16",
      "  stockpot convert soup.safetensors soup.gguf --like model.gguf",
      "  stockpot convert soup.safetensors soup.onnx --graph model.onnx"
    })
final class ConvertCommand implements Runnable {
  private final Terminal terminal;

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private DTypeOptions dtype;
  @Mixin private ThreadsOption threads;
  @Mixin private ShardSizeOption shardSize;
  @Mixin private KeyOption key;
  @Mixin private BaseOption base;
  @Mixin private StripPrefixOption stripPrefix;

  @Parameters(index = "0", paramLabel = "IN", description = "The checkpoint.")
  private Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "Where it goes.")
  private Path out;

  @Option(
      names = {"--like", "--graph"},
      paramLabel = "MODEL",
      description =
          "For .gguf and .onnx: the file that gives what tensors do not say, such as the graph; IN"
              + " unless given.")
  private Optional<Path> like = Optional.empty();

  ConvertCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Path path = Ingredients.find(in);
    TargetOption target = new TargetOption(out, shardSize);
    target.check(Stream.concat(Stream.of(path), like.stream()).toList());
    try (Checkpoint original =
            new Adapters().open(path, base.path().map(Ingredients::find), key.open());
        Checkpoint template = like.map(Checkpoints::open).orElse(original)) {
      Optional<String> prefix = stripPrefix.of(original);
      Checkpoint checkpoint =
          prefix.<Checkpoint>map(text -> new UnprefixedCheckpoint(original, text)).orElse(original);
      MergePlan plan = MergePlan.conversion(checkpoint, dtype.outDType(), Linear.mean(1));
      MergeReport report =
          new MergeExecutor(threads.threads(), progress())
              .execute(
                  plan, format(target, plan, template), out, dtype.saturate(), Durability.SYNCED);
      List<String> notes = new ArrayList<>(checkpoint.notes());
      if (stripPrefix.given() && prefix.isEmpty()) {
        notes.add("no prefix is common to all names, so none is stripped");
      }
      notes.addAll(report.notes());
      notes.forEach(note -> output.note(terminal, note));
      if (output.json()) {
        terminal.print(JsonWriter.of(document(path, prefix, plan, report, notes)));
      } else {
        terminal.print(sentence(plan, report));
      }
    }
  }

  private Progress progress() {
    Progress progress = output.progress(terminal);
    return (_, total) -> progress.begin("converting", total);
  }

  private CheckpointFormat format(TargetOption target, MergePlan plan, Checkpoint template) {
    if (like.isEmpty()) {
      List<String> command = spec.commandLine().getParent().getParseResult().originalArgs();
      Map<String, Double> source = Map.of(String.valueOf(in.getFileName()), 1.0);
      return target.format(plan, ModelCard.of(out, "A conversion", source, plan, command));
    }
    CheckpointFormat named = Checkpoints.formatOf(out);
    CheckpointFormat format = named.like(template);
    if (format.equals(named)) {
      throw CheckpointException.of(
          out,
          "takes nothing from "
              + template.path()
              + "; --like is for .gguf and .onnx, and names a file of the same format");
    }
    return format;
  }

  private String sentence(MergePlan plan, MergeReport report) {
    long parameters = plan.output().stream().mapToLong(TensorSpec::elements).sum();
    String dtypes = dtypes(plan).stream().map(DType::name).collect(Collectors.joining(" and "));
    return "%s: %s parameters%s, %s%n"
        .formatted(
            out,
            Quantities.count(parameters),
            dtypes.isEmpty() ? "" : " in " + dtypes,
            Quantities.bytes(report.bytesWritten()));
  }

  private static List<DType> dtypes(MergePlan plan) {
    return plan.output().stream()
        .map(TensorSpec::dtype)
        .filter(DType::isFloat)
        .distinct()
        .sorted()
        .toList();
  }

  private Map<String, Object> document(
      Path path, Optional<String> prefix, MergePlan plan, MergeReport report, List<String> notes) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("input", path.toString());
    document.put("output", out.toString());
    document.put("stripped_prefix", prefix.orElse(null));
    document.put("tensors", plan.steps().size());
    document.put("bytes_read", report.bytesRead());
    document.put("bytes_written", report.bytesWritten());
    document.put("notes", notes);
    return document;
  }
}
