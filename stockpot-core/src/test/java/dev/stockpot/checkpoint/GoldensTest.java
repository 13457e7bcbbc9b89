package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every file that another program wrote opens to its expected bits.
class GoldensTest {
  private static final String EXPECTED = ".expected.safetensors";

  @TempDir Path folder;

  static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(Goldens.path(""))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(EXPECTED))
          .filter(name -> !name.matches("README.md|hostile-.*"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void opensToTheExpectedBits(String name) {
    String content = name.replaceFirst("(-legacy)?\\.[a-z]+$", "");
    try (Checkpoint found = Checkpoints.open(Goldens.path(name));
        Checkpoint expected = Checkpoints.open(Goldens.path(content + EXPECTED))) {
      Goldens.assertSame(found, expected);
    }
  }

  @Test
  void noneIsLeftOut() throws IOException {
    assertThat(names())
        .containsExactly(
            "dtypes.pt",
            "dtypes.safetensors",
            "legacy.pt",
            "model.gguf",
            "module-state.pt",
            "more-legacy.pt",
            "more.pt",
            "parameters.pt",
            "sharded-bin",
            "training-checkpoint.pt",
            "views-shared-storage.pt");
  }

  @Test
  void aFolderWithOnePyTorchFileIsThatFile() throws IOException {
    Files.copy(Goldens.path("module-state.pt"), folder.resolve("pytorch_model.bin"));

    try (Checkpoint found = Checkpoints.open(folder);
        Checkpoint expected = Checkpoints.open(Goldens.path("module-state" + EXPECTED))) {
      Goldens.assertSame(found, expected);
      assertThat(found.files()).containsExactly(folder.resolve("pytorch_model.bin"));
    }
  }

  @Test
  void aKeyChoosesTheDictionaryInEveryShard() throws IOException {
    Files.copy(Goldens.path("training-checkpoint.pt"), folder.resolve("a.bin"));
    Files.copy(Goldens.path("legacy.pt"), folder.resolve("b.bin"));
    StringBuilder map = new StringBuilder();
    for (String shard : new String[] {"a.bin", "b.bin"}) {
      try (Checkpoint checkpoint = Checkpoints.open(folder.resolve(shard))) {
        for (String name : checkpoint.tensors().keySet()) {
          map.append(map.isEmpty() ? "" : ",").append("\"%s\":\"%s\"".formatted(name, shard));
        }
      }
    }
    Files.writeString(
        folder.resolve("pytorch_model.bin.index.json"), "{\"weight_map\":{" + map + "}}");

    try (Checkpoint found = Checkpoints.open(folder)) {
      assertThat(found.notes())
          .containsExactly(
              "the tensors are those at key 'state_dict'", "every name begins with 'module.'");
    }
    OpenOptions options = new OpenOptions(Optional.of("state_dict"));
    assertThatThrownBy(() -> Checkpoints.open(folder, options))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            folder.resolve("b.bin") + ": no dictionary of tensors at key 'state_dict'");
  }
}
