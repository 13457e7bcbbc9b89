package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.config.MergeFile;
import dev.stockpot.plan.Model;
import dev.stockpot.plan.PlannedCheckpoint;
import dev.stockpot.plan.Preview;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.tokenizer.Companions;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is known of a merge before all of its models are open.
class PreviewTest {
  private static final String TIES =
      """
      merge_method: ties
      base_model: base
      models:
      - {model: a, parameters: {weight: 0.3, density: [0.2, 0.6]}}
      - model: b
        parameters: {weight: [{filter: mlp, value: 5}, {value: 2}], density: 0.5}
      dtype: float32
      out_dtype: float16
      """;

  @TempDir private Path folder;

  @Test
  void hasTheValuesOfALayerInTheMiddle() {
    Preview preview = preview(TIES, 64 << 20, Optional.empty()).orElseThrow();
    assertThat(preview.method().name()).isEqualTo("ties");
    assertThat(preview.method().toString()).contains("[0.3, 2.0]", "[0.4, 0.5]");
    assertThat(preview.inputs()).isEqualTo(Collections.nCopies(3, DType.BF16));
    assertThat(preview.rounding()).contains(DType.F32);
    assertThat(preview.output()).isEqualTo(DType.F16);
    assertThat(preview(TIES, 64 << 20, Optional.of(DType.F64)).orElseThrow().output())
        .isEqualTo(DType.F64);
  }

  @Test
  void takesTheFirstSliceAndMembersThatAreNoBase() {
    String slices =
        """
        merge_method: slerp
        base_model: a
        slices:
        - sources:
          - {model: a, layer_range: [0, 2]}
          - {model: b, layer_range: [0, 2]}
        parameters: {t: 0.25}
        """;
    Preview preview = preview(slices, 64 << 20, Optional.empty()).orElseThrow();
    assertThat(preview.method().name()).isEqualTo("slerp");
    assertThat(preview.inputs()).hasSize(2);
    assertThat(preview.output()).isEqualTo(DType.BF16);
    assertThat(preview.rounding()).isEmpty();
  }

  @Test
  void smallModelsAreMergedBeforeTheCompilerIsDone() {
    assertThat(preview(TIES, (64 << 20) - 2, Optional.empty())).isEmpty();
  }

  @Test
  void mistakesAreThePlannersToTell() {
    String missing = "merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]";
    assertThat(preview(missing, 64 << 20, Optional.empty())).isEmpty();
    String refused = TIES.replace("density: 0.5", "density: -0.5");
    assertThat(preview(refused, 64 << 20, Optional.empty())).isEmpty();
  }

  @Test
  void statisticsCannotBeMadeUp() {
    String fisher =
        """
        merge_method: fisher
        models:
        - {model: a, fisher: fa}
        - {model: b, fisher: fb}
        """;
    assertThat(preview(fisher, 64 << 20, Optional.empty())).isEmpty();
  }

  private Optional<Preview> preview(String text, long bytes, Optional<DType> outDType) {
    TinyModels.text(folder.resolve("merge.yml"), text);
    MergeConfig config = MergeFile.read(folder.resolve("merge.yml")).configs().getFirst();
    List<TensorSpec> tensors =
        List.of(
            new TensorSpec("position_ids", DType.I64, List.of(1L << 30)),
            new TensorSpec("model.layers.0.up.weight", DType.BF16, List.of(bytes / 2)));
    PlannedCheckpoint first = new PlannedCheckpoint(Path.of("a"), tensors, Map.of());
    Companions none = new Companions(Optional.empty(), Map.of());
    return Preview.of(config, new Model(config.models().getFirst(), first, none), outDType);
  }
}
