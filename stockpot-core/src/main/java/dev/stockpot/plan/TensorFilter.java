package dev.stockpot.plan;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Which tensors are merged; the others are copied.
///
/// A filter is a part of a tensor's name, as in a config; with `*` or `?` in it, it is a pattern
/// for the whole name.
///
/// @param only if there are any, one must fit
/// @param except none may fit
public record TensorFilter(List<String> only, List<String> except) {
  /// Every tensor.
  public static final TensorFilter ALL = new TensorFilter(List.of(), List.of());

  public TensorFilter {
    only = List.copyOf(only);
    except = List.copyOf(except);
  }

  /// Whether a tensor is merged.
  public boolean merges(String tensor) {
    return (only.isEmpty() || only.stream().anyMatch(filter -> fits(filter, tensor)))
        && except.stream().noneMatch(filter -> fits(filter, tensor));
  }

  /// Whether a filter fits a name.
  static boolean fits(String filter, String tensor) {
    boolean plain = filter.indexOf('*') < 0 && filter.indexOf('?') < 0;
    return plain ? tensor.contains(filter) : pattern(filter).matcher(tensor).matches();
  }

  private static Pattern pattern(String filter) {
    return Pattern.compile(
        filter
            .codePoints()
            .mapToObj(c ->
                switch (c) {
                  case '*' -> ".*";
                  case '?' -> ".";
                  default -> Pattern.quote(Character.toString(c));
                })
            .collect(Collectors.joining()));
  }
}
