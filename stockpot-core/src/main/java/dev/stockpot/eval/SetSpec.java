package dev.stockpot.eval;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/// A set of examples as a file names it.
///
/// @param name such as `select`, `test`, `shift-noise`
/// @param role what it is for
/// @param source where the examples are
/// @param classes of the model that it is about, if not all
/// @param weight in means over sets of its role; more than 0
public record SetSpec(
    String name, Role role, Source source, Optional<ClassGroups> classes, double weight) {

  /// @throws IllegalArgumentException unless the weight is finite and more than 0
  public SetSpec {
    if (!(weight > 0) || weight == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("weight " + weight);
    }
  }

  /// A set of all classes, that weighs as much as any other.
  public SetSpec(String name, Role role, Source source) {
    this(name, role, source, Optional.empty(), 1);
  }

  /// The same, but image files that cannot be read are left out.
  SetSpec skippingBad() {
    return switch (source) {
      case Source.Images(Path folder, Optional<Manifest> manifest, List<String> names, boolean _) ->
          new SetSpec(
              name, role, new Source.Images(folder, manifest, names, true), classes, weight);
      case Source.Arrays _, Source.Columns _, Source.Sentences _, Source.Text _ -> this;
    };
  }

  /// Where examples are.
  public sealed interface Source {
    /// Arrays (`.npy`, `.npz`, IDX) with the examples along the first axis.
    ///
    /// @param inputs by the model's name for them; `""` for one that is not named
    /// @param y a class or a value for each; without it each token is the target of those before
    record Arrays(SequencedMap<String, Path> inputs, Optional<Path> y) implements Source {
      public Arrays {
        inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
      }

      /// Of one input, with targets.
      public Arrays(Path x, Path y) {
        this(new LinkedHashMap<>(Map.of("", x)), Optional.of(y));
      }
    }

    /// Image files.
    ///
    /// @param folder where they are: a folder per class, or as the manifest says
    /// @param manifest which files, with their classes
    /// @param classes names in the order of the model's outputs; empty for the folders' names in
    ///   order, and for manifests with numbers
    /// @param skipBad whether files that cannot be read are left out
    record Images(Path folder, Optional<Manifest> manifest, List<String> classes, boolean skipBad)
        implements Source {
      public Images {
        classes = List.copyOf(classes);
      }
    }

    /// Columns of numbers, which become one row of float32 per example.
    record Columns(Path table, List<String> features, Target target) implements Source {
      public Columns {
        features = List.copyOf(features);
      }
    }

    /// Texts, or pairs of texts, in a table, taken through a tokenizer.
    ///
    /// @param columns one, or two for pairs
    record Sentences(Path table, List<String> columns, Target target, Tokenization tokenization)
        implements Source {
      public Sentences {
        columns = List.copyOf(columns);
      }
    }

    /// Whatever the user's command understands by it; handed over as `{data}`.
    record Text(String data) implements Source {}
  }

  /// A table of image files.
  ///
  /// @param path column of paths, relative to the folder of the images
  /// @param label column of classes
  public record Manifest(Path table, String path, String label) {}

  /// What the rows of a table should give.
  public sealed interface Target {
    /// A class.
    ///
    /// @param classes names in the order of the model's outputs; empty where the column has numbers
    record Label(String column, List<String> classes) implements Target {
      public Label {
        classes = List.copyOf(classes);
      }
    }

    /// A number.
    record Value(String column) implements Target {}

    /// The next token of the text itself.
    record NextToken() implements Target {}
  }

  /// How texts become tokens.
  ///
  /// @param tokenizer a Hugging Face `tokenizer.json`
  /// @param maxLength longest row of tokens; longer ones are cut, pairs where they are longer
  /// @param padding what rows are filled up to
  public record Tokenization(Path tokenizer, OptionalInt maxLength, Padding padding) {}

  /// What rows of tokens are filled up to.
  public enum Padding {
    /// The longest row of the batch.
    BATCH,
    /// The longest that is allowed.
    MAX_LENGTH
  }
}
