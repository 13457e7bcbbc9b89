package dev.stockpot.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.internal.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompanionsTest {
  @TempDir private Path folder;

  /// What is downloaded instead of a large tokenizer.json is told as such.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "version https://git-lfs.github.com/spec/v1|: is a Git LFS"
            + " pointer instead of the file; fetch the file with: git lfs pull",
        "<!doctype html>|: is a web page or XML, not a JSON file; download it again",
        "{\"model\": nil}|: is not valid JSON: expected a JSON value, at byte 10",
        "{|: is not valid JSON: the JSON document ends too early, at byte 1",
        "[1]|: is not a JSON object"
      })
  void aFileThatIsNoJsonObjectIsToldByWhatItIs(String text, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), text);
    assertThatThrownBy(() -> Companions.of(folder).json("tokenizer.json"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + message);
  }

  @Test
  void whatIsNotThereIsAbsentAndOthersTakeItsPlace() {
    Companions none = Companions.of(folder);
    assertThat(none.json("tokenizer.json")).isEmpty();
    assertThat(none.config()).isEmpty();
    assertThat(none.with(Map.of("config.json", "{\"a\": true}")).config())
        .containsExactly(Map.entry("a", new Json.Bool(true)));
  }
}
