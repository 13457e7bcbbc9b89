package dev.stockpot.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CandidateNamesTest {
  @TempDir private Path folder;

  @Test
  void nameIsTheFilesWithoutExtension() {
    assertThat(names("runs/ft-03.safetensors", "runs/ft-10.pt", "base.bin"))
        .containsExactly("ft-03", "ft-10", "base");
    assertThat(names("runs/only.safetensors")).containsExactly("only");
  }

  @Test
  void sameFileNameIsToldApartByTheFewestFoldersThatDo() {
    assertThat(names("runs/a/model.pt", "runs/b/model.pt", "runs/b/last.pt"))
        .containsExactly("a/model", "b/model", "b/last");
    assertThat(names("x/a/1/model.pt", "x/b/1/model.pt")).containsExactly("a/1/model", "b/1/model");
    assertThat(names("/model.pt", "/model/model.pt")).containsExactly("model", "model/model");
  }

  @Test
  void filesThatDifferByNothingElseKeepTheirExtension() {
    assertThat(names("runs/ft.pt", "runs/ft.safetensors", "base.pt"))
        .containsExactly("ft.pt", "ft.safetensors", "base.pt");
    assertThat(names("a/ft.pt", "a/ft.bin", "b/ft.pt"))
        .containsExactly("a/ft.pt", "a/ft.bin", "b/ft.pt");
  }

  @Test
  void onlyTheLastDotBeginsAnExtension() {
    assertThat(names("lr0.001.safetensors", "lr0.01.safetensors", ".hidden", "v1.2/model"))
        .containsExactly("lr0.001", "lr0.01", ".hidden", "model");
    assertThat(names("v1.2/model", "v1.3/model")).containsExactly("v1.2/model", "v1.3/model");
  }

  @Test
  void foldersKeepTheirWholeName() throws IOException {
    Files.createDirectories(folder.resolve("llama-3.1"));
    Files.createDirectories(folder.resolve("llama-3.2"));
    assertThat(
            CandidateNames.of(
                List.of(
                    folder.resolve("llama-3.1"),
                    folder.resolve("llama-3.2/"),
                    folder.resolve("llama-3.3.pt"))))
        .containsExactly("llama-3.1", "llama-3.2", "llama-3.3");
    assertThat(names("/", "ft.pt")).containsExactly("/", "ft");
  }

  @Test
  void roundaboutPathsAreTakenStraight() {
    assertThat(names("runs/../ft-1.pt", "./ft-2.pt")).containsExactly("ft-1", "ft-2");
  }

  @Test
  void samePathTwiceIsRefused() {
    assertThatThrownBy(() -> names("/runs/ft.pt", "/runs/x/../ft.pt"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the same path twice in [/runs/ft.pt, /runs/ft.pt]");
  }

  @Test
  void downloadedModelsHaveTheirModelsName() {
    assertThat(names("hub/models--a--Qwen2.5/snapshots/1", "hub/models--b--y/snapshots/2"))
        .containsExactly("Qwen2.5", "y");
    assertThat(names("hub/models--a--x/snapshots/1", "hub/models--b--x/snapshots/2"))
        .containsExactly("a/x", "b/x");
    assertThat(names("hub/models--a--x/snapshots/1", "hub/models--a--x/snapshots/2"))
        .containsExactly("1", "2");
  }

  private static List<String> names(String... paths) {
    return CandidateNames.of(Stream.of(paths).map(Path::of).toList());
  }
}
