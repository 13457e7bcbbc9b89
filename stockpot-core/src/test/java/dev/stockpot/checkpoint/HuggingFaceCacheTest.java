package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceCacheTest {
  @TempDir private Path folder;

  @Test
  void environmentSaysWhereItIs() {
    Path home = Path.of("home");
    assertThat(HuggingFaceCache.of(Map.of(), home).folder())
        .isEqualTo(Path.of("home/.cache/huggingface/hub"));
    assertThat(HuggingFaceCache.of(Map.of("XDG_CACHE_HOME", "xdg"), home).folder())
        .isEqualTo(Path.of("xdg/huggingface/hub"));
    assertThat(HuggingFaceCache.of(Map.of("XDG_CACHE_HOME", "xdg", "HF_HOME", "hf"), home).folder())
        .isEqualTo(Path.of("hf/hub"));
    assertThat(HuggingFaceCache.of(Map.of("HF_HUB_CACHE", "cache", "HF_HOME", "hf"), home).folder())
        .isEqualTo(Path.of("cache"));
    assertThat(HuggingFaceCache.of(Map.of("HF_HUB_CACHE", ""), home).folder())
        .isEqualTo(Path.of("home/.cache/huggingface/hub"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"org/name", "Qwen/Qwen2.5-0.5B", "_a/b_c.d"})
  void modelsHaveAnOwnerAndAName(String word) {
    assertThat(HuggingFaceCache.isModel(word)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"name", "a/b/c", "/a", "../a", "a/..", "./a", "a--b/c", "a/b.safetensors", "a/*"})
  void pathsAreNoModels(String word) {
    assertThat(HuggingFaceCache.isModel(word)).isFalse();
  }

  @Test
  void findsTheCommitOfTheMainBranch() throws IOException {
    HuggingFaceCache cache = new HuggingFaceCache(folder);
    assertThat(cache.find("org/name")).isEmpty();
    Path model = folder.resolve("models--org--name");
    Path snapshot = Files.createDirectories(model.resolve("snapshots/abc123"));
    assertThat(cache.find("org/name")).isEmpty();
    Files.createDirectories(model.resolve("refs"));
    Files.writeString(model.resolve("refs/main"), "abc123\n");
    assertThat(cache.find("org/name")).contains(snapshot);
    Files.writeString(model.resolve("refs/main"), "other");
    assertThat(cache.find("org/name")).isEmpty();
  }

  @Test
  void refuseARefThatIsAPath() throws IOException {
    Path ref = folder.resolve("models--org--name/refs/main");
    Files.createDirectories(ref.getParent());
    Files.writeString(ref, "../../elsewhere");
    assertThatThrownBy(() -> new HuggingFaceCache(folder).find("org/name"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(ref + ": holds no commit; download the model again");
  }

  @Test
  void snapshotsAreKnownByTheirModel() {
    assertThat(HuggingFaceCache.modelOf(Path.of("hub/models--org--a-b/snapshots/1f")))
        .contains("org/a-b");
    assertThat(HuggingFaceCache.modelOf(Path.of("hub/models--org--a/blobs/1f"))).isEmpty();
    assertThat(HuggingFaceCache.modelOf(Path.of("/snapshots/1f"))).isEmpty();
    assertThat(HuggingFaceCache.modelOf(Path.of("a/snapshots/1f"))).isEmpty();
  }
}
