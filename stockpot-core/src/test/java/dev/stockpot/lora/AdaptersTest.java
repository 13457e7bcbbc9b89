package dev.stockpot.lora;

import static dev.stockpot.lora.TestAdapters.config;
import static dev.stockpot.lora.TestAdapters.linear;
import static dev.stockpot.lora.TestAdapters.numbers;
import static dev.stockpot.lora.TestAdapters.random;
import static dev.stockpot.lora.TestAdapters.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.HuggingFaceCache;
import dev.stockpot.checkpoint.OpenOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where the base of an adapter is found.
class AdaptersTest {
  @TempDir private Path folder;

  private Adapters adapters;
  private Path base;
  private Path adapter;

  @BeforeEach
  void prepare() {
    adapters = new Adapters(new HuggingFaceCache(folder.resolve("cache")));
    base = write(folder.resolve("base.safetensors"), Map.of("fc.weight", fc(3)));
    adapter = adapter("");
  }

  @Test
  void aGivenBaseWinsOverTheConfigs() throws IOException {
    configure("\"org/elsewhere\"");
    check(adapter, Optional.of(base));
  }

  @Test
  void theConfigsBaseIsRelativeToTheAdapterOrInTheCache() throws IOException {
    configure("\"../base.safetensors\"");
    check(adapter, Optional.empty());
    configure("\"" + base + "\"");
    check(adapter, Optional.empty());

    configure("\"org/llama\"");
    Path home = folder.resolve("cache/models--org--llama");
    Files.createDirectories(home.resolve("refs"));
    Files.writeString(home.resolve("refs/main"), "0123");
    Path snapshot = Files.createDirectories(home.resolve("snapshots/0123"));
    Files.copy(base, snapshot.resolve("model.safetensors"));
    check(adapter, Optional.empty());
    check(Path.of("org/llama+" + adapter), Optional.empty());
    try (Checkpoint adapted = adapters.open(adapter, Optional.empty(), OpenOptions.NONE)) {
      assertThat(adapted.companions()).contains(snapshot);
    }
  }

  @Test
  void baseAndAdapterAreNamedTogether() {
    check(Path.of(base + "+" + adapter), Optional.empty());
    assertThat(adapters.reference(Path.of(base + "+" + adapter)))
        .contains(new Adapters.Reference(base, adapter));
    assertThat(adapters.reference(Path.of(base + "+" + base))).isEmpty();
    assertThat(adapters.reference(Path.of(base + "+"))).isEmpty();
    assertThat(adapters.reference(Path.of("+" + adapter))).isEmpty();
  }

  @Test
  void theHalfThatIsMissingIsNamed() {
    assertMissing(
        base + "+none", "the adapter 'none' is neither a path nor in the Hugging Face cache");
    assertMissing(
        "none+" + adapter, "the base 'none' is neither a path nor in the Hugging Face cache");
    assertMissing(
        base + "+" + base, "'" + base + "' is no folder of a LoRA adapter (adapter_config.json)");
    assertMissing("none+neither", "no such file or folder");
  }

  private void assertMissing(String word, String message) {
    assertThatThrownBy(() -> adapters.open(Path.of(word), Optional.empty(), OpenOptions.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(word + ": " + message);
  }

  @Test
  void aPlusInANameIsNoReference() throws IOException {
    Path plain = Files.copy(base, folder.resolve("a+b.safetensors"));
    try (Checkpoint checkpoint = adapters.open(plain, Optional.empty(), OpenOptions.NONE)) {
      assertThat(checkpoint.tensors()).containsOnlyKeys("fc.weight");
    }
    Path other = Files.createDirectory(folder.resolve("runs+1"));
    Files.copy(base, other.resolve("base.safetensors"));
    check(Path.of(other.resolve("base.safetensors") + "+" + adapter), Optional.empty());
  }

  @Test
  void aBaseThatIsNotThereIsToldOf() throws IOException {
    Path file = adapter.resolve(AdapterConfig.FILE);
    configure("null");
    assertFault(file + ": names no base (base_model_name_or_path); give it with --base");
    configure("\"org/elsewhere\"");
    assertFault(
        file
            + ": the base 'org/elsewhere' is neither a path nor in the Hugging Face cache ("
            + folder.resolve("cache")
            + "); give it with --base, or get it: hf download org/elsewhere");
    configure("\"/no/such/base\\u0000\"");
    assertFault(
        file
            + ": the base '/no/such/base\\u0000' is neither a path nor in the Hugging Face cache ("
            + folder.resolve("cache")
            + "); give it with --base");
    assertThatThrownBy(() -> adapters.open(Path.of("a+b"), Optional.empty(), OpenOptions.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("a+b: no such file or folder");
  }

  @Test
  void filesAreThoseOfBoth() {
    try (Checkpoint adapted = adapters.open(adapter, Optional.of(base), OpenOptions.NONE)) {
      assertThat(adapted.path()).isEqualTo(adapter);
      assertThat(adapted.files())
          .isEqualTo(
              List.of(
                  adapter.resolve("adapter_model.safetensors"),
                  adapter.resolve(AdapterConfig.FILE),
                  base));
    }
  }

  private void check(Path path, Optional<Path> given) {
    try (Checkpoint adapted = adapters.open(path, given, OpenOptions.NONE);
        Checkpoint expected = adapters.open(adapter, Optional.of(base), OpenOptions.NONE)) {
      assertThat(adapted).isInstanceOf(AdaptedCheckpoint.class);
      assertThat(numbers(adapted, "fc.weight")).isEqualTo(numbers(expected, "fc.weight"));
    }
  }

  private void assertFault(String message) {
    assertThatThrownBy(() -> adapters.open(adapter, Optional.empty(), OpenOptions.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(message);
  }

  private void configure(String name) throws IOException {
    Files.writeString(
        adapter.resolve(AdapterConfig.FILE),
        "{\"peft_type\": \"LORA\", \"r\": 2, \"base_model_name_or_path\": " + name + "}");
  }

  private Path adapter(String suffix) {
    return TestAdapters.adapter(
        folder.resolve("adapter" + suffix),
        config(2, 2),
        linear(random(DType.F32, 1, 2, 4), random(DType.F32, 2, 4, 2)));
  }

  private static TestAdapters.Filled fc(long seed) {
    return random(DType.F32, seed, 4, 4);
  }
}
