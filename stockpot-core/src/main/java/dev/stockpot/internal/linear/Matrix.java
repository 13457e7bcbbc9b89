package dev.stockpot.internal.linear;

/// A dense matrix in float64, row by row, and the two products whose inner loops run along rows.
///
/// Sums are kept in a stated order, so that results depend on nothing but the input.
///
/// @param rows at least 0
/// @param columns at least 0
/// @param values element `(i, j)` at `i * columns + j`; not copied
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Matrix(int rows, int columns, double[] values) {
  /// Columns of a block: as many as leave the rows that meet in the processor's second cache.
  private static final int BLOCK = 1024;

  /// @throws IllegalArgumentException if there are more or fewer values
  public Matrix {
    if (rows < 0 || columns < 0 || (long) rows * columns != values.length) {
      throw new IllegalArgumentException(rows + " × " + columns + " of " + values.length);
    }
  }

  /// All zeros.
  public Matrix(int rows, int columns) {
    this(rows, columns, new double[Math.multiplyExact(rows, columns)]);
  }

  public double at(int row, int column) {
    return values[row * columns + column];
  }

  public void set(int row, int column, double value) {
    values[row * columns + column] = value;
  }

  public Matrix transposed() {
    Matrix result = new Matrix(columns, rows);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result.values[j * rows + i] = values[i * columns + j];
      }
    }
    return result;
  }

  public Matrix copy() {
    return new Matrix(rows, columns, values.clone());
  }

  /// The same times a factor.
  public Matrix times(double factor) {
    Matrix result = new Matrix(rows, columns);
    add(factor, values, 0, result.values, 0, values.length);
    return result;
  }

  /// The square of the Frobenius norm.
  public double squares() {
    return dot(values, 0, values, 0, values.length);
  }

  /// Some of the columns.
  public Matrix columns(int from, int count) {
    Matrix some = new Matrix(rows, count);
    for (int i = 0; i < rows; i++) {
      System.arraycopy(values, i * columns + from, some.values, i * count, count);
    }
    return some;
  }

  /// Some of the rows.
  public Matrix rows(int from, int count) {
    Matrix some = new Matrix(count, columns);
    System.arraycopy(values, from * columns, some.values, 0, some.values.length);
    return some;
  }

  /// This times another's transpose: the products of all rows of the two.
  ///
  /// Products are added in blocks of 1024 columns, within each in four interleaved sums.
  ///
  /// @param other with the same number of columns
  public Matrix timesTransposed(Matrix other) {
    if (other.columns != columns) {
      throw new IllegalArgumentException(columns + " and " + other.columns + " columns");
    }
    Matrix product = new Matrix(rows, other.rows);
    for (int from = 0; from < columns; from += BLOCK) {
      int n = Math.min(BLOCK, columns - from);
      for (int i = 0; i < rows; i++) {
        for (int k = 0; k < other.rows; k++) {
          product.values[i * other.rows + k] +=
              dot(values, i * columns + from, other.values, k * columns + from, n);
        }
      }
    }
    return product;
  }

  /// Adds left × right to this, the products of one element in the order of the left's columns.
  public void addProduct(Matrix left, Matrix right) {
    if (left.rows != rows || right.columns != columns || left.columns != right.rows) {
      throw new IllegalArgumentException("shapes do not fit");
    }
    for (int from = 0; from < columns; from += BLOCK) {
      int n = Math.min(BLOCK, columns - from);
      for (int i = 0; i < rows; i++) {
        for (int k = 0; k < right.rows; k++) {
          double factor = left.values[i * left.columns + k];
          add(factor, right.values, k * columns + from, values, i * columns + from, n);
        }
      }
    }
  }

  /// Σ aᵢbᵢ over `n` elements, in four interleaved sums.
  public static double dot(double[] a, int atA, double[] b, int atB, int n) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = 0;
    for (; i < n - 3; i += 4) {
      sum0 += a[atA + i] * b[atB + i];
      sum1 += a[atA + i + 1] * b[atB + i + 1];
      sum2 += a[atA + i + 2] * b[atB + i + 2];
      sum3 += a[atA + i + 3] * b[atB + i + 3];
    }
    for (; i < n; i++) {
      sum0 += a[atA + i] * b[atB + i];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  /// Adds `factor` times `n` elements to others.
  public static void add(double factor, double[] source, int from, double[] target, int to, int n) {
    for (int i = 0; i < n; i++) {
      target[to + i] += factor * source[from + i];
    }
  }
}
