package dev.stockpot.cli.miniature;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolFileTest {
  @TempDir private Path folder;

  @Test
  void aPoolIsReadAsItWasWritten() {
    Path file = folder.resolve("pool.json");

    assertThat(PoolFile.read(file)).isEmpty();
    PoolFile.write(file, TestPools.pool(0.01));
    assertThat(PoolFile.read(file)).contains(TestPools.pool(0.01));
  }
}
