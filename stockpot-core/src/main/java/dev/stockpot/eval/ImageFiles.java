package dev.stockpot.eval;

import dev.stockpot.internal.io.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// Finds the files of a set of images, and their classes.
final class ImageFiles {
  private static final Set<String> READ = Set.of("jpg", "jpeg", "png");
  private static final Set<String> NOT_READ =
      Set.of("bmp", "gif", "pgm", "ppm", "tif", "tiff", "webp");

  private ImageFiles() {}

  /// A file of a class.
  ///
  /// @param said where its class is said, for messages
  record ImageFile(Path path, int label, String said) {}

  /// All files, in a stated order: that of the manifest, or by class and path.
  ///
  /// @throws EvaluationException if there are none, or they have no classes
  static List<ImageFile> find(SetSpec.Source.Images source) {
    if (!Files.isDirectory(source.folder())) {
      throw new EvaluationException(
          source.folder() + ": there is no such folder; put it there, or correct the path");
    }
    List<ImageFile> files =
        source
            .manifest()
            .map(manifest -> listed(source, manifest))
            .orElseGet(() -> inFolders(source));
    if (files.isEmpty()) {
      throw new EvaluationException(
          source.folder()
              + ": holds no images (.jpg, .jpeg, .png) in folders of their classes;"
              + " put them there, or name a manifest");
    }
    return files;
  }

  private static List<ImageFile> listed(SetSpec.Source.Images source, SetSpec.Manifest manifest) {
    ClassNames names = new ClassNames(source.classes());
    List<ImageFile> files = new ArrayList<>();
    Table table = Tables.open(manifest.table());
    try (Table.Rows rows = table.rows(List.of(manifest.path(), manifest.label()))) {
      while (rows.next()) {
        Path path = source.folder().resolve(rows.text(0));
        files.add(new ImageFile(path, names.number(rows.text(1), rows.where()), rows.where()));
      }
    }
    return files;
  }

  /// The folders that are classes, sorted.
  static List<Path> folders(SetSpec.Source.Images source) {
    return list(source.folder(), 1).stream()
        .filter(Files::isDirectory)
        .filter(folder -> !folder.getFileName().toString().startsWith("."))
        .toList();
  }

  private static List<ImageFile> inFolders(SetSpec.Source.Images source) {
    List<Path> folders = folders(source);
    List<String> names = folders.stream().map(path -> path.getFileName().toString()).toList();
    ClassNames classes = new ClassNames(source.classes().isEmpty() ? names : source.classes());
    List<ImageFile> files = new ArrayList<>();
    for (Path folder : folders) {
      int label = classes.number(folder.getFileName().toString(), folder.toString());
      int before = files.size();
      for (Path file : list(folder, Integer.MAX_VALUE)) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String extension = name.substring(name.lastIndexOf('.') + 1);
        if (NOT_READ.contains(extension) && !name.startsWith(".")) {
          throw new EvaluationException(file + ": only JPEG and PNG are read; save it as PNG");
        } else if (READ.contains(extension) && !name.startsWith(".")) {
          files.add(new ImageFile(file, label, file.toString()));
        }
      }
      if (files.size() == before && source.classes().isEmpty()) {
        throw new EvaluationException(
            folder
                + ": holds no images, but is a folder of a class; put some there, remove it,"
                + " or list the names of all classes under 'classes'");
      }
    }
    return files;
  }

  /// What is in a folder, sorted.
  private static List<Path> list(Path folder, int depth) {
    try (Stream<Path> found = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
      return found
          .filter(path -> !path.equals(folder))
          .sorted(Comparator.comparing(Path::toString))
          .toList();
    } catch (UncheckedIOException e) {
      throw new UncheckedIOException(folder + ": " + IoReason.of(e.getCause()), e.getCause());
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": " + IoReason.of(e), e);
    }
  }
}
