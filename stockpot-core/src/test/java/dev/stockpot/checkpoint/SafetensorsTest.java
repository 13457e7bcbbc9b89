package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"dtypes-without-metadata", "module-state", "training-checkpoint"})
  void writesTheBytesOfTheReferenceImplementation(String name) throws IOException {
    Path golden = golden(name);
    Path copy = folder.resolve("copy.safetensors");
    try (Checkpoint source = Checkpoints.open(golden)) {
      // Handed over in the order of their names, so that the writer has to sort.
      List<TensorSpec> shuffled = new ArrayList<>(source.tensors().values());
      Collections.shuffle(shuffled, new Random(3));
      try (CheckpointWriter target = create(copy, shuffled, source.metadata())) {
        for (TensorSpec spec : shuffled) {
          target.write(spec.name(), 0, source.tensor(spec.name()).data().asByteBuffer());
        }
        target.commit();
      }
    }

    assertThat(copy).hasSameBinaryContentAs(golden);
  }

  @Test
  void readsMetadata() {
    try (Checkpoint checkpoint = Checkpoints.open(golden("dtypes"))) {
      assertThat(checkpoint.metadata()).isEqualTo(Map.of("note", "every dtype", "format", "pt"));
      assertThat(checkpoint.tensors()).hasSize(17).doesNotContainKey("__metadata__");
      assertThat(checkpoint.path()).isEqualTo(golden("dtypes"));
    }
  }

  @Test
  void headerIsThatOfTheReferenceImplementation() throws IOException {
    Path file = folder.resolve("f.safetensors");
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    metadata.put("a\b\f", "é\"");
    List<TensorSpec> specs =
        List.of(
            new TensorSpec("\uffff", DType.U8, List.of(0L)),
            new TensorSpec("😀", DType.U8, List.of(0L)),
            new TensorSpec("b", DType.F4, List.of(0L)),
            new TensorSpec("a", DType.BOOL, List.of(0L)),
            new TensorSpec("scalar", DType.F32, List.of()));
    try (CheckpointWriter writer = create(file, specs, metadata)) {
      writer.write("scalar", 0, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      writer.commit();
    }

    String json =
        "{\"__metadata__\":{\"a\\b\\f\":\"é\\\"\",\"format\":\"pt\"},"
            + "\"scalar\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
            + "\"\uffff\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]},"
            + "\"😀\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]},"
            + "\"b\":{\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[4,4]},"
            + "\"a\":{\"dtype\":\"BOOL\",\"shape\":[0],\"data_offsets\":[4,4]}}";
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    long length = bytes.getLong();
    assertThat(length % 8).isZero();
    assertThat(length).isBetween((long) header.length, header.length + 7L);
    byte[] found = new byte[(int) length];
    bytes.get(found);
    assertThat(new String(found, StandardCharsets.UTF_8).stripTrailing()).isEqualTo(json);
    assertThat(bytes.remaining()).isEqualTo(4);
  }

  @Test
  void everyElementIsAligned() {
    List<TensorSpec> specs = new ArrayList<>();
    for (DType dtype : DType.values()) {
      specs.add(new TensorSpec(dtype.name(), dtype, List.of(8L)));
    }
    SafetensorsHeader header = SafetensorsHeader.layOut(specs, Map.of());

    for (TensorSpec spec : specs) {
      assertThat(header.begins().get(spec.name()) % Math.max(1, spec.dtype().bits() / 8)).isZero();
    }
    assertThat(header.tensors().values()).containsExactlyElementsOf(specs);
  }

  @Test
  void carriesEveryDTypeShapeAndName() {
    List<TensorSpec> specs = new ArrayList<>();
    for (DType dtype : DType.values()) {
      specs.add(new TensorSpec(dtype + " empty", dtype, List.of(3L, 0L, Long.MAX_VALUE)));
      specs.add(new TensorSpec(dtype + " matrix", dtype, List.of(1L, 4L, 3L, 2L)));
    }
    List<String> names =
        List.of(
            "",
            " ",
            "\"\\'/",
            "\n\t\0\u007f",
            "é€😀",
            "a.b",
            "n".repeat(300),
            "\u2028",
            "__meta__");
    for (String name : names) {
      specs.add(new TensorSpec(name, DType.F64, List.of()));
    }

    assertRoundTrip(specs, Map.of("", "", "\"", "\\", "😀", "\0\n"), 1);
  }

  @Test
  void carriesAThousandTensorsWrittenByManyThreads() {
    List<TensorSpec> specs =
        IntStream.range(0, 1000)
            .mapToObj(i ->
                new TensorSpec(
                    "t" + i, i % 3 == 0 ? DType.BF16 : DType.F32, List.of((long) (i * 7 % 65))))
            .toList();

    assertRoundTrip(specs, Map.of(), 2);
  }

  @Test
  void carriesNothing() {
    assertRoundTrip(List.of(), Map.of(), 3);
    assertRoundTrip(List.of(), Map.of("a", "b"), 3);
  }

  @Test
  void readsHeadersWithSpaceAndUnknownKeys() throws IOException {
    String json =
        " {\"a\" : {\"data_offsets\":[0,1], \"note\":{}, \"dtype\":\"U8\", \"shape\":[ 1 ]}}\n";
    Path file = folder.resolve("f.safetensors");
    Files.write(
        file,
        ByteBuffer.allocate(8 + json.length() + 1)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length())
            .put(json.getBytes(StandardCharsets.US_ASCII))
            .put((byte) 7)
            .array());

    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.tensor("a").data().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
      assertThat(checkpoint.metadata()).isEmpty();
    }
  }

  @Test
  void emptyTensorsMayLieAnywhereBetweenOthers() throws IOException {
    String json =
        "{'a':{'dtype':'U8','shape':[3],'data_offsets':[0,3]},"
            + "'e':{'dtype':'F64','shape':[0],'data_offsets':[3,3]},"
            + "'f':{'dtype':'F64','shape':[0,2],'data_offsets':[0,0]},"
            + "'b':{'dtype':'U8','shape':[1],'data_offsets':[3,4]}}";
    byte[] header = json.replace('\'', '"').getBytes(StandardCharsets.US_ASCII);
    Path file = folder.resolve("f.safetensors");
    Files.write(
        file,
        ByteBuffer.allocate(8 + header.length + 4)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .put(header)
            .array());

    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.tensors().sequencedKeySet()).containsExactly("f", "a", "e", "b");
      assertThat(checkpoint.tensor("e").data().byteSize()).isZero();
      checkpoint.read("e", 0, ByteBuffer.allocate(0));
    }
  }

  @Test
  void refusesRangesBeyondTheTensor() {
    try (Checkpoint checkpoint = Checkpoints.open(golden("module-state"))) {
      assertThatThrownBy(() -> checkpoint.read("0.bias", 9, ByteBuffer.allocate(4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor '0.bias': bytes 9 + 4 of 12");
      assertThatThrownBy(() -> checkpoint.read("0.bias", -1, ByteBuffer.allocate(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor '0.bias': bytes -1 + 1 of 12");
      assertThatThrownBy(() -> checkpoint.read("0.bias", Long.MAX_VALUE, ByteBuffer.allocate(1)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> checkpoint.tensor("x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no tensor 'x'");
    }
  }

  @Test
  void aShortenedFileNamesTheTensor() throws IOException {
    Path file = Files.copy(golden("module-state"), folder.resolve("f.safetensors"));
    long size = Files.size(file);
    try (Checkpoint checkpoint = Checkpoints.open(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size - 4);
      String message =
          "%s: tensor '1.weight': has been cut off since the file was opened, which ends at byte"
              + " 576 instead of 580, at byte %d";

      assertThatThrownBy(() -> checkpoint.read("1.weight", 4, ByteBuffer.allocate(8)))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(message.formatted(file, 572));
      assertThatThrownBy(() -> checkpoint.tensor("1.weight"))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(message.formatted(file, 568));
    }
  }

  @Test
  void closingReleasesTensorsAndMayBeRepeated() {
    Checkpoint checkpoint = Checkpoints.open(golden("module-state"));
    MemorySegment data = checkpoint.tensor("0.bias").data();
    checkpoint.close();
    checkpoint.close();

    assertThatThrownBy(() -> data.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void tensorsAreReadOnly() {
    try (Checkpoint checkpoint = Checkpoints.open(golden("module-state"))) {
      MemorySegment data = checkpoint.tensor("0.bias").data();

      assertThatThrownBy(() -> data.set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> checkpoint.tensors().clear())
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void missingBytesAreNotCommitted() throws IOException {
    Path file = folder.resolve("f.safetensors");
    TensorSpec a = new TensorSpec("a", DType.U8, List.of(4L));
    TensorSpec b = new TensorSpec("b", DType.U8, List.of(4L));
    try (CheckpointWriter writer = create(file, List.of(a, b), Map.of())) {
      writer.write("a", 0, ByteBuffer.allocate(4));
      writer.write("b", 0, ByteBuffer.allocate(1));
      writer.write("b", 2, ByteBuffer.allocate(2));

      assertThatThrownBy(writer::commit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("tensor 'b': byte 1 was not written");
    }

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void bytesWrittenTwiceAreRefused() {
    TensorSpec a = new TensorSpec("a", DType.U8, List.of(4L));
    try (CheckpointWriter writer = create(folder.resolve("f.safetensors"), List.of(a), Map.of())) {
      writer.write("a", 0, ByteBuffer.allocate(3));

      assertThatThrownBy(() -> writer.write("a", 2, ByteBuffer.allocate(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'a': bytes 2 + 2 were written before");
      assertThatThrownBy(() -> writer.write("a", 3, ByteBuffer.allocate(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'a': bytes 3 + 2 of 4");
    }
  }

  @Test
  void refusesNamesThatCannotBeWritten() {
    Path file = folder.resolve("f.safetensors");
    TensorSpec a = new TensorSpec("a", DType.U8, List.of(1L));
    TensorSpec metadata = new TensorSpec("__metadata__", DType.U8, List.of(1L));
    TensorSpec surrogate = new TensorSpec("a\ud800", DType.U8, List.of(1L));

    assertThatThrownBy(() -> create(file, List.of(a, a.withDType(DType.F32)), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two tensors named 'a'");
    assertThatThrownBy(() -> create(file, List.of(metadata), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no tensor can be named __metadata__");
    assertThatThrownBy(() -> create(file, List.of(surrogate), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unpaired surrogate in 'a\\ud800'");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesAHeaderBeyondTheLimit() {
    Path file = folder.resolve("f.safetensors");

    assertThatThrownBy(() -> create(file, List.of(), Map.of("a", "b".repeat(100_000_000))))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": the header would take 100000032 bytes; the format allows 100000000");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesATargetThatCannotBeWrittenAtOnce() throws IOException {
    Path folderAsFile = Files.createDirectory(folder.resolve("x.safetensors"));
    assertThatThrownBy(() -> create(folderAsFile, List.of(), Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folderAsFile + ": cannot be written: it is a folder");

    Path locked = Files.createDirectory(folder.resolve("locked"));
    Assumptions.assumeTrue(locked.toFile().setWritable(false) && !Files.isWritable(locked));
    Path file = locked.resolve("f.safetensors");
    assertThatThrownBy(() -> create(file, List.of(), Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": cannot be written: permission denied");
  }

  private void assertRoundTrip(
      Collection<TensorSpec> specs, Map<String, String> metadata, long seed) {
    SafetensorsRoundTrip.check(folder.resolve("f.safetensors"), specs, metadata, seed);
    assertThat(Stream.of(folder.toFile().list())).containsExactly("f.safetensors");
  }

  private static CheckpointWriter create(
      Path file, Collection<TensorSpec> specs, Map<String, String> metadata) {
    return Checkpoints.create(file, specs, metadata, Durability.CACHED);
  }

  private static Path golden(String name) {
    try {
      return Path.of(SafetensorsTest.class.getResource(name + ".safetensors").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
