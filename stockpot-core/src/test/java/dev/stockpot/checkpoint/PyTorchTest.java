package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchTest {
  private static final Path DIGITS = Path.of("..", "examples", "digits");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dtypes",
        "legacy",
        "module-state",
        "more",
        "parameters",
        "training-checkpoint",
        "views-shared-storage"
      })
  void opensToTheExpectedBits(String name) {
    try (Checkpoint found = Checkpoints.open(Goldens.path(name + ".pt"));
        Checkpoint expected = Checkpoints.open(Goldens.path(name + ".expected.safetensors"))) {
      Goldens.assertSame(found, expected);
      assertThat(found.metadata()).isEmpty();
    }
  }

  @Test
  void theOldFormatHoldsWhatTheNewDoes() {
    try (Checkpoint found = Checkpoints.open(Goldens.path("more-legacy.pt"));
        Checkpoint expected = Checkpoints.open(Goldens.path("more.expected.safetensors"))) {
      Goldens.assertSame(found, expected);
      assertThat(found.notes()).containsExactly("the tensors are those at key 'ema.module'");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "ft-00"})
  void theExamplesAreThoseInSafetensors(String name) {
    try (Checkpoint found = Checkpoints.open(DIGITS.resolve(name + ".pt"));
        Checkpoint expected = Checkpoints.open(DIGITS.resolve(name + ".safetensors"))) {
      Goldens.assertSame(found, expected);
    }
  }

  @Test
  void tensorsStandInTheOrderOfTheDictionary() {
    try (Checkpoint checkpoint = Checkpoints.open(Goldens.path("module-state.pt"))) {
      assertThat(checkpoint.tensors().sequencedKeySet())
          .containsExactly(
              "0.weight",
              "0.bias",
              "1.weight",
              "1.bias",
              "1.running_mean",
              "1.running_var",
              "1.num_batches_tracked");
    }
  }

  @Test
  void theDictionaryAndTheWrapperAreNoted() {
    try (Checkpoint nested = Checkpoints.open(Goldens.path("training-checkpoint.pt"));
        Checkpoint flat = Checkpoints.open(Goldens.path("module-state.pt"))) {
      assertThat(nested.notes())
          .containsExactly(
              "the tensors are those at key 'state_dict'", "every name begins with 'module.'");
      assertThat(flat.notes()).isEmpty();
    }
  }

  @Test
  void aKeyChoosesTheDictionary() {
    Path file = Goldens.path("training-checkpoint.pt");
    try (Checkpoint found = open(file, "state_dict")) {
      assertThat(found.tensors()).hasSize(3);
    }
    assertThatThrownBy(() -> open(file, "model"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": no dictionary of tensors at key 'model'; there are 'state_dict' (3)");
  }

  @Test
  void formatsWithoutDictionariesTakeNoNoticeOfTheKey() {
    try (Checkpoint found = open(DIGITS.resolve("base.safetensors"), "model")) {
      assertThat(found.tensors()).isNotEmpty();
      assertThat(found.notes()).isEmpty();
    }
  }

  @Test
  void isRecognisedByItsBytesWhateverItsName() throws IOException {
    for (String name : new String[] {"module-state.pt", "legacy.pt"}) {
      Path file = Files.copy(Goldens.path(name), folder.resolve(name + ".weights"));
      try (Checkpoint checkpoint = Checkpoints.open(file)) {
        assertThat(checkpoint.tensors()).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hostile-global.pt", "hostile-plain-pickle.pt"})
  void whatWantsToRunIsRefusedByNameAndLeavesNothingBehind(String name) throws IOException {
    Path file = Files.copy(Goldens.path(name), folder.resolve(name));

    int at = name.equals("hostile-global.pt") ? 248 : 28;
    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file
                + ": names 'posix.system', which is no part of a tensor; it was not run."
                + " Save the weights alone, as torch.save(model.state_dict(), path) does,"
                + " at byte "
                + at);
    assertThat(folder.toFile().list()).containsExactly(name);
    assertThat(Path.of("owned")).doesNotExist();
  }

  @Test
  void aProgramIsRefused() {
    Path file = DIGITS.resolve("model.ts.pt");

    assertThatThrownBy(() -> Checkpoints.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file
                + ": is a TorchScript program, not a checkpoint; save its weights:"
                + " torch.save(torch.jit.load(path).state_dict(), other)");
  }

  @Test
  void aShortenedFileNamesTheTensor() throws IOException {
    Path file = Files.copy(Goldens.path("views-shared-storage.pt"), folder.resolve("a.pt"));
    try (Checkpoint checkpoint = Checkpoints.open(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(1000);

      for (String tensor : new String[] {"row", "transposed"}) {
        assertThatThrownBy(() -> checkpoint.read(tensor, 0, ByteBuffer.allocate(40)))
            .isInstanceOf(CheckpointException.class)
            .hasMessageStartingWith(
                file + ": tensor '" + tensor + "': has been cut off since the file was opened");
        assertThatThrownBy(() -> checkpoint.tensor(tensor)).isInstanceOf(CheckpointException.class);
      }
    }
  }

  @Test
  void refusesRangesBeyondTheTensor() {
    try (Checkpoint checkpoint = Checkpoints.open(Goldens.path("module-state.pt"))) {
      assertThatThrownBy(() -> checkpoint.read("0.bias", 9, ByteBuffer.allocate(4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor '0.bias': bytes 9 + 4 of 12");
      assertThatThrownBy(() -> checkpoint.tensor("x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no tensor 'x'");
    }
  }

  private static Checkpoint open(Path file, String key) {
    return Checkpoints.open(file, new OpenOptions(Optional.of(key)));
  }
}
