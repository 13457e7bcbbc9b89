package dev.stockpot.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class JsonWriterTest {

  private static final String[] PIECES = {
    "a", "\"", "\\", "/", "\b", "\f", "\n", "\r", "\t", "\0", "\u001f", "\u007f", "é", "€",
    "\u2028", "\uffff", "😀"
  };

  @Property(tries = 500, seed = "17")
  void whatIsWrittenIsReadBack(@ForAll long seed) {
    Json document = document(new Random(seed), 4);

    assertThat(JsonReader.read(JsonWriter.write(document))).isEqualTo(document);
    assertThat(JsonReader.read(JsonWriter.pretty(document))).isEqualTo(document);
  }

  private static Json document(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 6 : 8)) {
      case 0 -> new Json.Str(text(random));
      case 1 -> JsonWriter.of(random.nextLong());
      case 2 -> JsonWriter.of(Double.longBitsToDouble(random.nextLong()));
      case 3 -> JsonWriter.of(Float.intBitsToFloat(random.nextInt()));
      case 4 -> new Json.Bool(random.nextBoolean());
      case 5 -> Json.Null.NULL;
      case 6 -> {
        List<Json> elements = new ArrayList<>();
        for (int n = random.nextInt(5); n > 0; n--) {
          elements.add(document(random, depth - 1));
        }
        yield new Json.Arr(elements);
      }
      default -> {
        Map<String, Json> members = new LinkedHashMap<>();
        for (int n = random.nextInt(5); n > 0; n--) {
          members.put(text(random), document(random, depth - 1));
        }
        yield new Json.Obj(members);
      }
    };
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(12); n > 0; n--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  @Test
  void escapesAsTheReferenceImplementationOfSafetensorsDoes() {
    assertThat(JsonWriter.write(new Json.Str("\"\\/\b\f\n\r\t\0\u001f\u007fé😀\u2028")))
        .isEqualTo("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007fé😀\u2028\"");
  }

  @Test
  void writesObjectsCompactAndPretty() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("b", Arrays.asList(1, 2.5, null, true, "x"));
    members.put("a", Map.of());
    members.put("c", List.of());
    members.put("d", Map.of("e", List.of(0L)));
    Json document = JsonWriter.of(members);

    assertThat(JsonWriter.write(document))
        .isEqualTo("{\"b\":[1,2.5,null,true,\"x\"],\"a\":{},\"c\":[],\"d\":{\"e\":[0]}}");
    assertThat(JsonWriter.pretty(document))
        .isEqualTo(
            """
            {
              "b": [
                1,
                2.5,
                null,
                true,
                "x"
              ],
              "a": {},
              "c": [],
              "d": {
                "e": [
                  0
                ]
              }
            }
            """);
  }

  @Test
  void numbersThatAreNotFiniteBecomeNull() {
    List<Object> numbers = new ArrayList<>();
    numbers.add(Double.NaN);
    numbers.add(Double.POSITIVE_INFINITY);
    numbers.add(Float.NEGATIVE_INFINITY);

    assertThat(JsonWriter.write(JsonWriter.of(numbers))).isEqualTo("[null,null,null]");
  }

  @Test
  void refusesOtherTypes() {
    assertThatThrownBy(() -> JsonWriter.of(Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not JSON: class java.util.Optional");
  }

  @Test
  void refusesUnpairedSurrogates() {
    for (String text : List.of("a\ud800", "\udc00b", "\ud800\ud800\udc00", "\udc00\ud800")) {
      assertThatThrownBy(() -> JsonWriter.write(new Json.Str(text)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("unpaired surrogate in '");
    }
  }
}
