package dev.stockpot.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  @Test
  void swapCountsAsOneMistake() {
    assertThat(Nearest.distance("shfit", "shift")).isEqualTo(1);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.distance("ca", "abc")).isEqualTo(3);
  }

  @Test
  void onlyNearWordsAreMeant() {
    List<String> known = List.of("metric", "data");
    assertThat(Nearest.to("Metrics", known)).contains("metric");
    assertThat(Nearest.to("date", known)).contains("data");
    assertThat(Nearest.to("tada", known)).isEmpty();
    assertThat(Nearest.hint("foo", known)).isEqualTo("; known are metric, data");
  }
}
