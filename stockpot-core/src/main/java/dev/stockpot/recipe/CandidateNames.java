package dev.stockpot.recipe;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Names of candidates: the shortest path suffix that tells them apart, without extension (`ft-03`;
/// for folders the folder's name).
public final class CandidateNames {
  private CandidateNames() {}

  /// One name per path, in the paths' order.
  ///
  /// @param paths different from each other
  public static List<String> of(List<Path> paths) {
    List<Path> absolute = paths.stream().map(path -> path.toAbsolutePath().normalize()).toList();
    int deepest = absolute.stream().mapToInt(Path::getNameCount).max().orElse(0);
    return IntStream.rangeClosed(1, deepest)
        .mapToObj(depth -> suffixes(absolute, depth, true))
        .filter(CandidateNames::distinct)
        .findFirst()
        .orElseGet(() -> shortestWithExtension(absolute, deepest));
  }

  /// For files that differ by nothing but the extension.
  private static List<String> shortestWithExtension(List<Path> paths, int deepest) {
    return IntStream.rangeClosed(1, deepest)
        .mapToObj(depth -> suffixes(paths, depth, false))
        .filter(CandidateNames::distinct)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the same path twice in " + paths));
  }

  private static List<String> suffixes(List<Path> paths, int depth, boolean stripped) {
    return paths.stream()
        .map(path -> {
          int count = path.getNameCount();
          String suffix =
              count == 0
                  ? path.toString()
                  : path.subpath(Math.max(0, count - depth), count).toString();
          return stripped && !Files.isDirectory(path) ? withoutExtension(suffix) : suffix;
        })
        .collect(Collectors.toList());
  }

  private static boolean distinct(List<String> names) {
    return new HashSet<>(names).size() == names.size();
  }

  private static String withoutExtension(String path) {
    int dot = path.lastIndexOf('.');
    int slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
    return dot > slash + 1 ? path.substring(0, dot) : path;
  }
}
