package dev.stockpot.internal.json;

import dev.stockpot.internal.text.Excerpt;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A strict JSON reader (RFC 8259): UTF-8 only, no duplicate names, no trailing text, bounded
/// depth.
///
/// Memory is linear in the document; nesting is limited so that a hostile header cannot overflow
/// the stack.
public final class JsonReader {
  /// Deepest nesting that is read.
  public static final int MAX_DEPTH = 128;

  private final byte[] text;
  private int at;

  private JsonReader(byte[] text) {
    this.text = text;
  }

  /// Reads one document.
  ///
  /// @param text UTF-8 without a byte order mark
  /// @throws JsonException where the text is not strict JSON
  public static Json read(byte[] text) {
    JsonReader reader = new JsonReader(text);
    reader.skipSpace();
    Json value = reader.value(0);
    reader.skipSpace();
    if (reader.at < text.length) {
      throw reader.error("text after the end of the JSON document");
    }
    return value;
  }

  /// Reads one document from a string.
  ///
  /// @throws JsonException where the text is not strict JSON; offsets count UTF-8 bytes
  public static Json read(String text) {
    return read(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Where the value of a member of the outermost object begins; for messages about it.
  ///
  /// @throws JsonException if the document is no object with such a member
  public static int offsetOf(byte[] text, String member) {
    JsonReader reader = new JsonReader(text);
    reader.skipSpace();
    reader.expect('{');
    while (true) {
      reader.skipSpace();
      String name = reader.name();
      if (name.equals(member)) {
        return reader.at;
      }
      reader.value(1);
      reader.skipSpace();
      reader.expect(',');
    }
  }

  /// @param depth how many objects and arrays there are around the value
  private Json value(int depth) {
    return switch (peek()) {
      case '{' -> object(deeper(depth));
      case '[' -> array(deeper(depth));
      case '"' -> new Json.Str(string());
      case 't' -> literal("true", new Json.Bool(true));
      case 'f' -> literal("false", new Json.Bool(false));
      case 'n' -> literal("null", Json.Null.NULL);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw error("expected a JSON value");
    };
  }

  private int deeper(int depth) {
    if (depth == MAX_DEPTH) {
      throw error("nesting deeper than " + MAX_DEPTH);
    }
    return depth + 1;
  }

  private Json object(int depth) {
    at++;
    Map<String, Json> members = new LinkedHashMap<>();
    skipSpace();
    if (peek() == '}') {
      at++;
      return new Json.Obj(Map.of());
    }
    while (true) {
      skipSpace();
      int start = at;
      String name = name();
      if (members.putIfAbsent(name, value(depth)) != null) {
        throw new JsonException("duplicate name '" + Excerpt.of(name) + "'", start);
      }
      skipSpace();
      if (peek() == '}') {
        at++;
        return new Json.Obj(Collections.unmodifiableMap(members));
      }
      expect(',');
    }
  }

  private Json array(int depth) {
    at++;
    List<Json> elements = new ArrayList<>();
    skipSpace();
    if (peek() == ']') {
      at++;
      return new Json.Arr(List.of());
    }
    while (true) {
      skipSpace();
      elements.add(value(depth));
      skipSpace();
      if (peek() == ']') {
        at++;
        return new Json.Arr(Collections.unmodifiableList(elements));
      }
      expect(',');
    }
  }

  /// A member's name and the colon after it.
  private String name() {
    if (peek() != '"') {
      throw error("expected a member's name in quotes");
    }
    String name = string();
    skipSpace();
    expect(':');
    skipSpace();
    return name;
  }

  private String string() {
    at++;
    String start = plain();
    if (text[at] == '"') {
      at++;
      return start;
    }
    StringBuilder string = new StringBuilder(start);
    while (text[at] == '\\') {
      at++;
      escape(string);
      string.append(plain());
    }
    at++;
    return string.toString();
  }

  /// Characters up to the next quote or backslash.
  private String plain() {
    int start = at;
    boolean ascii = true;
    for (int b = peek(); b != '"' && b != '\\'; b = peek()) {
      if (b >= 0 && b < 0x20) {
        throw error("control character in a string");
      }
      ascii &= b >= 0;
      at++;
    }
    return ascii
        ? new String(text, start, at - start, StandardCharsets.US_ASCII)
        : decode(start, at);
  }

  private void escape(StringBuilder string) {
    int b = peek();
    switch (b) {
      case '"', '\\', '/' -> string.append((char) b);
      case 'b' -> string.append('\b');
      case 'f' -> string.append('\f');
      case 'n' -> string.append('\n');
      case 'r' -> string.append('\r');
      case 't' -> string.append('\t');
      case 'u' -> {
        unicodeEscape(string);
        return;
      }
      default -> throw error("unknown escape in a string");
    }
    at++;
  }

  private void unicodeEscape(StringBuilder string) {
    int start = at - 1;
    char unit = codeUnit();
    string.append(unit);
    if (!Character.isSurrogate(unit)) {
      return;
    }
    if (Character.isHighSurrogate(unit) && peek() == '\\') {
      at++;
      if (peek() == 'u') {
        char low = codeUnit();
        if (Character.isLowSurrogate(low)) {
          string.append(low);
          return;
        }
      }
    }
    throw new JsonException("unpaired surrogate in a string", start);
  }

  /// What `uXXXX` stands for.
  private char codeUnit() {
    at++;
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(peek(), 16);
      if (digit < 0) {
        throw error("\\u needs four hexadecimal digits");
      }
      unit = unit << 4 | digit;
      at++;
    }
    return (char) unit;
  }

  private Json number() {
    int start = at;
    if (peekOrEnd() == '-') {
      at++;
    }
    if (peekOrEnd() == '0') {
      at++;
    } else {
      digits(start);
    }
    if (peekOrEnd() == '.') {
      at++;
      digits(start);
    }
    if (peekOrEnd() == 'e' || peekOrEnd() == 'E') {
      at++;
      if (peekOrEnd() == '+' || peekOrEnd() == '-') {
        at++;
      }
      digits(start);
    }
    return new Json.Num(new String(text, start, at - start, StandardCharsets.ISO_8859_1));
  }

  private void digits(int start) {
    int first = at;
    while (peekOrEnd() >= '0' && peekOrEnd() <= '9') {
      at++;
    }
    if (at == first) {
      throw new JsonException("malformed number", start);
    }
  }

  private Json literal(String word, Json value) {
    int start = at;
    for (int i = 0; i < word.length(); i++) {
      if (peekOrEnd() != word.charAt(i)) {
        throw new JsonException("expected a JSON value", start);
      }
      at++;
    }
    return value;
  }

  private String decode(int from, int to) {
    ByteBuffer bytes = ByteBuffer.wrap(text, from, to - from);
    CharBuffer characters = CharBuffer.allocate(to - from);
    // A new decoder reports malformed input instead of replacing it, and stops where it begins.
    if (StandardCharsets.UTF_8.newDecoder().decode(bytes, characters, true).isError()) {
      throw new JsonException("invalid UTF-8 in a string", bytes.position());
    }
    return characters.flip().toString();
  }

  private void skipSpace() {
    while (at < text.length
        && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
      at++;
    }
  }

  private void expect(char wanted) {
    if (peek() != wanted) {
      throw error("expected '" + wanted + "'");
    }
    at++;
  }

  private int peek() {
    if (at >= text.length) {
      throw error("the JSON document ends too early");
    }
    return text[at];
  }

  private int peekOrEnd() {
    return at < text.length ? text[at] : -1;
  }

  private JsonException error(String message) {
    return new JsonException(message, at);
  }
}
