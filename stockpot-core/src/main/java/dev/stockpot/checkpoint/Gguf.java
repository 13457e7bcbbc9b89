package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.InputFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/// The GGUF format of llama.cpp: key-values that describe a model with its tokenizer, and tensors.
///
/// A file is written like another, whose key-values it takes byte for byte: tensors alone do not
/// tell them.
///
/// @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format</a>
public final class Gguf implements CheckpointFormat {
  private final Optional<GgufCheckpoint> template;

  /// Files of their own cannot be written, only [#like] others.
  public Gguf() {
    this(Optional.empty());
  }

  private Gguf(Optional<GgufCheckpoint> template) {
    this.template = template;
  }

  @Override
  public String name() {
    return "gguf";
  }

  @Override
  public boolean recognises(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    if (path.toString().endsWith(".gguf")) {
      return true;
    }
    try (InputFile file = new InputFile(path)) {
      return isMagic(FileKind.head(file));
    } catch (UncheckedIOException e) {
      return false; // told by whoever opens it
    }
  }

  @Override
  public Checkpoint open(Path path) {
    return Opening.file(path, "GGUF", file -> read(path, file));
  }

  private static Checkpoint read(Path path, InputFile file) {
    byte[] head = FileKind.head(file);
    if (!isMagic(head)) {
      throw CheckpointException.of(path, FileKind.of(head, "GGUF"));
    }
    return new GgufCheckpoint(path, file, GgufHeader.read(path, file));
  }

  @Override
  public CheckpointFormat like(Checkpoint template) {
    return template instanceof GgufCheckpoint gguf ? new Gguf(Optional.of(gguf)) : this;
  }

  @Override
  public CheckpointWriter create(
      Path target,
      Collection<TensorSpec> tensors,
      Map<String, String> metadata,
      Durability durability) {
    return new GgufWriter(
        target,
        template.orElseThrow(() ->
            CheckpointException.of(
                target,
                "a GGUF file also needs key-values (architecture, tokenizer) and llama.cpp's"
                    + " names of tensors, which only another GGUF file has, and the first input is"
                    + " none; give one: stockpot convert IN OUT.gguf --like MODEL.gguf, or name a"
                    + " folder and convert that with llama.cpp's convert_hf_to_gguf.py")),
        tensors,
        durability);
  }

  private static boolean isMagic(byte[] head) {
    return head.length >= Integer.BYTES
        && ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt() == GgufHeader.MAGIC;
  }
}
