package dev.stockpot.eval;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.ElementReader;
import dev.stockpot.checkpoint.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;

/// A head of class vectors: the network's output is an example's features, and the logit of a class
/// is `scale · ⟨features/‖features‖, vector⟩`, without a bias, in float64 and rounded once.
///
/// The vector of a class is the normalised mean of its normalised prompt embeddings. Features that
/// are all 0 give the logits 0.
///
/// @see <a href="https://arxiv.org/abs/2103.00020">Radford et al. 2021, CLIP, section 3.1.4</a>
final class ZeroShot implements Head {
  private final ClassVectors source;
  private final int classes;
  private final int features;
  private final double[] vectors;

  private ZeroShot(ClassVectors source, int classes, int features, double[] vectors) {
    this.source = source;
    this.classes = classes;
    this.features = features;
    this.vectors = vectors;
  }

  /// Reads the vectors: [classes, features], or [classes, prompts, features].
  ///
  /// @throws EvaluationException if there is no such tensor
  static ZeroShot open(ClassVectors source) {
    try (Checkpoint checkpoint = Checkpoints.open(source.checkpoint())) {
      TensorSpec spec = tensor(source, checkpoint);
      List<Long> shape = spec.shape();
      if (!spec.dtype().isFloat() || shape.size() < 2 || shape.size() > 3 || spec.elements() < 1) {
        throw new EvaluationException(
            "%s: tensor '%s' is %s %s; class vectors are floats, [classes, features] or"
                    .formatted(source.checkpoint(), spec.name(), spec.dtype(), shape)
                + " [classes, prompts, features]");
      }
      int classes = Math.toIntExact(shape.getFirst());
      int prompts = shape.size() == 3 ? Math.toIntExact(shape.get(1)) : 1;
      int features = Math.toIntExact(shape.getLast());
      double[] stored = new double[Math.toIntExact(spec.elements())];
      new ElementReader().read(checkpoint, spec, 0, stored.length, stored, 0);
      double[] vectors = new double[classes * features];
      for (int row = 0; row < classes * prompts; row++) {
        normalise(stored, row * features, features);
        for (int i = 0; i < features; i++) {
          vectors[row / prompts * features + i] += stored[row * features + i];
        }
      }
      for (int label = 0; label < classes; label++) {
        normalise(vectors, label * features, features);
      }
      return new ZeroShot(source, classes, features, vectors);
    }
  }

  @Override
  public Predictions of(Output output, Batch batch) {
    Predictions rows = Head.ROWS.of(output, batch);
    if (rows.width() != features) {
      throw new EvaluationException(
          "the model gives %d features, but the class vectors in %s have %d; they belong to another"
                  .formatted(rows.width(), source.checkpoint(), features)
              + " model, or another output of the graph is meant (evaluator: output)");
    }
    float[] logits = new float[rows.examples() * classes];
    double[] row = new double[features];
    for (int example = 0; example < rows.examples(); example++) {
      for (int i = 0; i < features; i++) {
        row[i] = rows.at(example, i);
      }
      normalise(row, 0, features);
      for (int label = 0; label < classes; label++) {
        double dot = 0;
        for (int i = 0; i < features; i++) {
          dot += row[i] * vectors[label * features + i];
        }
        logits[example * classes + label] = (float) (source.scale() * dot);
      }
    }
    return new Predictions(rows.examples(), classes, MemorySegment.ofArray(logits));
  }

  private static TensorSpec tensor(ClassVectors source, Checkpoint checkpoint) {
    Collection<String> names = checkpoint.tensors().keySet();
    if (source.tensor().isEmpty() && names.size() != 1) {
      throw new EvaluationException(
          "%s: has %d tensors; say under 'head' which one holds the class vectors (tensor: NAME)"
              .formatted(source.checkpoint(), names.size()));
    }
    String name = source.tensor().orElseGet(() -> names.iterator().next());
    TensorSpec spec = checkpoint.tensors().get(name);
    if (spec == null) {
      throw new EvaluationException(
          "%s: no tensor '%s', which should hold the class vectors"
              .formatted(source.checkpoint(), name));
    }
    return spec;
  }

  /// A vector of zeros stays one.
  private static void normalise(double[] values, int from, int n) {
    double squares = 0;
    for (int i = from; i < from + n; i++) {
      squares += values[i] * values[i];
    }
    if (squares != 0) {
      double norm = Math.sqrt(squares);
      for (int i = from; i < from + n; i++) {
        values[i] /= norm;
      }
    }
  }
}
