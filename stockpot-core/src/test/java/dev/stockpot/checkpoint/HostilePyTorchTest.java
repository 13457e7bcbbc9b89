package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Files that are no valid PyTorch files are refused, with the whole message, and nothing runs.
class HostilePyTorchTest {
  @TempDir Path folder;

  static List<HostilePyTorch> cases() {
    return HostilePyTorch.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isRefused(HostilePyTorch hostile) throws IOException {
    Path file = Files.write(folder.resolve(hostile.name() + ".bin"), hostile.bytes());

    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": " + hostile.message());
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void namesAreUnique() {
    assertThat(cases()).extracting(HostilePyTorch::name).doesNotHaveDuplicates();
  }
}
