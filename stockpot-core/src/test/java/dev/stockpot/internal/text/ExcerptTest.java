package dev.stockpot.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExcerptTest {

  @Test
  void keepsWhatCanBeSeen() {
    assertThat(Excerpt.of("")).isEmpty();
    assertThat(Excerpt.of("fc.weight 'é€😀' \\")).isEqualTo("fc.weight 'é€😀' \\");
  }

  @Test
  void escapesWhatTerminalsObey() {
    assertThat(Excerpt.of("a\n\u001b[2J\u007f\u0085\u202e\u2028\u2029\ud800\0"))
        .isEqualTo("a\\u000a\\u001b[2J\\u007f\\u0085\\u202e\\u2028\\u2029\\ud800\\u0000");
  }

  @Test
  void cutsWhatIsTooLongBetweenCharacters() {
    String longest = "n".repeat(Excerpt.MAX_CHARACTERS);

    assertThat(Excerpt.of(longest)).isEqualTo(longest);
    assertThat(Excerpt.of(longest + "n")).isEqualTo(longest + "… (301 characters)");
    assertThat(Excerpt.of(longest.substring(1) + "😀n"))
        .isEqualTo(longest.substring(1) + "😀… (302 characters)");
  }
}
