package dev.stockpot.cli.scratch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LetterGroupsTest {

  @Test
  void aBagHoldsEveryGroupOfUpToThreeLettersAndTheEnds() {
    // " ab ": 4 of one, 3 of two, 2 of three.
    assertThat(sum(LetterGroups.of("ab"))).isEqualTo(9);
    assertThat(sum(LetterGroups.of(""))).isEqualTo(3);
  }

  /// FNV-1a of "a" is E40C292C (Fowler, Noll and Vo, draft-eastlake-fnv); folded.
  @Test
  void aGroupsPlaceIsItsHash() {
    byte[] with = LetterGroups.of("a");
    byte[] without = LetterGroups.of("b");
    int place = (0xE40C292C ^ 0xE40C292C >>> 16) & LetterGroups.SIZE - 1;

    assertThat(with[place]).isGreaterThan(without[place]);
  }

  @Test
  void theOrderOfLettersMatters() {
    assertThat(LetterGroups.of("abc")).isNotEqualTo(LetterGroups.of("cba"));
  }

  @Test
  void aMisspellingHasNoAccentsAndIsAboutAsLong() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 100; i++) {
      String text = Misspelling.of("českého jazyka v češtině", random);
      assertThat(text).matches("[a-z ]{21,27}");
    }
    assertThat(Misspelling.of("", random)).isEmpty();
  }

  @Test
  void aMisspellingOfAWordWithoutAccentsDiffersMostly() {
    SplittableRandom random = new SplittableRandom(4);
    long different =
        IntStream.range(0, 200)
            .filter(_ -> !Misspelling.of("nederlands", random).equals("nederlands"))
            .count();
    assertThat(different).isGreaterThan(150);
  }

  private static int sum(byte[] bag) {
    return IntStream.range(0, bag.length).map(i -> bag[i]).sum();
  }
}
