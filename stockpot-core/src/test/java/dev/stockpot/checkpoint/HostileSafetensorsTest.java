package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.hostile.HostileSafetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Files that are no valid safetensors files are refused, with the whole message.
class HostileSafetensorsTest {
  @TempDir Path folder;

  static List<HostileSafetensors> cases() {
    return HostileSafetensors.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isRefused(HostileSafetensors hostile) throws IOException {
    Path file = Files.write(folder.resolve(hostile.name() + ".safetensors"), hostile.bytes());

    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": " + hostile.message());
  }

  @Test
  void namesAreUnique() {
    assertThat(cases()).extracting(HostileSafetensors::name).doesNotHaveDuplicates();
  }

  @Test
  void exceptionHoldsFileTensorAndOffset() throws IOException {
    HostileSafetensors hostile =
        cases().stream().filter(c -> c.name().equals("overlap")).findFirst().orElseThrow();
    Path file = Files.write(folder.resolve("a.safetensors"), hostile.bytes());

    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOfSatisfying(
            CheckpointException.class,
            e -> {
              assertThat(e.file()).isEqualTo(file.toString());
              assertThat(e.tensor()).hasValue("b");
              assertThat(e.offset()).hasValue(119);
            });
  }

  @Test
  void folderIsRefused() throws IOException {
    Path file = Files.createDirectory(folder.resolve("x.safetensors"));

    assertThatThrownBy(() -> new Safetensors().open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": is a folder instead of a safetensors file");
    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file
                + ": holds no checkpoint: looked for model.safetensors,"
                + " model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json");
  }

  @Test
  void absentFileIsRefused() {
    Path file = folder.resolve("x.safetensors");

    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": no such file or folder");
    assertThatThrownBy(() -> new Safetensors().open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": cannot be opened: no such file or folder");
  }

  @Test
  void unknownFormatIsRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("x.txt"));

    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file
                + ": not a checkpoint that Stockpot reads; it reads safetensors, pytorch, gguf,"
                + " onnx, Hugging Face folder");
    assertThatThrownBy(() -> Checkpoints.formatOf(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file
                + ": the name of an output ends in .safetensors, .pt, .gguf, .onnx; without an"
                + " extension it is a folder in Hugging Face layout");
  }

  @Test
  void unreadableFileIsRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("x.safetensors"));
    Assumptions.assumeTrue(file.toFile().setReadable(false) && !Files.isReadable(file));

    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": cannot be opened: permission denied");
  }
}
