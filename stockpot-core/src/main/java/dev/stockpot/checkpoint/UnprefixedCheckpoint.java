package dev.stockpot.checkpoint;

import dev.stockpot.internal.text.Excerpt;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// A checkpoint whose tensors go by shorter names. It closes the other when it is closed.
public final class UnprefixedCheckpoint implements Checkpoint {
  private final Checkpoint original;
  private final String prefix;
  private final SequencedMap<String, TensorSpec> tensors = new LinkedHashMap<>();
  private final Map<String, String> originalNames = new LinkedHashMap<>();

  /// Takes a prefix from every name that has it.
  ///
  /// @throws CheckpointException if none has it, or two names would become one
  public UnprefixedCheckpoint(Checkpoint original, String prefix) {
    this.original = original;
    this.prefix = prefix;
    List<CheckpointException> faults = new ArrayList<>();
    original
        .tensors()
        .forEach((name, spec) -> {
          String shorter = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
          String other = originalNames.put(shorter, name);
          if (other != null || shorter.isEmpty()) {
            faults.add(
                CheckpointException.of(
                    original.path(),
                    name,
                    "cannot lose the prefix '"
                        + Excerpt.of(prefix)
                        + (shorter.isEmpty()
                            ? "': nothing would be left"
                            : "': tensor '" + Excerpt.of(other) + "' would have the same name")));
          }
          tensors.put(shorter, new TensorSpec(shorter, spec.dtype(), spec.shape()));
        });
    if (!faults.isEmpty()) {
      throw CheckpointException.all(original.path() + ": the prefix must stay", faults);
    }
    if (stripped() == 0) {
      throw CheckpointException.of(
          original.path(),
          "no name begins with '"
              + Excerpt.of(prefix)
              + "'; stockpot inspect "
              + original.path()
              + " lists them");
    }
  }

  @Override
  public Path path() {
    return original.path();
  }

  @Override
  public List<Path> files() {
    return original.files();
  }

  @Override
  public SequencedMap<String, TensorSpec> tensors() {
    return Collections.unmodifiableSequencedMap(tensors);
  }

  @Override
  public Map<String, String> metadata() {
    return original.metadata();
  }

  @Override
  public List<String> notes() {
    List<String> notes = new ArrayList<>(original.notes());
    long count = stripped();
    notes.add("'" + prefix + "' is stripped from " + (count == 1 ? "1 name" : count + " names"));
    return notes;
  }

  @Override
  public Optional<Path> companions() {
    return original.companions();
  }

  @Override
  public Checkpoint unrounded() {
    Checkpoint wide = original.unrounded();
    return wide.equals(original) ? this : new UnprefixedCheckpoint(wide, prefix);
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) {
    original.read(original(name), offset, target);
  }

  @Override
  public Tensor tensor(String name) {
    return new Tensor(tensors.get(name), original.tensor(original(name)).data());
  }

  @Override
  public void close() {
    original.close();
  }

  private long stripped() {
    return originalNames.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(entry.getValue()))
        .count();
  }

  private String original(String name) {
    String original = originalNames.get(name);
    if (original == null) {
      throw new IllegalArgumentException("no tensor '" + name + "'");
    }
    return original;
  }
}
