package dev.stockpot.internal.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
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

  private Json value(int depth) {
    if (depth > MAX_DEPTH) {
      throw error("nesting deeper than " + MAX_DEPTH);
    }
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> new Json.Str(string());
      case 't' -> literal("true", new Json.Bool(true));
      case 'f' -> literal("false", new Json.Bool(false));
      case 'n' -> literal("null", Json.Null.NULL);
      default -> number();
    };
  }

  private Json object(int depth) {
    at++;
    Map<String, Json> members = new LinkedHashMap<>();
    skipSpace();
    if (peek() == '}') {
      at++;
      return new Json.Obj(members);
    }
    while (true) {
      skipSpace();
      if (peek() != '"') {
        throw error("expected a member's name in quotes");
      }
      int start = at;
      String name = string();
      skipSpace();
      expect(':');
      skipSpace();
      Json value = value(depth + 1);
      if (members.putIfAbsent(name, value) != null) {
        throw new JsonException("duplicate name '" + name + "'", start);
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
      elements.add(value(depth + 1));
      skipSpace();
      if (peek() == ']') {
        at++;
        return new Json.Arr(Collections.unmodifiableList(elements));
      }
      expect(',');
    }
  }

  private String string() {
    int start = ++at;
    while (true) {
      int b = peek();
      if (b == '"') {
        return decode(start, at++);
      }
      if (b == '\\') {
        return escapedString(start);
      }
      if (b >= 0 && b < 0x20) {
        throw error("control character in a string");
      }
      at++;
    }
  }

  private String escapedString(int start) {
    StringBuilder string = new StringBuilder();
    int run = start;
    while (true) {
      int b = peek();
      if (b == '"') {
        string.append(decode(run, at++));
        return checkSurrogates(string, start);
      }
      if (b == '\\') {
        string.append(decode(run, at++));
        escape(string);
        run = at;
        continue;
      }
      if (b >= 0 && b < 0x20) {
        throw error("control character in a string");
      }
      at++;
    }
  }

  private void escape(StringBuilder string) {
    int b = peek();
    at++;
    switch (b) {
      case '"', '\\', '/' -> string.append((char) b);
      case 'b' -> string.append('\b');
      case 'f' -> string.append('\f');
      case 'n' -> string.append('\n');
      case 'r' -> string.append('\r');
      case 't' -> string.append('\t');
      case 'u' -> {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(peek(), 16);
          if (digit < 0) {
            throw error("\\u needs four hexadecimal digits");
          }
          unit = unit << 4 | digit;
          at++;
        }
        string.append((char) unit);
      }
      default -> {
        at--;
        throw error("unknown escape in a string");
      }
    }
  }

  private static String checkSurrogates(StringBuilder string, int start) {
    boolean unpaired = string.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF);
    if (unpaired) {
      throw new JsonException("unpaired surrogate in a string", start);
    }
    return string.toString();
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
      throw new JsonException("expected a JSON value", start);
    }
  }

  private Json literal(String word, Json value) {
    for (int i = 0; i < word.length(); i++) {
      if (peekOrEnd() != word.charAt(i)) {
        throw error("expected a JSON value");
      }
      at++;
    }
    return value;
  }

  private String decode(int from, int to) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(text, from, to - from))
          .toString();
    } catch (CharacterCodingException e) {
      throw new JsonException("invalid UTF-8 in a string", from);
    }
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
