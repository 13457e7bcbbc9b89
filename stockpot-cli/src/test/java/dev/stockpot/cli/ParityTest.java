package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.HuggingFaceCache;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.config.MergeFile;
import dev.stockpot.cli.config.ModelPaths;
import dev.stockpot.merge.MergeExecutor;
import dev.stockpot.plan.MergePlanner;
import dev.stockpot.recipe.MergeConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Configs give what mergekit makes of them.
class ParityTest {
  private static final Path FOLDER = Path.of("src/test/resources/parity");

  /// Where mergekit keeps nothing of a task vector, since it would drop no outliers.
  private static final Set<String> BREADCRUMBS = Set.of("breadcrumbs", "breadcrumbs_ties");

  private static final double GAMMA = 0.05;

  @TempDir private Path folder;

  static List<String> cases() throws IOException {
    try (Stream<Path> cases = Files.list(FOLDER.resolve("cases"))) {
      return cases.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void allCasesAreThere() throws IOException {
    assertThat(cases()).hasSize(40);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void asMergekit(String name) throws IOException {
    Path output = merge(name);
    try (Checkpoint made = Checkpoints.open(output);
        Checkpoint expected = Checkpoints.open(expected(name))) {
      assertThat(Set.copyOf(made.tensors().values()))
          .isEqualTo(Set.copyOf(expected.tensors().values()));
      Set<String> different = new TreeSet<>();
      for (TensorSpec spec : expected.tensors().values()) {
        if (BREADCRUMBS.contains(name) && (int) (GAMMA * spec.elements()) == 0) {
          different.add(spec.name());
        } else {
          assertClose(made, expected, spec);
        }
      }
      assertThat(different).hasSize(BREADCRUMBS.contains(name) ? 5 : 0);
      try (Checkpoint base = Checkpoints.open(FOLDER.resolve("models/base"))) {
        for (String tensor : different) {
          float[] theirs = floats(expected, tensor);
          assertThat(theirs).as("mergekit drops all of %s", tensor).isEqualTo(floats(base, tensor));
          assertThat(floats(made, tensor)).as(tensor).isNotEqualTo(theirs);
        }
      }
    }
  }

  private Path merge(String name) {
    MergeConfig config =
        MergeFile.read(FOLDER.resolve("cases").resolve(name).resolve("config.yml"))
            .configs()
            .getFirst();
    ModelPaths paths = new ModelPaths(FOLDER, new HuggingFaceCache(folder));
    Path output = folder.resolve("out.safetensors");
    try (MergeModels models = new MergeModels(paths, OpenOptions.NONE)) {
      new MergeExecutor(2, Progress.NONE)
          .execute(
              MergePlanner.plan(config, models.of(config, Map.of()), MergePlanner.Options.NONE)
                  .plan(),
              output,
              false,
              Durability.CACHED);
    }
    return output;
  }

  private static Path expected(String name) {
    return FOLDER.resolve("cases").resolve(name).resolve("expected.safetensors");
  }

  private static void assertClose(Checkpoint made, Checkpoint expected, TensorSpec spec) {
    if (spec.dtype() == DType.F32) {
      float[] ours = floats(made, spec.name());
      float[] theirs = floats(expected, spec.name());
      for (int i = 0; i < theirs.length; i++) {
        assertThat((double) ours[i])
            .as("%s[%d]", spec.name(), i)
            .isCloseTo(theirs[i], within(1e-6 + 1e-5 * Math.abs(theirs[i])));
      }
    } else {
      assertThat(spec.dtype().bytes()).isEqualTo(2);
      ByteBuffer ours = bytes(made, spec.name());
      ByteBuffer theirs = bytes(expected, spec.name());
      for (int i = 0; i < spec.elements(); i++) {
        int distance = ordered(ours.getShort(2 * i)) - ordered(theirs.getShort(2 * i));
        assertThat(Math.abs(distance)).as("%s[%d]", spec.name(), i).isLessThanOrEqualTo(1);
      }
    }
  }

  /// Bits of a 16-bit float as a number that grows with the float by one per unit in the last
  /// place.
  private static int ordered(short bits) {
    return bits >= 0 ? bits : -(bits & 0x7FFF);
  }

  private static float[] floats(Checkpoint checkpoint, String tensor) {
    ByteBuffer bytes = bytes(checkpoint, tensor);
    float[] values = new float[bytes.remaining() / 4];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  private static ByteBuffer bytes(Checkpoint checkpoint, String tensor) {
    int size = (int) checkpoint.tensors().get(tensor).bytes();
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    checkpoint.read(tensor, 0, bytes);
    return bytes.flip();
  }
}
