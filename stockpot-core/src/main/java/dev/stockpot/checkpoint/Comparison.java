package dev.stockpot.checkpoint;

import dev.stockpot.Progress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// How two checkpoints differ: in what their headers say, and in numbers.
///
/// @param headers what differs in names, shapes and dtypes, and raw bytes that differ, in words, by
///   the tensor's name
/// @param tensors what both have in one shape, by name, in the order of the first checkpoint
public record Comparison(
    SequencedMap<String, String> headers, SequencedMap<String, TensorComparison> tensors) {

  /// Streams both, and the base, tensor by tensor.
  ///
  /// @param base what both come from, if there is such; tensors that it lacks have no moves
  /// @param progress hears of the bytes read
  public static Comparison of(
      Checkpoint a, Checkpoint b, Optional<Checkpoint> base, Progress progress) {
    TensorComparer comparer = new TensorComparer();
    SequencedMap<String, TensorComparison> tensors = new LinkedHashMap<>();
    List<TensorSpec> common =
        a.tensors().values().stream().filter(spec -> comparable(spec, b)).toList();
    long bytes = common.stream().mapToLong(TensorSpec::bytes).sum();
    try (Progress.Task task =
        progress.begin("comparing", new Progress.Total(bytes, Progress.Unit.BYTES))) {
      for (TensorSpec spec : common) {
        Optional<Checkpoint> from = base.filter(it -> comparable(spec, it));
        tensors.put(spec.name(), comparer.compare(a, b, from, spec.name()));
        task.advance(spec.bytes());
      }
    }
    SequencedMap<String, String> differences = headers(a, b);
    differences.putAll(rawDifferences(a, b));
    return new Comparison(differences, tensors);
  }

  /// Whether names, shapes, dtypes and all numbers are the same.
  public boolean isSame() {
    return headers.isEmpty() && total(false).differing() == 0;
  }

  /// Of all tensors together, added in their order.
  ///
  /// @param withBase whether they were compared with a base
  public TensorComparison total(boolean withBase) {
    TensorComparison total = TensorComparison.none(withBase);
    for (TensorComparison tensor : tensors.values()) {
      total = total.plus(tensor);
    }
    return total;
  }

  /// Names by relative difference, the largest first; ties in the order of the tensors.
  public List<String> mostDifferent() {
    return tensors.sequencedKeySet().stream()
        .sorted(Comparator.comparingDouble((String name) -> -tensors.get(name).relative()))
        .toList();
  }

  /// What differs in names, shapes and dtypes, in words, by the tensor's name: the first
  /// checkpoint's tensors in their order, then those that only the second has.
  public static SequencedMap<String, String> headers(Checkpoint a, Checkpoint b) {
    SequencedMap<String, String> headers = new LinkedHashMap<>();
    for (TensorSpec spec : a.tensors().values()) {
      List<String> differences = new ArrayList<>();
      TensorSpec other = b.tensors().get(spec.name());
      if (other == null) {
        differences.add("only in " + a.path());
      } else {
        if (!other.shape().equals(spec.shape())) {
          differences.add("shape " + spec.shape() + " and " + other.shape());
        }
        if (other.dtype() != spec.dtype()) {
          differences.add("dtype " + spec.dtype() + " and " + other.dtype());
        }
      }
      if (!differences.isEmpty()) {
        headers.put(spec.name(), String.join(", ", differences));
      }
    }
    for (String name : b.tensors().keySet()) {
      if (!a.tensors().containsKey(name)) {
        headers.put(name, "only in " + b.path());
      }
    }
    return headers;
  }

  /// Elements that are carried as raw bytes have no numbers to compare.
  private static SequencedMap<String, String> rawDifferences(Checkpoint a, Checkpoint b) {
    SequencedMap<String, String> differences = new LinkedHashMap<>();
    for (TensorSpec spec : a.tensors().values()) {
      if (spec.dtype().kind() == DType.Kind.RAW
          && spec.equals(b.tensors().get(spec.name()))
          && TensorBytes.firstDifference(a, b, spec.name()).isPresent()) {
        differences.put(spec.name(), spec.dtype() + " bytes differ");
      }
    }
    return differences;
  }

  private static boolean comparable(TensorSpec spec, Checkpoint other) {
    TensorSpec theirs = other.tensors().get(spec.name());
    return theirs != null
        && theirs.shape().equals(spec.shape())
        && theirs.dtype().kind() != DType.Kind.RAW
        && spec.dtype().kind() != DType.Kind.RAW;
  }
}
