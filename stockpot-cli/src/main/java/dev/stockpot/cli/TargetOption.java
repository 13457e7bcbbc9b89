package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.CheckpointFormat;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.HuggingFaceFolder;
import dev.stockpot.cli.options.ShardSizeOption;
import dev.stockpot.internal.io.AtomicFolder;
import dev.stockpot.internal.io.IoReason;
import dev.stockpot.lora.AdaptedCheckpoint;
import dev.stockpot.lora.Adapters;
import dev.stockpot.merge.MergePlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `-o`, for a checkpoint.
final class TargetOption {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description =
          "Where the result goes; the extension decides the format (.safetensors, .pt,"
              + " .gguf, .onnx), a name without one is a folder in Hugging Face layout.")
  private Path path;

  @Mixin private ShardSizeOption shardSize;

  /// For the option.
  TargetOption() {}

  /// For commands that take it as an argument.
  TargetOption(Path path, ShardSizeOption shardSize) {
    this.path = path;
    this.shardSize = shardSize;
  }

  /// Where the result goes.
  Path path() {
    return path;
  }

  /// Finds what is wrong with it before any work is done.
  ///
  /// @param inputs that must not be written over
  /// @throws CheckpointException if nothing can be written there
  void check(List<Path> inputs) {
    if (Checkpoints.formatOf(path) instanceof HuggingFaceFolder) {
      checkFolder();
    } else if (Files.isDirectory(path)) {
      throw CheckpointException.of(path, "is a folder; name a file");
    } else if (shardSize.given().isPresent()) {
      throw CheckpointException.of(
          path, "is one file, so there are no shards; leave --shard-size, or name a folder");
    }
    checkInputs(inputs);
  }

  /// Finds what is wrong with it as the folder of an adapter.
  ///
  /// @throws CheckpointException if nothing can be written there
  void checkAdapter() {
    if (!(Checkpoints.formatOf(path) instanceof HuggingFaceFolder)) {
      throw CheckpointException.of(path, "an adapter is a folder; name one, without an extension");
    }
    checkFolder();
  }

  private void checkInputs(List<Path> inputs) {
    Adapters adapters = new Adapters();
    for (Path input : inputs) {
      Optional<Adapters.Reference> reference = adapters.reference(input);
      List<Path> parts =
          reference.map(pair -> List.of(pair.base(), pair.adapter())).orElse(List.of(input));
      if (parts.stream().anyMatch(this::overwrites)) {
        throw CheckpointException.of(
            path, "is one of the inputs and would be overwritten; choose another name");
      }
    }
  }

  /// The format of the result, like the first ingredient. A folder gets what that one's has besides
  /// tensors, and a README.md.
  ///
  /// @param card says how the result was made
  CheckpointFormat format(MergePlan plan, ModelCard card) {
    Checkpoint first = plan.ingredients().getFirst();
    CheckpointFormat format = Checkpoints.formatOf(path);
    if (!(format instanceof HuggingFaceFolder)) {
      return format.like(first instanceof AdaptedCheckpoint adapted ? adapted.base() : first);
    }
    Optional<Path> like = first.companions();
    Map<String, String> texts = new LinkedHashMap<>();
    like.flatMap(folder -> ModelConfig.of(folder, plan))
        .ifPresent(text -> texts.put("config.json", text));
    texts.put("README.md", card.text());
    return new HuggingFaceFolder(shardSize.bytes(), like, texts);
  }

  private void checkFolder() {
    try {
      AtomicFolder.checkFree(path);
    } catch (IOException e) {
      throw CheckpointException.of(path, "cannot be written: " + IoReason.of(e));
    }
  }

  /// Whether the result would replace an input, or a file in the folder of one, by whatever links
  /// it is reached.
  private boolean overwrites(Path input) {
    if (!Files.exists(path)) {
      return false;
    }
    try {
      return Files.isSameFile(path, input)
          || (Files.isDirectory(input)
              && Files.isSameFile(path.toAbsolutePath().getParent(), input));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
