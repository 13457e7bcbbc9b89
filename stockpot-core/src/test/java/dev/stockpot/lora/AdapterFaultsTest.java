package dev.stockpot.lora;

import static dev.stockpot.lora.TestAdapters.config;
import static dev.stockpot.lora.TestAdapters.linear;
import static dev.stockpot.lora.TestAdapters.random;
import static dev.stockpot.lora.TestAdapters.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.lora.TestAdapters.Filled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Adapters that are not what they should be.
class AdapterFaultsTest {
  private static final String P = "base_model.model.";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|expected an object, found an array",
        "{\"r\": NaN}|is not valid JSON: expected a JSON value, at byte 6",
        "{}|peft_type is missing; only LORA adapters can be applied",
        "{\"peft_type\": \"IA3\"}|peft_type is 'IA3'; only LORA adapters can be applied",
        "{\"peft_type\": 1}|peft_type: expected a string, found a number",
        "{\"peft_type\": \"LORA\", \"r\": 0}|r is 0; a rank is at least 1",
        "{\"peft_type\": \"LORA\", \"r\": -1}|r is -1; a rank is at least 1",
        "{\"peft_type\": \"LORA\", \"r\": 3000000000}|r is 3000000000; a rank is at least 1",
        "{\"peft_type\": \"LORA\", \"r\": 1.5}|r is 1.5; expected a whole number",
        "{\"peft_type\": \"LORA\", \"r\": \"8\"}|r: expected a whole number, found a string",
        "{\"peft_type\": \"LORA\", \"lora_alpha\": 1e999}"
            + "|lora_alpha is 1e999; expected a finite number",
        "{\"peft_type\": \"LORA\", \"lora_alpha\": [1]}"
            + "|lora_alpha: expected a number, found an array",
        "{\"peft_type\": \"LORA\", \"use_rslora\": 1}"
            + "|use_rslora: expected true or false, found a number",
        "{\"peft_type\": \"LORA\", \"rank_pattern\": []}"
            + "|rank_pattern: expected an object, found an array",
        "{\"peft_type\": \"LORA\", \"rank_pattern\": {\"q\": 0}}"
            + "|rank_pattern 'q' is 0; a rank is at least 1",
        "{\"peft_type\": \"LORA\", \"alpha_pattern\": {\"q\": null}}"
            + "|alpha_pattern 'q': expected a number, found null",
        "{\"peft_type\": \"LORA\", \"target_modules\": [1]}"
            + "|target_modules: expected a string, found a number",
        "{\"peft_type\": \"LORA\", \"target_modules\": 1}"
            + "|target_modules: expected a list of names, found a number",
        "{\"peft_type\": \"LORA\", \"bias\": \"some\"}"
            + "|bias is 'some'; expected none, all or lora_only",
        "{\"peft_type\": \"LORA\", \"use_dora\": true}"
            + "|use_dora is set, which is more than W + s·BA; merge the adapter with PEFT"
            + " (merge_and_unload) and use the result",
        "{\"peft_type\": \"LORA\", \"layer_replication\": [[0, 2]]}"
            + "|layer_replication is set, which is more than W + s·BA; merge the adapter with PEFT"
            + " (merge_and_unload) and use the result",
        "{\"peft_type\": \"LORA\", \"init_lora_weights\": \"pissa_niter_4\"}"
            + "|init_lora_weights 'pissa_niter_4' changed the base before the training; save the"
            + " adapter again with PEFT (path_initial_model_for_weight_conversion), or merge it"
            + " there",
      })
  void badConfigsAreToldOf(String json, String what) throws IOException {
    Path file = Files.writeString(folder.resolve(AdapterConfig.FILE), json);
    assertThatThrownBy(() -> AdapterConfig.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": " + what);
  }

  @Test
  void patternsThatAreNoneAreToldOf() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve(AdapterConfig.FILE),
            "{\"peft_type\": \"LORA\", \"rank_pattern\": {\"q[\": 4}}");
    assertThatThrownBy(() -> AdapterConfig.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": rank_pattern 'q[' is no pattern of module names: ");
  }

  /// Python would match this until the end of days.
  @Test
  void patternsThatTakeForeverAreRefused() {
    String module = "a".repeat(60) + "b";
    Path adapter =
        TestAdapters.adapter(
            folder.resolve("a"),
            "{\"peft_type\": \"LORA\", \"r\": 2, \"rank_pattern\": {\"(.*a){25}\": 4}}",
            Map.of(
                P + module + ".lora_A.weight", random(DType.F32, 1, 2, 4),
                P + module + ".lora_B.weight", random(DType.F32, 1, 4, 2)));
    assertThatThrownBy(() -> Adapter.open(adapter))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            adapter.resolve("adapter_model.safetensors")
                + ": tensor '"
                + P
                + module
                + ".lora_A.weight': a pattern in adapter_config.json takes more than 10000"
                + " steps");
    assertThatThrownBy(() -> ModulePattern.matches("(a|b)*", "a".repeat(100_000) + "c"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ModulePattern.matches("a".repeat(1001), ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("has more than 1000 characters");
  }

  @Test
  void everyBadTensorIsToldOf() {
    Map<String, Filled> tensors = new LinkedHashMap<>();
    tensors.put(P + "a.lora_A.weight", random(DType.F32, 1, 2, 4));
    tensors.put(P + "b.lora_A.weight", random(DType.F32, 1, 3, 4));
    tensors.put(P + "b.lora_B.weight", random(DType.F32, 1, 4, 3));
    tensors.put(P + "c.lora_B.bias", random(DType.F32, 1, 4));
    tensors.put(P + "d.lora_magnitude_vector", random(DType.F32, 1, 4));
    tensors.put(P + "e.lora_A.one.weight", random(DType.F32, 1, 2, 4));
    tensors.put(P + "e.lora_A.two.weight", random(DType.F32, 1, 2, 4));
    tensors.put(P + "f.lora_A.weight", random(DType.F32, 1, 2, 4));
    tensors.put(P + "f.lora_B.weight", random(DType.F32, 1, 2));
    tensors.put(P + "g.lora_A.weight", random(DType.F32, 1, 2, 4, 3, 3));
    tensors.put(P + "g.lora_B.weight", random(DType.F32, 1, 4, 2, 3, 3));
    Path adapter = TestAdapters.adapter(folder.resolve("a"), config(2, 2), tensors);
    String at = "\n  " + adapter.resolve("adapter_model.safetensors") + ": tensor '" + P;
    assertThatThrownBy(() -> Adapter.open(adapter))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "some tensors of the adapter cannot be used, 8 faults:"
                + at
                + "c.lora_B.bias': is none of lora_A, lora_B, lora_embedding_A, lora_embedding_B"
                + at
                + "d.lora_magnitude_vector': is of DoRA, which is more than W + s·BA"
                + at
                + "e.lora_A.two.weight': is one adapter's and '"
                + P
                + "e.lora_A.one.weight' another's; save them apart"
                + at
                + "a.lora_A.weight': has no B beside it"
                + at
                + "b.lora_A.weight': shape [3, 4] is of rank 3, but adapter_config.json says 2"
                + at
                + "e.lora_A.two.weight': has no B beside it"
                + at
                + "f.lora_B.weight': shape [2] does not fit A's, which is [2, 4]"
                + at
                + "g.lora_B.weight': shape [4, 2, 3, 3]; expected 1 after the first two");
  }

  @Test
  void everythingThatDoesNotFitTheBaseIsToldOf() {
    Map<String, Filled> base = new LinkedHashMap<>();
    base.put("a.weight", random(DType.F32, 1, 4, 5));
    base.put("b.weight", random(DType.F32, 1, 4));
    base.put("m.d.weight", random(DType.F32, 1, 4, 4));
    Path under = write(folder.resolve("base.safetensors"), base);
    Map<String, Filled> tensors = new LinkedHashMap<>();
    for (String module : List.of("a", "c", "lm_head", "d", "x.m.d")) {
      tensors.put(P + module + ".lora_A.weight", random(DType.F32, 1, 2, 4));
      tensors.put(P + module + ".lora_B.weight", random(DType.F32, 1, 4, 2));
    }
    tensors.put(P + "b.weight", random(DType.F32, 1, 5));
    tensors.put(P + "score.modules_to_save.weight", random(DType.F32, 1, 5));
    Path adapter = TestAdapters.adapter(folder.resolve("a"), config(2, 2), tensors);
    String at = "\n  " + adapter.resolve("adapter_model.safetensors") + ": tensor '" + P;
    assertThatThrownBy(() -> new Adapters().open(adapter, Optional.of(under), OpenOptions.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            adapter
                + ": does not fit its base, 6 faults:"
                + at
                + "b.weight': shape [5] differs from [4] of 'b.weight' in "
                + under
                + ", whose place it takes"
                + at
                + "score.modules_to_save.weight': adapts 'score.weight', which is not in "
                + under
                + "; is that the adapter's base?"
                + at
                + "a.lora_A.weight': B·A is 4 × 4, but 'a.weight' has shape [4, 5] in "
                + under
                + at
                + "c.lora_A.weight': adapts 'c.weight', which is not in "
                + under
                + "; is that the adapter's base?"
                + at
                + "lm_head.lora_A.weight': adapts 'lm_head.weight', which is not in "
                + under
                + "; where config.json has tie_word_embeddings it is the embedding itself"
                + at
                + "x.m.d.lora_A.weight': goes to 'm.d.weight' in "
                + under
                + ", as '"
                + P
                + "d.lora_A.weight' does");
  }

  @Test
  void aQuantisedBaseIsRefused() throws IOException {
    Path golden = TestAdapters.GOLDEN;
    Path under = folder.resolve("base.safetensors");
    byte[] bytes = Files.readAllBytes(golden.resolve("fan-in-fan-out.base.safetensors"));
    // I32 is as long in the header as F32.
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    Files.writeString(under, text.replace("F32", "I32"), StandardCharsets.ISO_8859_1);
    Path adapter = golden.resolve("fan-in-fan-out");
    assertThatThrownBy(() -> new Adapters().open(adapter, Optional.of(under), OpenOptions.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "adapts 'h.0.attn.c_attn.weight', which is I32 in "
                + under
                + "; give the base unquantised, in a float type");
  }

  @Test
  void foldersThatAreNoAdaptersAreToldOf() throws IOException {
    assertThat(Adapter.isAdapter(folder)).isFalse();
    Path config = Files.writeString(folder.resolve(AdapterConfig.FILE), config(2, 2));
    assertThat(Adapter.isAdapter(folder)).isTrue();
    assertThatThrownBy(() -> Adapter.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            folder + ": holds no adapter: looked for adapter_model.safetensors, adapter_model.bin");
    write(
        folder.resolve("adapter_model.safetensors"),
        Map.of("fc.weight", random(DType.F32, 1, 2, 2)));
    assertThatThrownBy(() -> Adapter.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            folder.resolve("adapter_model.safetensors")
                + ": holds no LoRA tensors, such as base_model.model.fc.lora_A.weight");
    Files.delete(config);
    assertThatThrownBy(() -> Adapter.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            folder
                + ": has no adapter_config.json, without which rank and alpha are not known; PEFT"
                + " writes it beside adapter_model.safetensors");
  }

  @Test
  void factorsOfOtherTypesAreRefused() throws IOException {
    Path adapter =
        TestAdapters.adapter(
            folder.resolve("a"),
            config(2, 2),
            linear(random(DType.F32, 1, 2, 4), random(DType.F32, 1, 4, 2)));
    Path file = adapter.resolve("adapter_model.safetensors");
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    Files.writeString(file, text.replace("F32", "U32"), StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> Adapter.open(adapter))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "some tensors of the adapter cannot be used, 2 faults:\n  %s: tensor '%s': %s\n  %s:"
                    .formatted(file, P + "fc.lora_A.weight", "dtype U32 is not a float type", file)
                + " tensor '"
                + P
                + "fc.lora_B.weight': dtype U32 is not a float type");
  }
}
