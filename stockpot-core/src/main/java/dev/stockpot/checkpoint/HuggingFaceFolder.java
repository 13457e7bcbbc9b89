package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.IoReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A model in a folder, as Hugging Face's libraries write it: `model.safetensors`, or shards named
/// by `model.safetensors.index.json`; the same with `pytorch_model.bin`. Where there are several,
/// the first in this order.
///
/// An open folder holds every shard open. Symbolic links are followed, since the Hugging Face cache
/// is made of them; names in an index that lead out of the folder are refused.
///
/// @param shardBytes most bytes of data in one file that is written; a larger tensor has a file for
///   itself
/// @param like a folder whose [#COMPANIONS] are copied into one that is written
/// @param texts further files of a folder that is written, by name; they win over those copied
/// @see <a href="https://huggingface.co/docs/transformers/big_models">the layout</a>
public record HuggingFaceFolder(long shardBytes, Optional<Path> like, Map<String, String> texts)
    implements CheckpointFormat {
  /// What belongs to a model besides its tensors.
  public static final List<String> COMPANIONS =
      List.of(
          "config.json",
          "generation_config.json",
          "preprocessor_config.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "tokenizer.json",
          "tokenizer.model",
          "added_tokens.json",
          "merges.txt",
          "vocab.json",
          "vocab.txt",
          "chat_template.jinja");

  /// 5 GB, as Hugging Face's libraries write them.
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  private static final List<String> FILES = List.of("model.safetensors", "pytorch_model.bin");
  private static final String INDEX = ".index.json";

  /// @throws IllegalArgumentException unless shards have at least one byte
  public HuggingFaceFolder {
    if (shardBytes < 1) {
      throw new IllegalArgumentException("shardBytes " + shardBytes);
    }
    texts = Map.copyOf(texts);
  }

  /// Folders with tensors only, in files of the usual size.
  public HuggingFaceFolder() {
    this(DEFAULT_SHARD_BYTES, Optional.empty(), Map.of());
  }

  @Override
  public String name() {
    return "Hugging Face folder";
  }

  /// Whether it is a folder: one that holds no checkpoint is refused by [#open], which says what
  /// was looked for. A folder has none.
  @Override
  public List<String> extensions() {
    return List.of();
  }

  @Override
  public boolean recognises(Path path) {
    return Files.isDirectory(path);
  }

  @Override
  public Checkpoint open(Path path) {
    return open(path, OpenOptions.NONE);
  }

  @Override
  public Checkpoint open(Path path, OpenOptions options) {
    for (String name : FILES) {
      Path file = path.resolve(name);
      if (Files.isRegularFile(file)) {
        return new ShardedCheckpoint(path, List.of(), List.of(Checkpoints.open(file, options)));
      }
      Path index = path.resolve(name + INDEX);
      if (Files.isRegularFile(index)) {
        return openShards(path, index, options);
      }
    }
    throw CheckpointException.of(
        path,
        "holds no checkpoint: looked for "
            + String.join(", ", FILES.stream().flatMap(f -> Stream.of(f, f + INDEX)).toList()));
  }

  @Override
  public CheckpointWriter create(
      Path target,
      Collection<TensorSpec> tensors,
      Map<String, String> metadata,
      Durability durability) {
    List<List<TensorSpec>> groups = ShardedWriter.split(tensors, shardBytes);
    Map<String, String> labelled = new LinkedHashMap<>(metadata);
    // Hugging Face's loader refuses files that do not say whose tensors they hold.
    labelled.putIfAbsent("format", "pt");
    Map<String, byte[]> companions = companions();
    ShardedWriter writer = new ShardedWriter(target, durability);
    try {
      companions.forEach(writer::add);
      writer.begin(groups, labelled, durability);
      return writer;
    } catch (RuntimeException | Error e) {
      writer.close();
      throw e;
    }
  }

  /// Copies what belongs to a model besides its tensors, as far as it is there.
  ///
  /// @throws CheckpointException if a file cannot be read
  public static void copyCompanions(Path from, Path to) {
    companions(from).forEach((name, content) -> AtomicFile.write(to.resolve(name), content, false));
  }

  private Map<String, byte[]> companions() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    like.ifPresent(folder -> files.putAll(companions(folder)));
    texts.forEach((name, text) -> files.put(name, text.getBytes(StandardCharsets.UTF_8)));
    return files;
  }

  private static Map<String, byte[]> companions(Path folder) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name : COMPANIONS) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        files.put(name, bytes(file));
      }
    }
    return files;
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw CheckpointException.of(file, "cannot be read: " + IoReason.of(e));
    }
  }

  private static Checkpoint openShards(Path folder, Path indexFile, OpenOptions options) {
    ShardIndex index = ShardIndex.read(indexFile);
    checkPresent(folder, indexFile, index);
    Map<String, Checkpoint> shards = new LinkedHashMap<>();
    try {
      for (String file : index.files()) {
        shards.put(file, Checkpoints.open(folder.resolve(file), options));
      }
      checkTensors(folder, indexFile, index, shards);
      return new ShardedCheckpoint(folder, List.of(indexFile), List.copyOf(shards.values()));
    } catch (RuntimeException | Error e) {
      shards.values().forEach(Checkpoint::close);
      throw e;
    }
  }

  private static void checkPresent(Path folder, Path indexFile, ShardIndex index) {
    List<CheckpointException> faults = new ArrayList<>();
    for (String file : index.files()) {
      if (!Files.isRegularFile(folder.resolve(file))) {
        faults.add(
            CheckpointException.of(
                indexFile,
                "shard "
                    + file
                    + " is missing, with "
                    + index.tensorsIn(file)
                    + " tensors; is the download complete?"));
      }
    }
    if (!faults.isEmpty()) {
      throw CheckpointException.all(folder + ": shards are missing", faults);
    }
  }

  private static void checkTensors(
      Path folder, Path indexFile, ShardIndex index, Map<String, Checkpoint> shards) {
    List<CheckpointException> faults = new ArrayList<>();
    shards.forEach((file, shard) -> {
      for (String tensor : shard.tensors().keySet()) {
        String placed = index.shards().get(tensor);
        if (placed == null) {
          faults.add(
              CheckpointException.of(shard.path(), tensor, "is not in " + indexFile.getFileName()));
        } else if (!placed.equals(file)) {
          faults.add(
              CheckpointException.of(
                  shard.path(),
                  tensor,
                  (shards.get(placed).tensors().containsKey(tensor) ? "is also in " : "belongs in ")
                      + placed
                      + " by "
                      + indexFile.getFileName()));
        }
      }
    });
    index
        .shards()
        .forEach((tensor, file) -> {
          if (!shards.get(file).tensors().containsKey(tensor)) {
            faults.add(CheckpointException.of(indexFile, tensor, "is not in its shard " + file));
          }
        });
    if (!faults.isEmpty()) {
      throw CheckpointException.all(folder + ": the index and the shards do not agree", faults);
    }
  }
}
