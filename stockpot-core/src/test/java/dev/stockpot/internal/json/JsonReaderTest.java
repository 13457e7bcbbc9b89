package dev.stockpot.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {

  @Test
  void readsEveryKindOfValue() {
    Json read = JsonReader.read(" {\"a\" : [1, -0.5e+3, true,\tfalse, null, \"x\", {}, []]\r\n} ");

    assertThat(read)
        .isEqualTo(
            new Json.Obj(
                Map.of(
                    "a",
                    new Json.Arr(
                        List.of(
                            new Json.Num("1"),
                            new Json.Num("-0.5e+3"),
                            new Json.Bool(true),
                            new Json.Bool(false),
                            Json.Null.NULL,
                            new Json.Str("x"),
                            new Json.Obj(Map.of()),
                            new Json.Arr(List.of()))))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "10",
        "0.10",
        "1e5",
        "1E-5",
        "1.5e+05",
        "-123456789012345678901234567890"
      })
  void keepsNumbersAsWritten(String number) {
    assertThat(JsonReader.read(number)).isEqualTo(new Json.Num(number));
  }

  @Test
  void decodesEscapes() {
    assertThat(
            JsonReader.read("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u00e9\\u20AC\\ud83d\\ude00z\""))
        .isEqualTo(new Json.Str("a\"\\/\b\f\n\r\t\0é€😀z"));
  }

  @Test
  void keepsUnescapedText() {
    assertThat(JsonReader.read("\"\u007fé€😀\u2028\"")).isEqualTo(new Json.Str("\u007fé€😀\u2028"));
  }

  @Test
  void keepsTheOrderOfMembers() {
    Json.Obj read = (Json.Obj) JsonReader.read("{\"b\":1,\"a\":2,\"\":3}");

    assertThat(read.members().keySet()).containsExactly("b", "a", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"a\":1}"})
  void objectsCannotBeChanged(String text) {
    Json.Obj read = (Json.Obj) JsonReader.read(text);

    assertThatThrownBy(() -> read.members().put("b", Json.Null.NULL))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void readsAsDeepAsTheLimit() {
    int depth = JsonReader.MAX_DEPTH;

    assertThat(JsonReader.read("[".repeat(depth) + "0" + "]".repeat(depth)))
        .isInstanceOf(Json.Arr.class);
    assertRefused("[".repeat(depth + 1) + "]".repeat(depth + 1), 128, "nesting deeper than 128");
    assertRefused("{\"a\":".repeat(depth + 1), 640, "nesting deeper than 128");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``         | 0 | the JSON document ends too early",
        "`  `       | 2 | the JSON document ends too early",
        "[          | 1 | the JSON document ends too early",
        "[1         | 2 | the JSON document ends too early",
        "[1,        | 3 | the JSON document ends too early",
        "[1,]       | 3 | expected a JSON value",
        "[,1]       | 1 | expected a JSON value",
        "[1 2]      | 3 | expected ','",
        "]          | 0 | expected a JSON value",
        "{          | 1 | the JSON document ends too early",
        "{\"a\"     | 4 | the JSON document ends too early",
        "{\"a\" 1}  | 5 | expected ':'",
        "{\"a\":}   | 5 | expected a JSON value",
        "{\"a\":1,} | 7 | expected a member's name in quotes",
        "{a:1}      | 1 | expected a member's name in quotes",
        "{'a':1}    | 1 | expected a member's name in quotes",
        "{\"a\":1 \"b\":2} | 7 | expected ','",
        "{\"a\":1,\"b\":2,\"a\":3} | 13 | duplicate name 'a'",
        "{\"a\":1,\"\\u0061\":3} | 7 | duplicate name 'a'",
        "{}{}       | 2 | text after the end of the JSON document",
        "1 // x     | 2 | text after the end of the JSON document",
        "/**/1      | 0 | expected a JSON value",
        "01         | 1 | text after the end of the JSON document",
        "-01        | 2 | text after the end of the JSON document",
        "1x         | 1 | text after the end of the JSON document",
        "0x10       | 1 | text after the end of the JSON document",
        "+1         | 0 | expected a JSON value",
        ".5         | 0 | expected a JSON value",
        "[5.]       | 1 | malformed number",
        "-          | 0 | malformed number",
        "-a         | 0 | malformed number",
        "1e         | 0 | malformed number",
        "1e+        | 0 | malformed number",
        "1.e5       | 0 | malformed number",
        "NaN        | 0 | expected a JSON value",
        "Infinity   | 0 | expected a JSON value",
        "-Infinity  | 0 | malformed number",
        "tru        | 0 | expected a JSON value",
        "[nul]      | 1 | expected a JSON value",
        "True       | 0 | expected a JSON value",
        "truex      | 4 | text after the end of the JSON document",
        "\"a        | 2 | the JSON document ends too early",
        "\"a\\      | 3 | the JSON document ends too early",
        "\"a\\u12   | 6 | the JSON document ends too early",
        "\"\\x\"    | 2 | unknown escape in a string",
        "\"\\u12g4\" | 5 | \\u needs four hexadecimal digits",
        "\"\\u+123\" | 3 | \\u needs four hexadecimal digits",
        "\"a\\ud800\" | 2 | unpaired surrogate in a string",
        "\"a\\udc00\" | 2 | unpaired surrogate in a string",
        "\"a\\ud800b\" | 2 | unpaired surrogate in a string",
        "\"a\\ud800\\n\" | 2 | unpaired surrogate in a string",
        "\"\\ud800\\ud800\" | 1 | unpaired surrogate in a string",
        "\"\\ud83d😀\" | 1 | unpaired surrogate in a string",
      })
  void refuses(String text, int offset, String message) {
    assertRefused(text, offset, message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, '\t', '\n', '\r', 0x1f})
  void refusesControlCharactersInStrings(int c) {
    assertRefused("\"a" + (char) c + "\"", 2, "control character in a string");
    assertRefused("\"\\n" + (char) c + "\"", 3, "control character in a string");
  }

  @ParameterizedTest
  @ValueSource(ints = {'\f', 0x0b, 0, 0xa0, 0xfeff})
  void refusesOtherSpace(int c) {
    assertRefused("[" + (char) c + "]", 1, "expected a JSON value");
  }

  @ParameterizedTest
  @CsvSource({
    "22ff22, 1",
    "226180 22, 2",
    "22c0af22, 1",
    "22e080af22, 1",
    "22f08080af22, 1",
    "22eda08022, 1",
    "22f490808022, 1",
    "22c322, 1",
    "2261e282 22, 2",
    "22c3a9ff22, 3",
    "225c6ec3a9fe22, 5"
  })
  void refusesInvalidUtf8WhereItBegins(String hex, int offset) {
    byte[] text = HexFormat.of().parseHex(hex.replace(" ", ""));

    assertThatThrownBy(() -> JsonReader.read(text))
        .isInstanceOfSatisfying(JsonException.class, e -> assertThat(e.offset()).isEqualTo(offset))
        .hasMessage("invalid UTF-8 in a string");
  }

  @Test
  void refusesAByteOrderMark() {
    assertRefused("\ufeff1", 0, "expected a JSON value");
  }

  @Test
  void bytesBeyondAsciiAreNoEndOfTheDocument() {
    assertThatThrownBy(() -> JsonReader.read(new byte[] {'1', (byte) 0xff}))
        .isInstanceOf(JsonException.class)
        .hasMessage("text after the end of the JSON document");
  }

  @Test
  void tellsDuplicatesWithinBounds() {
    String name = "\u0007" + "n".repeat(1000);
    String quoted = JsonWriter.write(new Json.Str(name));

    assertRefused(
        "{" + quoted + ":1," + quoted + ":2}",
        quoted.length() + 4,
        "duplicate name '\\u0007" + "n".repeat(299) + "… (1001 characters)'");
  }

  @Test
  void findsMembers() {
    byte[] text = " { \"b\" : [{\"a\":1}], \"\\u0061\" : 2 }".getBytes(StandardCharsets.UTF_8);

    assertThat(JsonReader.offsetOf(text, "b")).isEqualTo(9);
    assertThat(JsonReader.offsetOf(text, "a")).isEqualTo(31);
    assertThatThrownBy(() -> JsonReader.offsetOf(text, "c")).isInstanceOf(JsonException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "0e99999, 0",
    "1.0, 1",
    "1e3, 1000",
    "1200e-2, 12",
    "9223372036854775807, 9223372036854775807",
    "-9223372036854775808, -9223372036854775808"
  })
  void numbersAreExactLongs(String text, long value) {
    assertThat(new Json.Num(text).asLong()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.5",
        "1e-3",
        "9223372036854775808",
        "-9223372036854775809",
        "1e19",
        "1e999999999",
        "1e-999999999",
        "1e2147483647",
        "1e-2147483647",
        "1e2147483648",
        "1e99999999999999999999",
        "1.0000000000000000000000000000000000000000"
      })
  void otherNumbersAreNoLongs(String text) {
    assertThatThrownBy(() -> new Json.Num(text).asLong()).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void numbersAreDoubles() {
    assertThat(new Json.Num("0.1").asDouble()).isEqualTo(0.1);
    assertThat(new Json.Num("1e999").asDouble()).isInfinite();
  }

  private static void assertRefused(String text, int offset, String message) {
    assertThatThrownBy(() -> JsonReader.read(text))
        .isInstanceOfSatisfying(JsonException.class, e -> assertThat(e.offset()).isEqualTo(offset))
        .hasMessage(message);
  }
}
