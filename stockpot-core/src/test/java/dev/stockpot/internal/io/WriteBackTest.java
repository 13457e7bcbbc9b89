package dev.stockpot.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class WriteBackTest {
  private final List<Boolean> forced = new CopyOnWriteArrayList<>();

  @Test
  void aSmallFileGoesToDiskOnceAtTheEnd() throws IOException {
    WriteBack writeBack = new WriteBack(forced::add);
    writeBack.written(WriteBack.BYTES - 1);
    writeBack.complete();

    assertThat(forced).containsExactly(true);
  }

  @Test
  void aLargeFileGoesToDiskWhileItIsWritten() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    WriteBack writeBack =
        new WriteBack(metadata -> {
          forced.add(metadata);
          begun.countDown();
        });
    writeBack.written(WriteBack.BYTES / 2);
    writeBack.written(WriteBack.BYTES / 2);
    begun.await();

    assertThat(forced).containsExactly(false);
    writeBack.complete();
    assertThat(forced).containsExactly(false, true);
  }

  @Test
  void aFailureOnTheWayIsToldAtTheEnd() {
    WriteBack writeBack =
        new WriteBack(metadata -> {
          if (!metadata) {
            throw new IOException("no space left");
          }
          forced.add(true);
        });
    writeBack.written(WriteBack.BYTES);

    assertThatThrownBy(writeBack::complete)
        .isInstanceOf(IOException.class)
        .hasMessage("no space left");
    assertThat(forced).isEmpty();
  }
}
