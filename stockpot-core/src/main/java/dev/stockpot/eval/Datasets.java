package dev.stockpot.eval;

import dev.stockpot.eval.SetSpec.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Opens the sets that a file names.
public final class Datasets {
  /// Most classes that a message names one by one.
  private static final int MOST_LISTED = 12;

  private Datasets() {}

  /// Opens the files of a set.
  ///
  /// @param input how stored examples become batches
  /// @throws EvaluationException naming the set and the file that cannot be used
  public static Dataset open(SetSpec set, InputSpec input) {
    try {
      checkImages(set.source(), input);
      return switch (set.source()) {
        case Source.Arrays arrays -> ArrayDataset.open(set.name(), arrays, input);
        case Source.Images images ->
            ImageDataset.open(set.name(), images, input, DataMemory.SHARED);
        case Source.Columns columns -> ColumnsDataset.open(set.name(), columns, input);
        case Source.Sentences sentences -> SentencesDataset.open(set.name(), sentences, input);
        case Source.Text(String data) ->
            throw new EvaluationException(
                "is the string '"
                    + data
                    + "', which only a command understands;"
                    + " a network needs arrays: {x: inputs.npy, y: labels.npy}");
      };
    } catch (EvaluationException e) {
      throw new EvaluationException("set '" + set.name() + "': " + e.getMessage(), e);
    }
  }

  /// Checks that folders mean the same classes in all sets: without a list of classes they are
  /// numbered in the order of their names, and a set that lacks one would number the rest anew.
  ///
  /// @throws EvaluationException naming two sets that differ
  public static void checkClasses(List<SetSpec> sets) {
    Optional<SetSpec> first = Optional.empty();
    Set<String> expected = Set.of();
    for (SetSpec set : sets) {
      if (set.source() instanceof Source.Images images
          && images.manifest().isEmpty()
          && images.classes().isEmpty()
          && Files.isDirectory(images.folder())) {
        Set<String> found = new TreeSet<>();
        ImageFiles.folders(images).forEach(path -> found.add(path.getFileName().toString()));
        if (first.isPresent() && !found.equals(expected)) {
          throw differ(first.orElseThrow().name(), expected, set.name(), found);
        }
        first = Optional.of(set);
        expected = found;
      }
    }
  }

  private static EvaluationException differ(
      String first, Set<String> ofFirst, String second, Set<String> ofSecond) {
    Set<String> all = new TreeSet<>(ofFirst);
    all.addAll(ofSecond);
    String missing =
        all.stream()
            .filter(name -> !ofFirst.contains(name) || !ofSecond.contains(name))
            .findFirst()
            .orElseThrow();
    boolean inFirst = ofFirst.contains(missing);
    String list =
        all.size() > MOST_LISTED
            ? "classes.txt, a file with a name a line"
            : all.stream()
                .map(name -> '"' + name + '"')
                .collect(Collectors.joining(", ", "[", "]"));
    return new EvaluationException(
        "sets '%s' and '%s': only '%s' has a folder '%s', so their classes would be numbered"
                .formatted(first, second, inFirst ? first : second, missing)
            + " differently; name all classes of the model, in the order of its outputs, beside"
            + " 'images' of both (classes: "
            + list
            + ")");
  }

  private static void checkImages(Source source, InputSpec input) {
    if (!(source instanceof Source.Images) && !input.images().equals(ImageSpec.NONE)) {
      throw new EvaluationException(
          "is not of image files, and resize and crop in 'input' are for these; leave them out, and"
              + " resize before the arrays are saved");
    }
  }

  /// Every file that a set is made of: each image, too.
  ///
  /// @throws EvaluationException if they cannot be found
  public static List<Path> files(Source source) {
    return switch (source) {
      case Source.Arrays arrays ->
          Stream.concat(arrays.inputs().values().stream(), arrays.y().stream())
              .map(StoredArrays::file)
              .distinct()
              .toList();
      case Source.Images images ->
          Stream.concat(
                  images.manifest().map(SetSpec.Manifest::table).stream(),
                  ImageFiles.find(images).stream()
                      .map(ImageFiles.ImageFile::path)
                      .filter(Files::isRegularFile))
              .distinct()
              .toList();
      case Source.Columns columns -> List.of(columns.table());
      case Source.Sentences sentences -> {
        Path tokenizer = sentences.tokenization().tokenizer();
        Optional<Path> config =
            Optional.of(tokenizer.resolveSibling("tokenizer_config.json"))
                .filter(Files::isRegularFile);
        yield Stream.concat(Stream.of(sentences.table(), tokenizer), config.stream()).toList();
      }
      case Source.Text _ -> List.of();
    };
  }
}
