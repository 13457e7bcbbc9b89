package dev.stockpot.cli.scratch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.scratch.LanguageNames.Kind;
import dev.stockpot.cli.scratch.LanguageNames.Name;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LanguageNamesTest {
  private static List<Name> names;
  private static SequencedMap<String, List<Name>> sets;

  @BeforeAll
  static void collect() {
    names = LanguageNames.all();
    sets = NameSets.of(names);
  }

  @Test
  void namesAreThoseOfTheLocaleData() {
    assertThat(names)
        .contains(
            new Name(Kind.COUNTRY, "Germany", label("hu"), "németország"),
            new Name(Kind.COUNTRY, "Netherlands", label("pt"), "países baixos"),
            new Name(Kind.LANGUAGE, "Welsh", label("it"), "gallese"),
            new Name(Kind.CURRENCY, "Japanese Yen", label("lt"), "japonijos jena"));
  }

  @Test
  void everyTextIsANameInOneLanguageOnlyAndNoneIsEnglish() {
    assertThat(names.stream().map(Name::text)).doesNotHaveDuplicates();
    assertThat(names)
        .noneMatch(name -> name.concept().equalsIgnoreCase(name.text()))
        .allMatch(name -> name.text().length() <= LanguageNames.LENGTH)
        .noneMatch(name -> name.text().chars().anyMatch(Character::isDigit))
        // Dutch, German, and many more.
        .noneMatch(name -> name.text().equals("botswana"));
  }

  /// Newer time zones and currencies change a few.
  @Test
  void everyLanguageHasEnoughNamesOfEveryKind() {
    Map<Kind, Long> fewest =
        Map.of(Kind.LANGUAGE, 90L, Kind.COUNTRY, 40L, Kind.CURRENCY, 90L, Kind.ZONE, 60L);
    for (Kind kind : Kind.values()) {
      for (int language = 0; language < LanguageNames.LANGUAGES.size(); language++) {
        int label = language;
        assertThat(
                names.stream()
                    .filter(name -> name.kind() == kind && name.language() == label)
                    .count())
            .as("%s names in %s", kind, LanguageNames.LANGUAGES.get(label))
            .isGreaterThan(fewest.get(kind));
      }
    }
  }

  @Test
  void noTextAndNoConceptIsInTwoSets() {
    Set<String> texts = new HashSet<>();
    Set<List<Object>> concepts = new HashSet<>();
    sets.forEach((set, members) -> {
      assertThat(members).as(set).isNotEmpty();
      assertThat(members).allMatch(name -> texts.add(name.text()));
      if (!set.equals("shift-misspelled")) {
        Set<List<Object>> own =
            members.stream()
                .map(name -> List.<Object>of(name.kind(), name.concept()))
                .collect(Collectors.toSet());
        assertThat(concepts).as(set).doesNotContainAnyElementsOf(own);
        concepts.addAll(own);
      }
    });
  }

  @Test
  void chosenAndTestedAreNamesOfLanguagesAndShiftsAreOthers() {
    assertThat(sets.keySet())
        .containsExactly(
            "pretrain",
            "train",
            "select",
            "test",
            "shift-country",
            "shift-currency",
            "shift-zone",
            "shift-misspelled");
    for (String set : List.of("train", "select", "test", "shift-misspelled")) {
      assertThat(sets.get(set)).allMatch(name -> name.kind() == Kind.LANGUAGE);
    }
    assertThat(sets.get("shift-zone")).allMatch(name -> name.kind() == Kind.ZONE);
    assertThat(sets.get("select").size()).isBetween(700, 1100);
    assertThat(sets.get("test").size()).isBetween(900, 1300);
  }

  @Test
  void noTwoExamplesOfSelectAndTheReportSetsLookAlike() {
    Set<List<Byte>> bags = new HashSet<>();
    long members = 0;
    for (String set : sets.keySet()) {
      if (!set.endsWith("train")) {
        members += sets.get(set).size();
        sets.get(set).forEach(name -> bags.add(bytes(LetterGroups.of(name.text()))));
      }
    }
    assertThat(bags).hasSize((int) members);
  }

  @Test
  void setsAreTheSameEveryTime() {
    assertThat(NameSets.of(names)).isEqualTo(sets);
  }

  private static int label(String language) {
    return LanguageNames.LANGUAGES.indexOf(language);
  }

  private static List<Byte> bytes(byte[] bag) {
    return IntStream.range(0, bag.length).mapToObj(i -> bag[i]).toList();
  }
}
