package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.method.Linear;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The uniform soup of the ten models in `examples/digits`.
class DigitsSoupTest {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @TempDir private Path folder;
  private List<Checkpoint> ingredients;

  @BeforeEach
  void open() {
    ingredients =
        IntStream.range(0, 10)
            .mapToObj("../examples/digits/ft-%02d.safetensors"::formatted)
            .map(file -> Checkpoints.open(Path.of(file)))
            .toList();
  }

  @AfterEach
  void close() {
    ingredients.forEach(Checkpoint::close);
  }

  @Test
  void isTheFloat64MeanRoundedOnce() {
    try (Checkpoint soup = Checkpoints.open(soup(2))) {
      assertThat(soup.tensors()).isEqualTo(ingredients.getFirst().tensors());
      assertThat(soup.tensors().values()).anyMatch(spec -> spec.dtype() == DType.F32);
      for (TensorSpec spec : soup.tensors().values()) {
        if (spec.dtype() == DType.F32) {
          float[] found = soup.tensor(spec.name()).data().toArray(FLOAT);
          double[] sums = new double[found.length];
          for (Checkpoint ingredient : ingredients) {
            float[] values = ingredient.tensor(spec.name()).data().toArray(FLOAT);
            IntStream.range(0, sums.length).forEach(i -> sums[i] += values[i]);
          }
          for (int i = 0; i < sums.length; i++) {
            assertThat(Float.floatToRawIntBits(found[i]))
                .isEqualTo(Float.floatToRawIntBits((float) (sums[i] / 10)));
          }
        }
      }
    }
  }

  @Test
  void isTheSameBytesForAnyNumberOfThreads() throws IOException {
    byte[] one = Files.readAllBytes(soup(1));
    assertThat(Files.readAllBytes(soup(2))).isEqualTo(one);
    assertThat(Files.readAllBytes(soup(7))).isEqualTo(one);
  }

  private Path soup(int threads) {
    Path file = folder.resolve("soup-" + threads + ".safetensors");
    MergePlan plan = MergePlan.of(ingredients, Linear.mean(10), Optional.empty());
    new MergeExecutor(threads, Progress.NONE).execute(plan, file, false, Durability.CACHED);
    return file;
  }
}
