package dev.stockpot.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class JsonWriterTest {

  @Property(tries = 500, seed = "17")
  void whatIsWrittenIsReadBack(@ForAll("documents") Json document) {
    assertThat(JsonReader.read(JsonWriter.write(document))).isEqualTo(document);
    assertThat(JsonReader.read(JsonWriter.pretty(document))).isEqualTo(document);
  }

  @Provide
  Arbitrary<Json> documents() {
    Arbitrary<String> texts =
        Arbitraries.strings()
            .withChars("a\"\\/\b\f\n\r\t\0\u001f\u007fé€\u2028\uffff")
            .ofMaxLength(12)
            .map(text -> text.length() % 3 == 1 ? text + "😀" : text);
    Arbitrary<Json> leaves =
        Arbitraries.oneOf(
            texts.map(Json.Str::new),
            Arbitraries.longs().map(JsonWriter::of),
            Arbitraries.doubles().map(JsonWriter::of),
            Arbitraries.bigDecimals().map(JsonWriter::of),
            Arbitraries.of(true, false).map(Json.Bool::new),
            Arbitraries.just(Json.Null.NULL));
    return Arbitraries.lazyOf(
        () -> leaves,
        () -> leaves,
        () -> documents().list().ofMaxSize(4).map(Json.Arr::new),
        () -> Arbitraries.maps(texts, documents()).ofMaxSize(4).map(Json.Obj::new));
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
