package dev.stockpot.cli.scratch;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A task that every JDK carries: which language is a name in? What languages, countries,
/// currencies and time zones are called in other languages is part of the JDK's locale data.
///
/// The languages are written in Latin letters, and many are close relatives. Every name belongs to
/// one of them only, in small letters, cut to [#LENGTH]; what is left untranslated is left out.
///
/// @see <a href="https://cldr.unicode.org">Unicode CLDR</a>
public final class LanguageNames {
  /// Whose languages' names are told apart, by their classes.
  public static final List<String> LANGUAGES =
      List.of(
          "cs", "da", "de", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "nb", "nl", "pl", "pt",
          "sk", "sl", "sv");

  /// Most characters of a name.
  public static final int LENGTH = 24;

  private static final Pattern DIGIT = Pattern.compile("\\d");

  /// What bears a name.
  public enum Kind {
    LANGUAGE,
    COUNTRY,
    CURRENCY,
    ZONE
  }

  /// A name.
  ///
  /// @param concept what bears it: its name in English
  /// @param language index in [#LANGUAGES]
  public record Name(Kind kind, String concept, int language, String text) {}

  private LanguageNames() {}

  /// All names, by kind, concept and language; no two have the same text.
  public static List<Name> all() {
    Map<String, Name> names = new LinkedHashMap<>();
    Set<String> shared = new HashSet<>();
    for (Kind kind : Kind.values()) {
      concepts(kind)
          .forEach((concept, byLanguage) -> {
            for (int language = 0; language < LANGUAGES.size(); language++) {
              String text = byLanguage.get(language);
              Name name = new Name(kind, concept, language, text);
              if (!text.equals(cut(concept)) && !DIGIT.matcher(text).find()) {
                Name other = names.putIfAbsent(text, name);
                if (other != null && other.language() != language) {
                  shared.add(text);
                }
              }
            }
          });
    }
    shared.forEach(names::remove);
    return List.copyOf(names.values());
  }

  /// English name → name by language.
  private static SortedMap<String, List<String>> concepts(Kind kind) {
    return switch (kind) {
      case LANGUAGE -> concepts(codes(), (code, in) -> Locale.of(code).getDisplayLanguage(in));
      case COUNTRY ->
          concepts(
              List.of(Locale.getISOCountries()),
              (code, in) -> Locale.of("", code).getDisplayCountry(in));
      case CURRENCY ->
          concepts(
              Currency.getAvailableCurrencies(), (currency, in) -> currency.getDisplayName(in));
      case ZONE ->
          concepts(
              Arrays.stream(TimeZone.getAvailableIDs()).filter(id -> id.contains("/")).toList(),
              (id, in) -> TimeZone.getTimeZone(id).getDisplayName(false, TimeZone.LONG, in));
    };
  }

  /// Of two, and of three letters.
  private static List<String> codes() {
    List<String> letters =
        Stream.iterate('a', letter -> (char) (letter + 1)).limit(26).map(String::valueOf).toList();
    List<String> codes = new ArrayList<>(List.of(Locale.getISOLanguages()));
    for (String first : letters) {
      for (String second : letters) {
        letters.forEach(third -> codes.add(first + second + third));
      }
    }
    codes.removeIf(code -> Locale.of(code).getDisplayLanguage(Locale.ENGLISH).equals(code));
    return codes;
  }

  private static <T> SortedMap<String, List<String>> concepts(
      Collection<T> all, BiFunction<T, Locale, String> name) {
    Map<String, T> first = new HashMap<>();
    all.stream()
        .sorted((a, b) -> a.toString().compareTo(b.toString()))
        .forEach(each -> first.putIfAbsent(name.apply(each, Locale.ENGLISH), each));
    SortedMap<String, List<String>> concepts = new TreeMap<>();
    first.forEach((english, each) ->
        concepts.put(
            english,
            LANGUAGES.stream()
                .map(tag -> cut(name.apply(each, Locale.forLanguageTag(tag))))
                .toList()));
    return concepts;
  }

  private static String cut(String name) {
    String small = Normalizer.normalize(name.toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
    return small.substring(0, Math.min(LENGTH, small.length())).strip();
  }
}
