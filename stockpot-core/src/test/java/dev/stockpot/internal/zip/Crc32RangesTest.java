package dev.stockpot.internal.zip;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Crc32RangesTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 63, 64, 65, 4098, 100_000})
  void rangesInAnyOrderHaveTheChecksumOfTheWhole(int bytes) {
    Random random = new Random(bytes);
    byte[] whole = new byte[bytes];
    random.nextBytes(whole);
    List<int[]> parts = new ArrayList<>();
    for (int at = 0; at < bytes; ) {
      int end = at + 1 + random.nextInt(bytes - at);
      parts.add(new int[] {at, end});
      at = end;
    }
    Collections.shuffle(parts, random);
    Crc32Ranges ranges = new Crc32Ranges();
    for (int[] part : parts) {
      assertThat(ranges.firstMissing(bytes)).isPresent();
      ByteBuffer source = ByteBuffer.wrap(whole, part[0], part[1] - part[0]);
      assertThat(ranges.add(part[0], part[1], Crc32Ranges.of(source))).isTrue();
      assertThat(source.remaining()).isEqualTo(part[1] - part[0]);
      assertThat(ranges.add(part[1] - 1, part[1] + 1, 0)).isFalse();
    }

    assertThat(ranges.firstMissing(bytes)).isEmpty();
    assertThat(ranges.crc()).isEqualTo(Crc32Ranges.of(ByteBuffer.wrap(whole)));
  }
}
