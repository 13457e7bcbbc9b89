package dev.stockpot.cli.scratch;

import dev.stockpot.cli.scratch.LanguageNames.Kind;
import dev.stockpot.cli.scratch.LanguageNames.Name;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;

/// Sets of names to train and to measure on. A concept is in one set with all its names, so what is
/// measured on was never seen, not even in another language; and no text is in two sets.
///
/// Fine-tuning, choosing and testing are about names of languages. Pre-training has seen some of
/// every kind, and misspelled; other countries, currencies and time zones are shifts, and so are
/// misspelled names of the test.
final class NameSets {
  static final String PRE_TRAIN = "pretrain";
  static final String TRAIN = "train";
  static final String SELECT = "select";
  static final String TEST = "test";
  private static final String MISSPELLED = "shift-misspelled";

  private static final long SEED = 1;

  /// Of the names of languages; the rest is the test.
  private static final double PRE_TRAINED_ON = 0.1;

  private static final double TRAINED_ON = 0.5;
  private static final double SELECTED_ON = 0.17;

  /// Of the other kinds; the rest is a shift.
  private static final double OTHERS_PRE_TRAINED_ON = 0.25;

  private NameSets() {}

  /// Sets by name, in the order of their use.
  static SequencedMap<String, List<Name>> of(List<Name> all) {
    SequencedMap<String, List<Name>> sets = new LinkedHashMap<>();
    List.of(PRE_TRAIN, TRAIN, SELECT, TEST).forEach(name -> sets.put(name, new ArrayList<>()));
    for (Kind kind : Kind.values()) {
      List<List<Name>> concepts = concepts(all, kind);
      if (kind == Kind.LANGUAGE) {
        int first = share(concepts, PRE_TRAINED_ON);
        int second = first + share(concepts, TRAINED_ON);
        int third = second + share(concepts, SELECTED_ON);
        add(sets.get(PRE_TRAIN), concepts.subList(0, first));
        add(sets.get(TRAIN), concepts.subList(first, second));
        add(sets.get(SELECT), concepts.subList(second, third));
        add(sets.get(TEST), concepts.subList(third, concepts.size()));
      } else {
        int first = share(concepts, OTHERS_PRE_TRAINED_ON);
        add(sets.get(PRE_TRAIN), concepts.subList(0, first));
        String shift = "shift-" + kind.name().toLowerCase(Locale.ROOT);
        sets.put(shift, new ArrayList<>());
        add(sets.get(shift), concepts.subList(first, concepts.size()));
      }
    }
    Set<String> taken = new HashSet<>();
    all.forEach(name -> taken.add(name.text()));
    sets.put(MISSPELLED, misspelled(sets.get(TEST), SEED, taken));
    sets.get(PRE_TRAIN).addAll(misspelled(sets.get(PRE_TRAIN), SEED + 1, taken));
    return sets;
  }

  /// The names of each concept, concepts in a random order.
  private static List<List<Name>> concepts(List<Name> all, Kind kind) {
    Map<String, List<Name>> concepts = new LinkedHashMap<>();
    all.stream()
        .filter(name -> name.kind() == kind)
        .forEach(
            name -> concepts.computeIfAbsent(name.concept(), _ -> new ArrayList<>()).add(name));
    List<List<Name>> shuffled = new ArrayList<>(concepts.values());
    Collections.shuffle(shuffled, new Random(SEED));
    return shuffled;
  }

  private static int share(Collection<?> all, double part) {
    return (int) Math.round(part * all.size());
  }

  private static void add(List<Name> set, List<List<Name>> concepts) {
    concepts.forEach(set::addAll);
  }

  /// Those whose misspelling is no other name.
  ///
  /// @param taken texts that are names; these become some, too
  private static List<Name> misspelled(List<Name> names, long seed, Set<String> taken) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Name> misspelled = new ArrayList<>();
    for (Name name : names) {
      String text = Misspelling.of(name.text(), random);
      if (!text.isBlank() && taken.add(text)) {
        misspelled.add(new Name(name.kind(), name.concept(), name.language(), text));
      }
    }
    return misspelled;
  }
}
