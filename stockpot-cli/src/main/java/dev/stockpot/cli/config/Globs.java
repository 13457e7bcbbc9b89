package dev.stockpot.cli.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Expands patterns such as `ft-*.safetensors` and `runs/**/best.safetensors`.
///
/// As in a shell: `*`, `?`, `[abc]` and `{a,b}` match within one name, `**` any number of folders,
/// none included; names that begin with a dot only match where the pattern has the dot too; `**`
/// does not follow symbolic links.
final class Globs {
  private static final String WILD = "*?[{";

  private Globs() {}

  /// Whether a word asks for expansion.
  static boolean isGlob(String word) {
    return word.chars().anyMatch(c -> WILD.indexOf(c) >= 0);
  }

  /// Files and folders that a pattern matches, sorted.
  ///
  /// @param folder that relative patterns start from; results are resolved against it
  /// @throws java.util.regex.PatternSyntaxException if it is not a pattern
  static List<Path> expand(Path folder, String pattern) {
    boolean absolute = pattern.startsWith("/");
    List<String> names = List.of(pattern.substring(absolute ? 1 : 0).split("/+"));
    Set<Path> found = new TreeSet<>();
    collect(absolute ? Path.of("/") : folder, names, found);
    return List.copyOf(found);
  }

  private static void collect(Path folder, List<String> names, Set<Path> found) {
    if (names.isEmpty()) {
      found.add(folder);
      return;
    }
    String name = names.getFirst();
    List<String> rest = names.subList(1, names.size());
    if (name.equals("**")) {
      collect(folder, rest, found);
      for (Path child : children(folder, "*")) {
        if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
          collect(child, names, found);
        }
      }
    } else if (isGlob(name)) {
      children(folder, name).forEach(child -> collect(child, rest, found));
    } else if (Files.exists(folder.resolve(name))) {
      collect(folder.resolve(name), rest, found);
    }
  }

  private static List<Path> children(Path folder, String glob) {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
    Path listed = folder.toString().isEmpty() ? Path.of(".") : folder;
    List<Path> children = new ArrayList<>();
    if (!Files.isDirectory(listed)) {
      return children;
    }
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(listed)) {
      for (Path child : stream) {
        Path name = child.getFileName();
        boolean hidden = name.toString().startsWith(".") && !glob.startsWith(".");
        if (!hidden && matcher.matches(name)) {
          children.add(folder.resolve(name));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return children;
  }
}
