package dev.stockpot.eval;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Names of a network's parameters, as users give them and as notes show them.
public final class Names {
  /// How much of a long note is shown.
  private static final int SHOWN = 20;

  private Names() {}

  /// Whether a name is one of these.
  ///
  /// @param globs names in which `*` stands for anything
  public static Predicate<String> globs(List<String> globs) {
    return globs.stream()
        .map(glob ->
            Pattern.compile(
                    Stream.of(glob.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")),
                    Pattern.DOTALL)
                .asMatchPredicate())
        .reduce(_ -> false, Predicate::or);
  }

  /// A note with a list of names, the first of many; none, where there are no names.
  public static Optional<String> note(String what, List<String> names) {
    if (names.isEmpty()) {
      return Optional.empty();
    }
    String shown = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
    String rest = names.size() <= SHOWN ? "" : " … and " + (names.size() - SHOWN) + " more";
    return Optional.of(what + ": " + shown + rest);
  }
}
