package dev.stockpot.cli.scratch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.config.SweepFile;
import dev.stockpot.eval.Npy;
import dev.stockpot.train.Search.Draw;
import dev.stockpot.train.SweepSpec;
import dev.stockpot.train.TrainerSpec;
import dev.stockpot.train.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScratchTaskTest {
  @TempDir private static Path folder;

  @BeforeAll
  static void prepare() throws IOException {
    for (ScratchTask task : ScratchTask.values()) {
      Path own = folder.resolve(task.word());
      task.writeData(Path.of("..", "examples"), own.resolve("data"));
      Files.createDirectories(own.resolve("pretrained/run-00"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everySweepIsWhatFinetuneReads(ScratchTask task) throws IOException {
    List<Draw> pretraining = read(task, task.pretraining("data", 7)).draws();
    assertThat(pretraining).hasSize(1);
    assertThat(pretraining.getFirst().values()).containsEntry("init-seed", new Value.Real(7));

    SweepSpec sweep = read(task, task.sweep("data", 12, 1));
    assertThat(sweep.base()).contains(folder.resolve(task.word()).resolve("pretrained/run-00"));
    assertThat(sweep.draws()).hasSize(12);
    assertThat(read(task, task.sweep("data", 12, 2)).draws()).isNotEqualTo(sweep.draws());
    assertThat(sweep.trainer())
        .isInstanceOfSatisfying(
            TrainerSpec.Network.class,
            network -> assertThat(network.task().metric()).isEqualTo("accuracy"));

    List<Draw> twins = read(task, task.twins("data", 3)).draws();
    assertThat(twins).hasSize(3);
    assertThat(twins.stream().map(draw -> draw.values().get("seed")))
        .containsExactly(new Value.Real(1), new Value.Real(2), new Value.Real(3));
    assertThat(twins.stream().map(draw -> draw.values().get("lr")).distinct()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void aBriefSweepLastsAnEpoch(ScratchTask task) throws IOException {
    assertThat(read(task, ScratchTask.brief(task.sweep("data", 3, 1))).draws())
        .allMatch(draw -> draw.values().get("epochs").equals(new Value.Real(1)));
  }

  @Test
  void digitsArePreTrainedOnTheFirst150Images() {
    Path data = folder.resolve("digits/data");
    try (Npy all = Npy.open(data.resolve("train-x.npy"));
        Npy some = Npy.open(data.resolve("pretrain-x.npy"))) {
      assertThat(some.tensor().spec().shape()).containsExactly(150L, 8L, 8L, 1L);
      assertThat(
              some.tensor()
                  .data()
                  .mismatch(all.tensor().data().asSlice(0, some.tensor().spec().bytes())))
          .isEqualTo(-1);
    }
  }

  private static SweepSpec read(ScratchTask task, String text) throws IOException {
    Path file = folder.resolve(task.word()).resolve("sweep.yml");
    Files.writeString(file, text);
    return SweepFile.read(file).spec();
  }
}
