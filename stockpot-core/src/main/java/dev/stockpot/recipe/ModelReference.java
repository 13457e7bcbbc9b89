package dev.stockpot.recipe;

import java.util.Optional;

/// A model as a merge config names it: `path[@revision][+adapter]`.
///
/// @param path of a file or folder, `org/name`, or the name of another merge in the same file
/// @param revision of a model in the Hugging Face cache
/// @param adapter a LoRA adapter that is added to the weights
public record ModelReference(
    String path, Optional<String> revision, Optional<ModelReference> adapter) {

  /// Reads `path[@revision][+adapter[@revision]]`. A slash at the end of a path counts for nothing.
  ///
  /// @throws IllegalArgumentException saying what is wrong with it
  public static ModelReference of(String text) {
    String[] parts = text.split("\\+", -1);
    if (parts.length > 2) {
      throw new IllegalArgumentException("a model has at most one adapter: path+adapter");
    }
    return new ModelReference(
        path(parts[0]),
        revision(parts[0]),
        parts.length == 1
            ? Optional.empty()
            : Optional.of(
                new ModelReference(path(parts[1]), revision(parts[1]), Optional.empty())));
  }

  // Written out: the JVM makes classes for a record's own, which takes a small merge's time.

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelReference it
        && path.equals(it.path)
        && revision.equals(it.revision)
        && adapter.equals(it.adapter);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * path.hashCode() + revision.hashCode()) + adapter.hashCode();
  }

  /// The same with another path and without a revision.
  public ModelReference at(String other) {
    return new ModelReference(other, Optional.empty(), adapter);
  }

  /// The model without its adapter.
  public ModelReference plain() {
    return new ModelReference(path, revision, Optional.empty());
  }

  @Override
  public String toString() {
    return path + revision.map(it -> "@" + it).orElse("") + adapter.map(it -> "+" + it).orElse("");
  }

  private static String path(String part) {
    int at = part.indexOf('@');
    String path = (at < 0 ? part : part.substring(0, at)).replaceFirst("(?<=.)/+$", "");
    if (path.isBlank() || (at >= 0 && part.indexOf('@', at + 1) > at)) {
      throw new IllegalArgumentException("a model is written path[@revision][+adapter]");
    }
    return path;
  }

  private static Optional<String> revision(String part) {
    int at = part.indexOf('@');
    if (at == part.length() - 1 && at >= 0) {
      throw new IllegalArgumentException("a model is written path[@revision][+adapter]");
    }
    return at < 0 ? Optional.empty() : Optional.of(part.substring(at + 1));
  }
}
