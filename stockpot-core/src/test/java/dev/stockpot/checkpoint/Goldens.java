package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// Files that other programs wrote, under `formats` in the resources, and what is in them.
final class Goldens {
  private Goldens() {}

  /// A file under `formats`.
  static Path path(String name) {
    try {
      return Path.of(Goldens.class.getResource("/formats/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Both hold the same tensors, bit for bit, however they are read.
  static void assertSame(Checkpoint found, Checkpoint expected) {
    assertThat(found.tensors()).isEqualTo(expected.tensors());
    for (TensorSpec spec : expected.tensors().values()) {
      byte[] bytes = expected.tensor(spec.name()).data().toArray(ValueLayout.JAVA_BYTE);
      assertThat(found.tensor(spec.name()).data().toArray(ValueLayout.JAVA_BYTE))
          .as(spec.name())
          .isEqualTo(bytes);
      // In steps that are no multiple of an element, from and to places of all alignments.
      for (int at = 0; at < bytes.length; at += 7) {
        ByteBuffer part = ByteBuffer.allocate(Math.min(11, bytes.length - at));
        found.read(spec.name(), at, part);
        assertThat(part.flip())
            .as(spec.name())
            .isEqualTo(ByteBuffer.wrap(bytes, at, part.capacity()));
      }
    }
  }
}
