package dev.stockpot.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

class SafetensorsRoundTripTest {

  @Property(tries = 100, seed = "11", shrinking = ShrinkingMode.BOUNDED)
  void whatIsWrittenInAnyOrderIsReadBack(
      @ForAll("specs") List<TensorSpec> specs,
      @ForAll("texts") Map<String, String> metadata,
      @ForAll long seed)
      throws IOException {
    Path folder = Files.createTempDirectory("stockpot-round-trip");
    Path file = folder.resolve("f.safetensors");
    try {
      SafetensorsRoundTrip.check(file, specs, metadata, seed);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  @Provide
  Arbitrary<List<TensorSpec>> specs() {
    Arbitrary<List<Long>> shapes = Arbitraries.longs().between(0, 9).list().ofMaxSize(3);
    return Combinators.combine(names(), Arbitraries.of(DType.class), shapes)
        .as((name, dtype, shape) -> new TensorSpec(name, dtype, whole(dtype, shape)))
        .list()
        .ofMaxSize(20)
        .uniqueElements(TensorSpec::name);
  }

  @Provide
  Arbitrary<Map<String, String>> texts() {
    return Arbitraries.maps(names(), names()).ofMaxSize(4);
  }

  private static Arbitrary<String> names() {
    return Arbitraries.strings().withChars("ab.\"\\\n\0é€\uffff").ofMaxLength(10);
  }

  /// The shape, with one more dimension where elements would not fill whole bytes.
  private static List<Long> whole(DType dtype, List<Long> shape) {
    if (dtype.bits() % 8 == 0) {
      return shape;
    }
    return Stream.concat(shape.stream(), Stream.of(4L)).toList();
  }
}
