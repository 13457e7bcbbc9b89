package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Reads the Python dictionary of a `.npy` file, such as `{'descr': '<f4', 'fortran_order': False,
/// 'shape': (3, 4), }`: these keys in any order, each once, and nothing else.
final class NpyDictionary {
  private final Path path;
  private final int start;
  private final byte[] text;
  private int at;
  private DType dtype;
  private List<Long> shape;

  NpyDictionary(Path path, int start, byte[] text) {
    this.path = path;
    this.start = start;
    this.text = text;
  }

  NpyHeader header() {
    Set<String> keys = new HashSet<>();
    expect('{');
    while (!next('}')) {
      int keyAt = at;
      String key = string("a key in quotes");
      if (!keys.add(key)) {
        throw error(keyAt, "the header has the key '" + key + "' twice");
      }
      expect(':');
      switch (key) {
        case "descr" -> dtype = dtype();
        case "fortran_order" -> order();
        case "shape" -> shape = shape();
        default -> throw error(keyAt, "the header has an unknown key '" + key + "'");
      }
      if (!next(',')) {
        expect('}');
        break;
      }
    }
    if (skipSpace() != -1) {
      throw unexpected("the end of the header");
    }
    for (String key : List.of("descr", "fortran_order", "shape")) {
      if (!keys.contains(key)) {
        throw error(text.length, "the header has no key '" + key + "'");
      }
    }
    return new NpyHeader(dtype, shape, start + (long) text.length);
  }

  private DType dtype() {
    if (skipSpace() == '[' || skipSpace() == '(') {
      throw NpyHeader.fault(
          path,
          start + (long) at,
          "holds records (a structured dtype)",
          "save one field as plain numbers: numpy.save(file, x['field'])");
    }
    long descriptionAt = start + (long) at;
    String description = string("a dtype in quotes");
    for (Map.Entry<DType, String> known : NpyHeader.DESCRIPTIONS.entrySet()) {
      if (known.getValue().equals(description)) {
        return known.getKey();
      }
    }
    if (description.matches("[|<>=]?O.*")) {
      throw NpyHeader.fault(
          path,
          descriptionAt,
          "holds Python objects (a pickle), which are never read",
          "save plain numbers: numpy.save(file, x.astype('float32'))");
    }
    String swapped = "<" + description.substring(Math.min(1, description.length()));
    if (description.startsWith(">") && NpyHeader.DESCRIPTIONS.containsValue(swapped)) {
      throw NpyHeader.fault(
          path,
          descriptionAt,
          "dtype '" + description + "' is big-endian",
          "save it little-endian: numpy.save(file, x.astype('" + swapped + "'))");
    }
    throw NpyHeader.fault(
        path,
        descriptionAt,
        "dtype '"
            + description
            + "' is none of "
            + String.join(", ", new TreeSet<>(NpyHeader.DESCRIPTIONS.values())),
        "convert it: numpy.save(file, x.astype('float32'))");
  }

  private void order() {
    skipSpace();
    int valueAt = at;
    if (literal("True")) {
      throw NpyHeader.fault(
          path,
          start + (long) valueAt,
          "is in Fortran order",
          "save it in C order: numpy.save(file, numpy.ascontiguousarray(x))");
    }
    if (!literal("False")) {
      throw unexpected("True or False");
    }
  }

  private List<Long> shape() {
    List<Long> sizes = new ArrayList<>();
    expect('(');
    while (!next(')')) {
      sizes.add(size());
      if (next(',')) {
        continue;
      }
      if (sizes.size() == 1) {
        // Without a comma it is a number in parentheses.
        throw unexpected("','");
      }
      expect(')');
      break;
    }
    return List.copyOf(sizes);
  }

  private long size() {
    if (skipSpace() < '0' || skipSpace() > '9') {
      throw unexpected("a size");
    }
    int first = at;
    long size = 0;
    while (at < text.length && text[at] >= '0' && text[at] <= '9') {
      int digit = text[at] - '0';
      if (size > (Long.MAX_VALUE - digit) / 10) {
        throw error(first, "a size in the shape is larger than any file");
      }
      size = size * 10 + digit;
      at++;
    }
    return size;
  }

  private String string(String what) {
    int quote = skipSpace();
    if (quote != '\'' && quote != '"') {
      throw unexpected(what);
    }
    int first = ++at;
    while (at < text.length && text[at] != quote) {
      if (text[at] < 0x20 || text[at] > 0x7e || text[at] == '\\') {
        throw unexpected("a plain character");
      }
      at++;
    }
    if (at == text.length) {
      throw unexpected("a closing quote");
    }
    return new String(text, first, at++ - first, StandardCharsets.US_ASCII);
  }

  private boolean literal(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
    int end = at + bytes.length;
    if (end > text.length || !Arrays.equals(text, at, end, bytes, 0, bytes.length)) {
      return false;
    }
    at = end;
    return true;
  }

  private void expect(char wanted) {
    if (!next(wanted)) {
      throw unexpected("'" + wanted + "'");
    }
  }

  private boolean next(char wanted) {
    if (skipSpace() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  /// The next byte that is no space, -1 at the end.
  private int skipSpace() {
    while (at < text.length && (text[at] == ' ' || text[at] == '\n')) {
      at++;
    }
    return at < text.length ? Byte.toUnsignedInt(text[at]) : -1;
  }

  private EvaluationException unexpected(String wanted) {
    int found = at < text.length ? Byte.toUnsignedInt(text[at]) : -1;
    String shown;
    if (found < 0) {
      shown = "the end of the header";
    } else if (found >= 0x20 && found <= 0x7e) {
      shown = "'" + (char) found + "'";
    } else {
      shown = "byte 0x%02x".formatted(found);
    }
    return error(at, "the header should have " + wanted + ", but has " + shown);
  }

  private EvaluationException error(int textAt, String what) {
    return NpyHeader.fault(path, start + (long) textAt, what, NpyHeader.AGAIN);
  }
}
