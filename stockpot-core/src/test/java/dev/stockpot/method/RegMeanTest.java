package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.FloatFormat;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.Layer;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.Precision;
import dev.stockpot.merge.Soups;
import dev.stockpot.merge.Soups.Filled;
import dev.stockpot.merge.Soups.Merged;
import dev.stockpot.merge.Source;
import dev.stockpot.merge.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegMeanTest {
  @TempDir private Path folder;
  private Soups soups;

  @BeforeEach
  void open() {
    soups = new Soups(folder);
  }

  @AfterEach
  void close() {
    soups.close();
  }

  @Test
  void anyShapeIsThatOfWholeMatrices() {
    for (int k : new int[] {2, 3, 8}) {
      for (int[] shape : new int[][] {{1, 1}, {5, 1}, {1, 7}, {9, 8}, {130, 17}, {3, 65}}) {
        Family family = new Family(k, shape[0], shape[1], k);
        double[][] expected = family.solution();
        double[] found = family.merge(DType.F64, 2);
        for (int i = 0; i < found.length; i++) {
          assertThat(found[i])
              .isCloseTo(expected[i / shape[1]][i % shape[1]], Offset.offset(1e-10));
        }
      }
    }
  }

  @Test
  void equalModelsComeBackUnchanged() {
    Family family = new Family(3, 9, 17, 5);
    family.weights[1] = family.weights[0];
    family.weights[2] = family.weights[0];
    assertThat(family.merge(DType.F64, 1)).containsExactly(family.weights[0]);
  }

  @Test
  void anyThreadCountGivesTheSameBits() {
    Family family = new Family(3, 300, 65, 6);
    assertThat(family.merge(DType.F64, 7)).containsExactly(family.merge(DType.F64, 1));
  }

  @Test
  void inputsThatNobodyHasSeenAreAveraged() {
    Family family = new Family(2, 2, 3, 7);
    for (double[] gram : family.grams) {
      for (int j = 0; j < 3; j++) {
        gram[3 + j] = 0;
        gram[3 * j + 1] = 0;
      }
    }
    double[] found = family.merge(DType.F64, 1);
    for (int row = 0; row < 2; row++) {
      int i = 3 * row + 1;
      assertThat(found[i])
          .isCloseTo((family.weights[0][i] + family.weights[1][i]) / 2, Offset.offset(1e-15));
    }
    assertThat(found[0])
        .isNotCloseTo((family.weights[0][0] + family.weights[1][0]) / 2, Offset.offset(1e-6));
  }

  @Test
  void tensorsWithoutMatricesAreAveraged() {
    RegMean method = new RegMean(2);
    double[][] in = Plain.random(Precision.FLOAT64, 2, 9, 1, 2);
    assertThat(Plain.mix(method, Precision.FLOAT64, List.of(9L), in))
        .containsExactly(Plain.mix(Linear.mean(2), Precision.FLOAT64, List.of(9L), in));
  }

  @Test
  void nanStaysInItsElement() {
    Family family = new Family(3, 4, 9, 8);
    double[] before = family.merge(DType.F32, 1);
    family.weights[1][12] = Double.NaN;
    double[] found = family.merge(DType.F32, 1);
    assertThat(found[12]).isNaN();
    for (int i = 0; i < found.length; i++) {
      if (i != 12) {
        assertThat(found[i]).isFinite();
        if (i / 9 != 1) {
          assertThat(found[i]).isEqualTo(before[i]);
        }
      }
    }
  }

  @Test
  void matricesThatAreNoneAreTold() {
    Family family = new Family(2, 2, 2, 9);
    family.grams[0] = new double[] {1, 5, 5, 1};
    family.grams[1] = new double[4];
    assertThatThrownBy(() -> family.merge(DType.F64, 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            folder.resolve("w0.safetensors")
                + ": tensor 'w': the sum of its Gram matrices is not positive definite; each must"
                + " be XᵀX of the layer's inputs, without NaN, in F32 or F64");
  }

  @Test
  void memoryIsKnownBeforehand() {
    Layer plain =
        new Layer(new TensorSpec("w", DType.F32, List.of(10L, 4096L)), 2, Precision.FLOAT64, 0);
    assertThat(new RegMean(2).bytes(plain)).isEqualTo(0);
    Family family = new Family(2, 3, 5, 1);
    assertThat(new RegMean(2).bytes(family.step(DType.F32).layer())).isEqualTo(15 * 8 + 24 * 5);
    Step.Mix step = family.step(DType.F64);
    MergePlan plan =
        new MergePlan(
            step.inputs().stream().map(Source::checkpoint).toList(), List.of(step), Map.of());
    assertThatThrownBy(() ->
            new MergeExecutor(1, 1000, Progress.NONE)
                .execute(plan, folder.resolve("out.safetensors"), false, Durability.CACHED))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "tensor 'w': merging it takes 225 KiB of memory with 1 thread, and 1 KiB are");
  }

  @Test
  void everyModelNeedsItsMatrix() {
    Family family = new Family(2, 3, 5, 1);
    Step.Mix step = family.step(DType.F64);
    Layer layer =
        new Layer(step.output(), 2, step.layer().aside().subList(0, 1), Precision.FLOAT64, 0);
    assertThatThrownBy(() -> new RegMean(2).begin(layer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 Gram matrices for 2 ingredients");
    assertThatThrownBy(() -> new RegMean(3).begin(layer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("regmean takes 3 inputs; here are 2");
  }

  /// Models with one linear layer and its Gram matrices.
  private final class Family {
    final int out;
    final int in;
    final double[][] weights;
    final double[][] grams;

    Family(int k, int out, int in, long seed) {
      this.out = out;
      this.in = in;
      weights = Plain.random(Precision.FLOAT64, k, out * in, 0.3, seed);
      grams = new double[k][in * in];
      SplittableRandom random = new SplittableRandom(seed);
      for (double[] gram : grams) {
        for (int example = 0; example < 2 * in; example++) {
          double[] x = random.doubles(in, -1, 1).map(v -> (float) v).toArray();
          for (int i = 0; i < in * in; i++) {
            gram[i] += x[i / in] * x[i % in];
          }
        }
      }
    }

    Step.Mix step(DType dtype) {
      List<Source> sources = new ArrayList<>();
      for (int i = 0; i < weights.length; i++) {
        sources.add(source("w" + i, dtype, out, weights[i]));
      }
      for (int i = 0; i < grams.length; i++) {
        sources.add(source("g" + i, DType.F64, in, grams[i]));
      }
      return new Step.Mix(sources.getFirst().spec(), sources, new RegMean(weights.length));
    }

    private Source source(String file, DType dtype, long rows, double... values) {
      Filled filled = Filled.of("w", dtype, values).shaped(rows, (long) in);
      Checkpoint checkpoint = soups.ingredient(file + ".safetensors", filled);
      return Source.of(checkpoint, "w");
    }

    double[] merge(DType dtype, int threads) {
      Step.Mix step = step(dtype);
      List<Checkpoint> inputs = step.inputs().stream().map(Source::checkpoint).toList();
      Merged merged = soups.merge(new MergePlan(inputs, List.of(step), Map.of()), threads, false);
      FloatFormat format = FloatFormat.of(dtype);
      return Arrays.stream(merged.bits("w")).mapToDouble(format::value).toArray();
    }

    /// (Σ WᵢGᵢ)(Σ Gᵢ)⁻¹ by elimination with pivots.
    double[][] solution() {
      double[][] sum = new double[in][in];
      double[][] right = new double[in][out];
      for (int k = 0; k < grams.length; k++) {
        for (int i = 0; i < in; i++) {
          for (int j = 0; j < in; j++) {
            double g = grams[k][i * in + j] * (i == j ? 1 : 0.9);
            sum[i][j] += g;
            for (int r = 0; r < out; r++) {
              right[i][r] += weights[k][r * in + j] * g;
            }
          }
        }
      }
      eliminate(sum, right);
      double[][] solution = new double[out][in];
      for (int r = 0; r < out; r++) {
        for (int i = 0; i < in; i++) {
          solution[r][i] = right[i][r];
        }
      }
      return solution;
    }
  }

  private static void eliminate(double[][] a, double[][] b) {
    for (int i = 0; i < a.length; i++) {
      int pivot = i;
      for (int r = i; r < a.length; r++) {
        pivot = Math.abs(a[r][i]) > Math.abs(a[pivot][i]) ? r : pivot;
      }
      swap(a, i, pivot);
      swap(b, i, pivot);
      double divisor = a[i][i];
      a[i] = Plain.times(1 / divisor, a[i]);
      b[i] = Plain.times(1 / divisor, b[i]);
      for (int r = 0; r < a.length; r++) {
        if (r != i) {
          double factor = a[r][i];
          a[r] = Plain.sum(new double[] {1, -factor}, a[r], a[i]);
          b[r] = Plain.sum(new double[] {1, -factor}, b[r], b[i]);
        }
      }
    }
  }

  private static void swap(double[][] rows, int i, int j) {
    double[] row = rows[i];
    rows[i] = rows[j];
    rows[j] = row;
  }
}
