package dev.stockpot.internal.json;

import dev.stockpot.internal.text.Excerpt;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Writes JSON: compact ([#write]) or indented ([#pretty]); the same value gives the same text.
public final class JsonWriter {
  private JsonWriter() {}

  /// One line without spaces.
  ///
  /// @throws IllegalArgumentException for a string with an unpaired surrogate, which UTF-8 cannot
  ///   carry
  public static String write(Json value) {
    StringBuilder out = new StringBuilder();
    append(out, value, -1);
    return out.toString();
  }

  /// Indented by two spaces, members and elements on lines of their own.
  ///
  /// @throws IllegalArgumentException for a string with an unpaired surrogate
  public static String pretty(Json value) {
    StringBuilder out = new StringBuilder();
    append(out, value, 0);
    return out.append('\n').toString();
  }

  /// Turns maps, lists, strings, numbers, booleans and null into JSON. Doubles that are not finite
  /// become null, since JSON has no word for them; `Optional` and other types are refused.
  ///
  /// @throws IllegalArgumentException for a type that is not named here
  public static Json of(Object value) {
    // No switch: its first use in a JVM takes as long as the rest of a small merge's header.
    if (value == null || isNotFinite(value)) {
      return Json.Null.NULL;
    }
    if (value instanceof Json json) {
      return json;
    }
    if (value instanceof String string) {
      return new Json.Str(string);
    }
    if (value instanceof Boolean bool) {
      return new Json.Bool(bool);
    }
    if (value instanceof Number number) {
      return new Json.Num(number.toString());
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Json> members = new LinkedHashMap<>();
      map.forEach((name, member) -> members.put(name.toString(), of(member)));
      return new Json.Obj(members);
    }
    if (value instanceof List<?> list) {
      return new Json.Arr(list.stream().map(JsonWriter::of).toList());
    }
    throw new IllegalArgumentException("not JSON: " + value.getClass());
  }

  private static boolean isNotFinite(Object value) {
    return (value instanceof Double wide && !Double.isFinite(wide))
        || (value instanceof Float narrow && !Float.isFinite(narrow));
  }

  private static void append(StringBuilder out, Json value, int indent) {
    if (value instanceof Json.Obj(Map<String, Json> members)) {
      out.append('{');
      for (Iterator<Map.Entry<String, Json>> it = members.entrySet().iterator(); it.hasNext(); ) {
        Map.Entry<String, Json> member = it.next();
        newLine(out, indent, 1);
        quote(out, member.getKey());
        out.append(indent < 0 ? ":" : ": ");
        append(out, member.getValue(), indent < 0 ? -1 : indent + 1);
        out.append(it.hasNext() ? "," : "");
      }
      closeLine(out, indent, members.isEmpty());
      out.append('}');
    } else if (value instanceof Json.Arr(List<Json> elements)) {
      out.append('[');
      for (Iterator<Json> it = elements.iterator(); it.hasNext(); ) {
        newLine(out, indent, 1);
        append(out, it.next(), indent < 0 ? -1 : indent + 1);
        out.append(it.hasNext() ? "," : "");
      }
      closeLine(out, indent, elements.isEmpty());
      out.append(']');
    } else if (value instanceof Json.Str(String string)) {
      quote(out, string);
    } else if (value instanceof Json.Num(String text)) {
      out.append(text);
    } else if (value instanceof Json.Bool(boolean bool)) {
      out.append(bool);
    } else {
      out.append("null");
    }
  }

  private static void newLine(StringBuilder out, int indent, int deeper) {
    if (indent >= 0) {
      out.append('\n').repeat("  ", indent + deeper);
    }
  }

  private static void closeLine(StringBuilder out, int indent, boolean empty) {
    if (!empty) {
      newLine(out, indent, 0);
    }
  }

  private static void quote(StringBuilder out, String string) {
    out.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (Character.isSurrogate(c) && !paired(string, i)) {
            throw new IllegalArgumentException(
                "unpaired surrogate in '" + Excerpt.of(string) + "'");
          }
          if (c < 0x20) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean paired(String string, int i) {
    char c = string.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 < string.length() && Character.isLowSurrogate(string.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(string.charAt(i - 1));
  }
}
