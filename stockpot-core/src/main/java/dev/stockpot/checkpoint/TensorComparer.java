package dev.stockpot.checkpoint;

import java.util.Arrays;
import java.util.Optional;

/// Compares tensors by streaming them side by side.
///
/// Holds its buffers, two MiB, whatever the size of the tensors. One per thread, for any number of
/// tensors.
public final class TensorComparer {
  private final ElementReader readerA = new ElementReader();
  private final ElementReader readerB = new ElementReader();
  private final ElementReader readerBase = new ElementReader();
  private final double[] a = new double[Elements.TILE];
  private final double[] b = new double[Elements.TILE];
  private final double[] base = new double[Elements.TILE];

  private long differing;
  private long notFinite;
  private double largest;
  private double difference;
  private Sums pair = new Sums();
  private Sums moves = new Sums();

  /// Allocates its buffers.
  public TensorComparer() {}

  /// Compares a tensor that both have, in the same shape and in dtypes with numbers.
  ///
  /// @param base has the tensor in the same shape too, if it is given
  /// @throws IllegalArgumentException if shapes differ, or elements are carried as raw bytes
  public TensorComparison compare(
      Checkpoint first, Checkpoint second, Optional<Checkpoint> base, String name) {
    TensorSpec specA = ElementReader.spec(first, name);
    TensorSpec specB = sameShape(second, specA);
    Optional<TensorSpec> specBase = base.map(it -> sameShape(it, specA));
    differing = 0;
    notFinite = 0;
    largest = 0;
    difference = 0;
    pair = new Sums();
    moves = new Sums();
    Arrays.fill(this.base, 0);
    for (long at = 0; at < specA.elements(); at += Elements.TILE) {
      int n = load(readerA, first, specA, at, a);
      load(readerB, second, specB, at, b);
      countDiffering(specA.dtype(), specB.dtype(), n);
      if (specBase.isPresent()) {
        load(readerBase, base.orElseThrow(), specBase.get(), at, this.base);
      }
      add(n);
    }
    return new TensorComparison(
        specA.elements(),
        differing,
        notFinite,
        largest,
        pair.pair(),
        difference,
        specBase.map(_ -> moves.pair()));
  }

  /// Sums over tiles.
  private static final class Sums {
    private double squaresA;
    private double squaresB;
    private double dot;

    void add(double tileA, double tileB, double tileDot) {
      squaresA += tileA;
      squaresB += tileB;
      dot += tileDot;
    }

    TensorComparison.Pair pair() {
      return new TensorComparison.Pair(squaresA, squaresB, dot);
    }
  }

  private void add(int n) {
    double squaresA = 0;
    double squaresB = 0;
    double dot = 0;
    double tileDifference = 0;
    double movesA = 0;
    double movesB = 0;
    double movesDot = 0;
    for (int i = 0; i < n; i++) {
      if (!Double.isFinite(a[i]) || !Double.isFinite(b[i]) || !Double.isFinite(base[i])) {
        notFinite++;
        continue;
      }
      double apart = a[i] - b[i];
      largest = Math.max(largest, Math.abs(apart));
      tileDifference += apart * apart;
      squaresA += a[i] * a[i];
      squaresB += b[i] * b[i];
      dot += a[i] * b[i];
      double moveA = a[i] - base[i];
      double moveB = b[i] - base[i];
      movesA += moveA * moveA;
      movesB += moveB * moveB;
      movesDot += moveA * moveB;
    }
    difference += tileDifference;
    pair.add(squaresA, squaresB, dot);
    moves.add(movesA, movesB, movesDot);
  }

  private void countDiffering(DType dtypeA, DType dtypeB, int n) {
    if (dtypeA.kind() == DType.Kind.INTEGER && dtypeB.kind() == DType.Kind.INTEGER) {
      boolean signsMatter = (dtypeA == DType.U64) != (dtypeB == DType.U64);
      for (int i = 0; i < n; i++) {
        long integerA = readerA.integers()[i];
        if (integerA != readerB.integers()[i] || (signsMatter && integerA < 0)) {
          differing++;
        }
      }
      return;
    }
    for (int i = 0; i < n; i++) {
      if (a[i] != b[i] && !(Double.isNaN(a[i]) && Double.isNaN(b[i]))) {
        differing++;
      }
    }
  }

  private static int load(
      ElementReader reader, Checkpoint checkpoint, TensorSpec spec, long at, double[] out) {
    int n = reader.tile(checkpoint, spec, at);
    if (spec.dtype().isFloat()) {
      System.arraycopy(reader.reals(), 0, out, 0, n);
      return n;
    }
    boolean unsigned = spec.dtype() == DType.U64;
    for (int i = 0; i < n; i++) {
      long integer = reader.integers()[i];
      out[i] = unsigned ? ElementReader.unsigned(integer).doubleValue() : integer;
    }
    return n;
  }

  private static TensorSpec sameShape(Checkpoint checkpoint, TensorSpec as) {
    TensorSpec spec = ElementReader.spec(checkpoint, as.name());
    if (!spec.shape().equals(as.shape())) {
      throw new IllegalArgumentException(
          "tensor '" + as.name() + "': shapes " + as.shape() + " and " + spec.shape());
    }
    return spec;
  }
}
