package dev.stockpot.recipe;

import dev.stockpot.checkpoint.HuggingFaceCache;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Names of candidates: the shortest path suffix that tells them apart, without extension (`ft-03`;
/// for folders the folder's name; for models in the Hugging Face cache that of the model).
public final class CandidateNames {
  private CandidateNames() {}

  /// One name per path, in the paths' order.
  ///
  /// @param paths different from each other
  public static List<String> of(List<Path> paths) {
    List<Place> files = paths.stream().map(Place::of).toList();
    List<Place> models = files.stream().map(Place::model).toList();
    return shortest(models, true)
        .or(() -> shortest(files, true))
        // For files that differ by nothing but the extension.
        .or(() -> shortest(files, false))
        .orElseThrow(() ->
            new IllegalArgumentException(
                "the same path twice in " + files.stream().map(Place::path).toList()));
  }

  private static Optional<List<String>> shortest(List<Place> places, boolean stripped) {
    int deepest = places.stream().mapToInt(place -> place.path().getNameCount()).max().orElse(0);
    return IntStream.rangeClosed(Math.min(1, deepest), deepest)
        .mapToObj(depth -> places.stream().map(place -> place.suffix(depth, stripped)).toList())
        .filter(names -> new HashSet<>(names).size() == names.size())
        .findFirst();
  }

  /// Where a candidate is; a folder's name has no extension.
  private record Place(Path path, boolean isFolder) {
    static Place of(Path given) {
      Path absolute = given.toAbsolutePath().normalize();
      return new Place(absolute, Files.isDirectory(absolute));
    }

    /// The same by the name of a model, if it is one.
    Place model() {
      return HuggingFaceCache.modelOf(path)
          .map(model -> new Place(Path.of(model), true))
          .orElse(this);
    }

    String suffix(int depth, boolean stripped) {
      int count = path.getNameCount();
      String suffix =
          count == 0 ? path.toString() : path.subpath(Math.max(0, count - depth), count).toString();
      return stripped && !isFolder ? withoutExtension(suffix) : suffix;
    }
  }

  private static String withoutExtension(String path) {
    int dot = path.lastIndexOf('.');
    int slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
    return dot > slash + 1 ? path.substring(0, dot) : path;
  }
}
