package dev.stockpot.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.eval.Batch;
import dev.stockpot.eval.Dataset;
import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.Targets;
import dev.stockpot.eval.TextTokenizer;
import dev.stockpot.eval.TokenPadding;
import dev.stockpot.eval.TokenRow;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import java.lang.foreign.Arena;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceTextTokenizerTest {
  @TempDir Path folder;

  /// Made with Hugging Face's `tokenizers` 0.23.2 for Python: `Tokenizer.from_file(f)`,
  /// `no_padding()`, `enable_truncation(max)` where it is not 0, `encode(first, second)`; the two
  /// tokenizers (BERT's kind and GPT-2's) were trained with it on a few sentences.
  @Test
  void idsAreThoseOfHuggingFace() throws Exception {
    List<String> golden = Files.readAllLines(resource("golden.jsonl"));
    assertThat(golden).hasSizeGreaterThan(90);
    for (String line : golden) {
      Map<String, Json> expected = ((Json.Obj) JsonReader.read(line)).members();
      long max = ((Json.Num) expected.get("max")).asLong();
      OptionalInt length = max == 0 ? OptionalInt.empty() : OptionalInt.of((int) max);
      Path file = resource(text(expected, "tokenizer") + ".json");
      try (TextTokenizer tokenizer = new HuggingFaceProvider().open(file, length)) {
        String second = text(expected, "second");
        TokenRow row =
            second.isEmpty()
                ? tokenizer.encode(text(expected, "first"))
                : tokenizer.encode(text(expected, "first"), second);
        assertThat(LongStream.range(0, row.length()).map(i -> row.id((int) i)))
            .as(line)
            .containsExactlyElementsOf(longs(expected, "ids"));
        assertThat(LongStream.range(0, row.length()).map(i -> row.type((int) i)))
            .as(line)
            .containsExactlyElementsOf(longs(expected, "types"));
      }
    }
  }

  @Test
  void aSetIsReadThroughTheProvider() throws Exception {
    Path table =
        Files.writeString(
            folder.resolve("t.csv"), "label,s2,s1\n1,x,A soup of models\n0,the lazy dog,x\n");
    SetSpec.Source source =
        new SetSpec.Source.Sentences(
            table,
            List.of("s1", "s2"),
            new SetSpec.Target.Label("label", List.of()),
            new SetSpec.Tokenization(
                resource("wordpiece.json"), OptionalInt.of(6), SetSpec.Padding.BATCH));
    try (Dataset set = Datasets.open(new SetSpec("test", Role.ID, source), InputSpec.AS_IS)) {
      Batch batch = set.batch(new int[] {0, 1}, Arena.ofAuto());
      assertThat(batch.input("input_ids").shape()).containsExactly(2L, 6L);
      assertThat(batch.input("token_type_ids").data().asLongBuffer().get(3)).isZero();
      assertThat(batch.input("token_type_ids").data().asLongBuffer().get(9)).isEqualTo(1);
      assertThat(((Targets.Classes) set.targets()).labels()).containsExactly(1, 0);
    }
  }

  @Test
  void paddingIsThatOfTheTokenizer() throws Exception {
    assertThat(padding(resource("wordpiece.json"))).isEqualTo(new TokenPadding(0, 0, false));
    assertThat(padding(resource("bpe.json"))).isEqualTo(TokenPadding.ZEROS);
    Path file = folder.resolve("tokenizer.json");
    Files.copy(resource("bpe.json"), file);
    Path config = folder.resolve("tokenizer_config.json");
    Files.writeString(config, "{\"pad_token\": \"dog\", \"padding_side\": \"left\"}");
    assertThat(padding(file)).isEqualTo(new TokenPadding(0, 0, true));
    Files.writeString(config, "{\"pad_token\": {\"content\": \"The\"}}");
    assertThat(padding(file)).isEqualTo(new TokenPadding(309, 0, false));
  }

  @Test
  void paddingInTheFileComesFirst() throws Exception {
    Path file = folder.resolve("tokenizer.json");
    String json = Files.readString(resource("wordpiece.json"));
    Files.writeString(
        file,
        json.replace("\"direction\":\"Right\"", "\"direction\":\"Left\"")
            .replace("\"pad_id\":0,\"pad_type_id\":0", "\"pad_id\":3,\"pad_type_id\":1"));
    assertThat(padding(file)).isEqualTo(new TokenPadding(3, 1, true));
  }

  @Test
  void whatIsNoTokenizerIsRefused() throws Exception {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, "[1]");
    assertThatThrownBy(() -> padding(file))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(file + ": is not a JSON object; copy it again");
    Files.writeString(file, "{");
    assertThatThrownBy(() -> padding(file))
        .isInstanceOf(EvaluationException.class)
        .hasMessageStartingWith(file + ": is not JSON: ");
    Files.writeString(file, "{\"model\": {}}");
    assertThatThrownBy(() -> padding(file))
        .isInstanceOf(EvaluationException.class)
        .hasMessageStartingWith(
            file + ": is no tokenizer.json that Hugging Face's library reads: ");
  }

  @Test
  void aLengthThatHasNoRoomForTheTextIsSaid() throws Exception {
    try (TextTokenizer tokenizer =
        new HuggingFaceProvider().open(resource("wordpiece.json"), OptionalInt.of(2))) {
      assertThatThrownBy(() -> tokenizer.encode("a soup", "of models"))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              resource("wordpiece.json")
                  + ": 'max-length' is 2, which has no room for the special tokens; make it"
                  + " larger");
    }
  }

  @Test
  void nothingIsLeftInTheHomeFolder() throws Exception {
    try (TextTokenizer _ =
        new HuggingFaceProvider().open(resource("bpe.json"), OptionalInt.empty())) {
      assertThat(Path.of(System.getProperty("ENGINE_CACHE_DIR"))).doesNotExist();
    }
  }

  private static TokenPadding padding(Path file) {
    try (TextTokenizer tokenizer = new HuggingFaceProvider().open(file, OptionalInt.empty())) {
      return tokenizer.padding();
    }
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(HuggingFaceTextTokenizerTest.class.getResource(name).toURI());
  }

  private static String text(Map<String, Json> members, String key) {
    return ((Json.Str) members.get(key)).value();
  }

  private static List<Long> longs(Map<String, Json> members, String key) {
    return ((Json.Arr) members.get(key))
        .elements().stream().map(number -> ((Json.Num) number).asLong()).toList();
  }
}
