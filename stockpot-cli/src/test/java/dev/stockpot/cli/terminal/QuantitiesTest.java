package dev.stockpot.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantitiesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B, 0 B",
    "999, 999 B, 999 B",
    "1000, 1 kB, 1000 B",
    "1024, 1.02 kB, 1 KiB",
    "999499, 999 kB, 976 KiB",
    "999500, 1 MB, 976 KiB",
    "1048575, 1.05 MB, 1 MiB",
    "1500000000, 1.5 GB, 1.4 GiB",
    "9223372036854775807, 9.22 EB, 8 EiB"
  })
  void sizesHaveThreeDigits(long bytes, String decimal, String binary) {
    assertThat(Quantities.bytes(bytes)).isEqualTo(decimal);
    assertThat(Quantities.memory(bytes)).isEqualTo(binary);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0 s",
    "9949, 9.9 s",
    "9950, 10 s",
    "59499, 59 s",
    "59500, 1 min 00 s",
    "65000, 1 min 05 s",
    "3600000, 1 h 00 min",
    "7620000, 2 h 07 min",
    "273600000, 3 d 04 h"
  })
  void durationsHaveTwoUnits(long millis, String text) {
    assertThat(Quantities.duration(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0.0, 0",
    "1, 1",
    "0.5, 0.5",
    "-1.648449, -1.6484",
    "0.000123456, 0.00012346",
    "1.23456e-7, 1.2346e-7",
    "123456789, 123460000",
    "1e300, 1e300",
    "NaN, nan",
    "-Infinity, -inf"
  })
  void numbersHaveFiveDigits(double number, String text) {
    assertThat(Quantities.number(number)).isEqualTo(text);
  }

  @Test
  void countsAreGrouped() {
    assertThat(Quantities.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(Quantities.about(7_241_732_096L)).isEqualTo("7.24 B");
    assertThat(Quantities.about(17)).isEqualTo("17");
  }
}
