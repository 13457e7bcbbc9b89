package dev.stockpot.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountedTest {
  @Test
  void onlyOneIsSingular() {
    assertThat(Counted.of(0, "model")).isEqualTo("0 models");
    assertThat(Counted.of(1, "model")).isEqualTo("1 model");
    assertThat(Counted.of(61_706, "parameter")).isEqualTo("61,706 parameters");
    assertThat(Counted.of(7_240_000_123L, "parameter")).isEqualTo("7,240,000,123 parameters");
  }
}
