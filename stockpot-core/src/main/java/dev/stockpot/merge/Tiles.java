package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.MemorySegment;

/// The same stretch of every ingredient, widened, and the result: in one of the two precisions.
sealed interface Tiles {

  /// Widens a stretch of ingredient `k`.
  void widen(int k, DType dtype, MemorySegment source, long offset, int n);

  /// Computes the result.
  void mix(MergeMethod method, int n);

  /// Rounds the result; tells whether all of it is finite.
  boolean narrow(DType dtype, int n, MemorySegment target, long offset);

  /// One element of the result, before rounding.
  double result(int i);

  /// Replaces an element of the result; a NaN by the one NaN that is always written.
  void replace(int i, double value);

  /// Whether no ingredient has NaN or infinity at this element.
  boolean inputsFinite(int i);

  /// In float32. Memory is taken on first use: most checkpoints need only one precision.
  final class Floats implements Tiles {
    private final Elements elements;
    private final float[][] inputs;
    private float[] result = {};

    Floats(int ingredients, Elements elements) {
      this.elements = elements;
      this.inputs = new float[ingredients][0];
    }

    @Override
    public void widen(int k, DType dtype, MemorySegment source, long offset, int n) {
      if (inputs[k].length == 0) {
        inputs[k] = new float[Elements.TILE];
        result = new float[Elements.TILE];
      }
      elements.toFloats(dtype, source, offset, n, inputs[k]);
    }

    @Override
    public void mix(MergeMethod method, int n) {
      method.mix(inputs, n, result);
    }

    @Override
    public boolean narrow(DType dtype, int n, MemorySegment target, long offset) {
      return elements.fromFloats(dtype, result, n, target, offset);
    }

    @Override
    public double result(int i) {
      return result[i];
    }

    @Override
    public void replace(int i, double value) {
      result[i] = Double.isNaN(value) ? Float.NaN : (float) value;
    }

    @Override
    public boolean inputsFinite(int i) {
      for (float[] input : inputs) {
        if (!Float.isFinite(input[i])) {
          return false;
        }
      }
      return true;
    }
  }

  /// In float64.
  final class Doubles implements Tiles {
    private final Elements elements;
    private final double[][] inputs;
    private double[] result = {};

    Doubles(int ingredients, Elements elements) {
      this.elements = elements;
      this.inputs = new double[ingredients][0];
    }

    @Override
    public void widen(int k, DType dtype, MemorySegment source, long offset, int n) {
      if (inputs[k].length == 0) {
        inputs[k] = new double[Elements.TILE];
        result = new double[Elements.TILE];
      }
      elements.toDoubles(dtype, source, offset, n, inputs[k]);
    }

    @Override
    public void mix(MergeMethod method, int n) {
      method.mix(inputs, n, result);
    }

    @Override
    public boolean narrow(DType dtype, int n, MemorySegment target, long offset) {
      return elements.fromDoubles(dtype, result, n, target, offset);
    }

    @Override
    public double result(int i) {
      return result[i];
    }

    @Override
    public void replace(int i, double value) {
      result[i] = Double.isNaN(value) ? Double.NaN : value;
    }

    @Override
    public boolean inputsFinite(int i) {
      for (double[] input : inputs) {
        if (!Double.isFinite(input[i])) {
          return false;
        }
      }
      return true;
    }
  }
}
