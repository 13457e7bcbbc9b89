package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTest {
  private static final Path MODEL = Goldens.path("model.gguf");
  private static final int F32 = 0;

  @TempDir Path folder;

  @Test
  void opensToTheExpectedBits() {
    try (Checkpoint found = Checkpoints.open(MODEL);
        Checkpoint expected = Checkpoints.open(Goldens.path("model.expected.safetensors"))) {
      Goldens.assertSame(found, expected);
    }
  }

  @Test
  void versionTwoIsReadAlike() throws IOException {
    byte[] bytes = Files.readAllBytes(MODEL);
    bytes[4] = 2;
    Path file = Files.write(folder.resolve("a.gguf"), bytes);

    try (Checkpoint found = Checkpoints.open(file);
        Checkpoint expected = Checkpoints.open(MODEL)) {
      Goldens.assertSame(found, expected);
    }
  }

  @Test
  void keyValuesAreMetadata() {
    try (Checkpoint checkpoint = Checkpoints.open(MODEL)) {
      assertThat(checkpoint.metadata())
          .containsExactly(
              entry("general.architecture", "llama"),
              entry("general.name", "tiny"),
              entry("general.file_type", "1"),
              entry("t.u8", "200"),
              entry("t.i8", "-5"),
              entry("t.u16", "60000"),
              entry("t.i16", "-3000"),
              entry("t.u32", "4000000000"),
              entry("t.i32", "-7"),
              entry("t.f32", "1.0E-5"),
              entry("t.bool", "true"),
              entry("t.u64", "9223372036854775809"),
              entry("t.i64", "-1099511627776"),
              entry("t.f64", "0.1"),
              entry("tokenizer.ggml.tokens", "[4 × STRING]"),
              entry("t.scores", "[3 × FLOAT32]"),
              entry("t.flags", "[2 × BOOL]"));
    }
  }

  @Test
  void longTextsAreCut() throws IOException {
    String text = "x".repeat(100_000);
    Path file = write(new GgufFile(0, 1).key("a", GgufFile.STRING).string(text));

    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.metadata())
          .containsExactly(entry("a", text.substring(0, 65_536) + "… (100000 bytes)"));
      assertThat(checkpoint.tensors()).isEmpty();
    }
  }

  @Test
  void aPartOfAModelIsNoted() throws IOException {
    Path file = write(new GgufFile(0, 1).key("split.count", 2).u8(3).u8(0));

    try (Checkpoint part = Checkpoints.open(file);
        Checkpoint whole = Checkpoints.open(MODEL)) {
      assertThat(part.notes())
          .containsExactly("one of 3 files of a model; llama-gguf-split --merge makes them one");
      assertThat(whole.notes()).isEmpty();
    }
  }

  @Test
  void isRecognisedByItsBytesWhateverItsName() throws IOException {
    Path file = Files.copy(MODEL, folder.resolve("model.weights"));

    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.tensors()).hasSize(9);
    }
  }

  @Test
  void scalarsAndEmptyTensorsAreRead() throws IOException {
    Path file =
        write(
            new GgufFile(3, 0)
                .tensor("empty", F32, 1L << 40, 0, 3)
                .tensor("scalar", F32, 0)
                .tensor("one", F32, 32, 1)
                .pad(32)
                .u32(42)
                .pad(32)
                .u32(43));

    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.tensors().values())
          .containsExactly(
              new TensorSpec("scalar", DType.F32, List.of()),
              new TensorSpec("one", DType.F32, List.of(1L)),
              new TensorSpec("empty", DType.F32, List.of(3L, 0L)));
      assertThat(checkpoint.tensor("empty").data().byteSize()).isZero();
      assertThat(checkpoint.tensor("one").data().get(ValueLayout.JAVA_INT_UNALIGNED, 0))
          .isEqualTo(43);
    }
  }

  @Test
  void aShortenedFileNamesTheTensor() throws IOException {
    Path file = Files.copy(MODEL, folder.resolve("a.gguf"));
    try (Checkpoint checkpoint = Checkpoints.open(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(1200);

      assertThatThrownBy(() -> checkpoint.read("i64", 0, ByteBuffer.allocate(16)))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              file
                  + ": tensor 'i64': has been cut off since the file was opened, which ends at byte"
                  + " 1200 instead of 1376, at byte 1344");
      assertThatThrownBy(() -> checkpoint.tensor("i64")).isInstanceOf(CheckpointException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void whatIsWrittenWithTheSameWeightsIsTheSameFile(int version) throws IOException {
    byte[] bytes = Files.readAllBytes(MODEL);
    bytes[4] = (byte) version;
    Path model = Files.write(folder.resolve("a.gguf"), bytes);
    Path copy = folder.resolve("b.gguf");
    try (Checkpoint template = Checkpoints.open(model)) {
      write(template, copy, template.tensors().sequencedValues().reversed(), template);
    }

    assertThat(copy).hasSameBinaryContentAs(model);
  }

  @ParameterizedTest
  @CsvSource({"F32, 0", "F16, 1", "BF16, 32"})
  void anotherTypeMovesTheDataAndTellsTheFileType(DType dtype, String fileType) throws IOException {
    Path target = folder.resolve("b.gguf");
    try (Checkpoint template = Checkpoints.open(MODEL)) {
      List<TensorSpec> specs =
          template.tensors().values().stream()
              .map(spec -> spec.dtype().isFloat() ? spec.withDType(dtype) : spec)
              .toList();
      Random random = new Random(1);
      byte[][] contents = new byte[specs.size()][];
      try (CheckpointWriter writer =
          new Gguf().like(template).create(target, specs, Map.of(), Durability.CACHED)) {
        for (int i = 0; i < contents.length; i++) {
          contents[i] = new byte[(int) specs.get(i).bytes()];
          random.nextBytes(contents[i]);
          writer.write(specs.get(i).name(), 0, ByteBuffer.wrap(contents[i]));
        }
        writer.commit();
      }
      try (Checkpoint written = Checkpoints.open(target)) {
        assertThat(written.tensors().values()).containsExactlyElementsOf(specs);
        for (int i = 0; i < contents.length; i++) {
          assertThat(written.tensor(specs.get(i).name()).data().toArray(ValueLayout.JAVA_BYTE))
              .isEqualTo(contents[i]);
        }
        Map<String, String> expected = new HashMap<>(template.metadata());
        expected.put("general.file_type", fileType);
        assertThat(written.metadata()).isEqualTo(expected);
      }
    }
  }

  @Test
  void theFileTypeStaysWhereMatricesAreOfSeveralTypes() throws IOException {
    Path target = folder.resolve("b.gguf");
    try (Checkpoint template = Checkpoints.open(MODEL)) {
      List<TensorSpec> specs = new ArrayList<>(template.tensors().values());
      specs.replaceAll(
          spec -> spec.name().equals("token_embd.weight") ? spec.withDType(DType.F32) : spec);
      try (CheckpointWriter writer =
          new Gguf().like(template).create(target, specs, Map.of(), Durability.CACHED)) {
        for (TensorSpec spec : specs) {
          writer.write(spec.name(), 0, ByteBuffer.allocate((int) spec.bytes()));
        }
        writer.commit();
      }
    }
    try (Checkpoint written = Checkpoints.open(target)) {
      assertThat(written.metadata()).containsEntry("general.file_type", "1");
    }
  }

  @Test
  void theAlignmentIsKept() throws IOException {
    Path model =
        write(
            new GgufFile(2, 1)
                .key("general.alignment", GgufFile.UINT32)
                .u32(128)
                .tensor("a", F32, 0, 3)
                .tensor("b", F32, 128, 2)
                .pad(128)
                .u64(1)
                .pad(128)
                .u64(2)
                .pad(128));
    Path copy = folder.resolve("b.gguf");
    try (Checkpoint template = Checkpoints.open(model)) {
      write(template, copy, template.tensors().values(), template);
    }

    assertThat(copy).hasSameBinaryContentAs(model);
  }

  @Test
  void tensorsAloneMakeNoFile() {
    Path target = folder.resolve("b.gguf");
    List<TensorSpec> specs = List.of(new TensorSpec("a", DType.F32, List.of(1L)));

    assertThatThrownBy(() -> Checkpoints.create(target, specs, Map.of(), Durability.CACHED))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            target
                + ": a GGUF file also needs key-values (architecture, tokenizer) and llama.cpp's"
                + " names of tensors, which only another GGUF file has, and the first input is"
                + " none; give one: stockpot convert IN OUT.gguf --like MODEL.gguf, or name a"
                + " folder and convert that with llama.cpp's convert_hf_to_gguf.py");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void otherTensorsThanTheTemplatesAreRefused() throws IOException {
    Path model = write(new GgufFile(2, 0).tensor("a", F32, 0, 3).tensor("b", F32, 32, 2).pad(256));
    Path target = folder.resolve("b.gguf");
    List<TensorSpec> specs =
        List.of(
            new TensorSpec("a", DType.F32, List.of(2L)), new TensorSpec("c", DType.F32, List.of()));

    try (Checkpoint template = Checkpoints.open(model)) {
      CheckpointFormat format = new Gguf().like(template);
      assertThatThrownBy(() -> format.create(target, specs, Map.of(), Durability.CACHED))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              target
                  + ": the tensors are not those of "
                  + model
                  + ", 3 faults:\n  "
                  + target
                  + ": tensor 'a': shape [2] differs from [3] in "
                  + model
                  + "\n  "
                  + target
                  + ": tensor 'c': is not in "
                  + model
                  + "\n  "
                  + target
                  + ": tensor 'b': is missing; it is in "
                  + model);
      List<TensorSpec> eight =
          template.tensors().values().stream()
              .map(spec -> spec.name().equals("a") ? spec.withDType(DType.F8_E5M2) : spec)
              .toList();
      assertThatThrownBy(() -> format.create(target, eight, Map.of(), Durability.CACHED))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              target
                  + ": tensor 'a': F8_E5M2 elements have no place in a GGUF file; choose F32, F16"
                  + " or BF16");
      assertThatThrownBy(() ->
              format.create(
                  target, Collections.nCopies(2, specs.getFirst()), Map.of(), Durability.CACHED))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("two tensors named 'a'");
    }
    assertThat(folder.toFile().list()).containsExactly("a.gguf");
  }

  @Test
  void everyByteIsWrittenOnceBeforeTheFileAppears() {
    Path target = folder.resolve("b.gguf");
    try (Checkpoint template = Checkpoints.open(MODEL);
        CheckpointWriter writer =
            new Gguf()
                .like(template)
                .create(target, template.tensors().values(), Map.of(), Durability.CACHED)) {
      writer.write("i8", 0, ByteBuffer.allocate(4));
      assertThatThrownBy(() -> writer.write("i8", 3, ByteBuffer.allocate(4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'i8': bytes 3 + 4 were written before");
      assertThatThrownBy(() -> writer.write("i8", 4, ByteBuffer.allocate(4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'i8': bytes 4 + 4 of 7");
      assertThatThrownBy(writer::commit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("tensor 'token_embd.weight': byte 0 was not written");
    }
    assertThat(folder).isEmptyDirectory();
  }

  private Path write(GgufFile file) throws IOException {
    return Files.write(folder.resolve("a.gguf"), file.build());
  }

  private static void write(
      Checkpoint template, Path target, Collection<TensorSpec> specs, Checkpoint content) {
    try (CheckpointWriter writer =
        new Gguf().like(template).create(target, specs, Map.of("a", "b"), Durability.SYNCED)) {
      for (TensorSpec spec : specs) {
        ByteBuffer bytes = ByteBuffer.allocate((int) spec.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        content.read(spec.name(), 0, bytes);
        writer.write(spec.name(), 0, bytes.flip());
      }
      writer.commit();
    }
  }
}
