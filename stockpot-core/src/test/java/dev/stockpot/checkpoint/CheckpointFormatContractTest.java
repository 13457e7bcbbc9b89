package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.onnx.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every format in [Checkpoints#FORMATS] must do.
class CheckpointFormatContractTest {
  @TempDir Path folder;

  private final List<Checkpoint> templates = new ArrayList<>();

  @AfterEach
  void closeTemplates() {
    templates.forEach(Checkpoint::close);
  }

  static List<CheckpointFormat> formats() {
    return Checkpoints.FORMATS;
  }

  @ParameterizedTest
  @MethodSource("formats")
  void whatIsWrittenInAnyOrderByManyThreadsIsReadBack(CheckpointFormat format) {
    List<TensorSpec> specs = new ArrayList<>();
    for (DType dtype : dtypes(format)) {
      specs.add(new TensorSpec(dtype + ".matrix", dtype, List.of(4L, 33L)));
      specs.add(new TensorSpec(dtype + ".long", dtype, List.of(4100L)));
      if (dtype.bits() % 8 == 0) {
        specs.add(new TensorSpec(dtype + ".one", dtype, List.of(1L)));
      }
    }
    SafetensorsRoundTrip.check(
        like(format, specs), target(format, "a"), specs, Map.of("author", "me"), 12);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void nothingAppearsUnlessItIsCommitted(CheckpointFormat format) throws IOException {
    List<TensorSpec> specs = List.of(new TensorSpec("w", DType.F32, List.of(2L)));
    Path target = target(Files.createDirectory(folder.resolve("out")), format, "a");
    try (CheckpointWriter writer = create(format, target, specs)) {
      writer.write("w", 0, ByteBuffer.allocate(8));
      assertThat(target).doesNotExist();
    }
    assertThat(target.getParent()).isEmptyDirectory();
  }

  @ParameterizedTest
  @MethodSource("formats")
  void bytesMissingWrittenTwiceOrOutsideAreTold(CheckpointFormat format) {
    List<TensorSpec> specs = List.of(new TensorSpec("w", DType.F32, List.of(2L)));
    try (CheckpointWriter writer = create(format, target(format, "a"), specs)) {
      writer.write("w", 0, ByteBuffer.allocate(5));
      assertThatThrownBy(() -> writer.write("w", 4, ByteBuffer.allocate(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'w': bytes 4 + 2 were written before");
      assertThatThrownBy(() -> writer.write("w", 7, ByteBuffer.allocate(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'w': bytes 7 + 2 of 8");
      assertThatThrownBy(() -> writer.write("v", 0, ByteBuffer.allocate(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no tensor 'v'");
      assertThatThrownBy(writer::commit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("tensor 'w': byte 5 was not written");
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void readingOutsideIsTold(CheckpointFormat format) {
    List<TensorSpec> specs = List.of(new TensorSpec("w", DType.F32, List.of(2L)));
    Path target = target(format, "a");
    try (CheckpointWriter writer = create(format, target, specs)) {
      writer.write("w", 0, ByteBuffer.allocate(8));
      writer.commit();
    }
    assertThat(format.recognises(target)).isTrue();
    try (Checkpoint checkpoint = format.open(target)) {
      assertThat(checkpoint.path()).isEqualTo(target);
      assertThat(checkpoint.files()).isNotEmpty().allMatch(Files::isRegularFile);
      assertThatThrownBy(() -> checkpoint.read("w", 1, ByteBuffer.allocate(8)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'w': bytes 1 + 8 of 8");
      assertThatThrownBy(() -> checkpoint.tensor("v"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no tensor 'v'");
    }
  }

  /// The types that a format has.
  private List<DType> dtypes(CheckpointFormat format) {
    List<DType> dtypes = new ArrayList<>();
    for (DType dtype : DType.values()) {
      List<TensorSpec> specs = List.of(new TensorSpec("w", dtype, List.of(32L)));
      try (CheckpointWriter _ = create(format, target(format, "try-" + dtype), specs)) {
        dtypes.add(dtype);
      } catch (CheckpointException e) {
        assertThat(e).hasMessageContaining(dtype + " elements have no place in a ");
      }
    }
    assertThat(dtypes).contains(DType.F32, DType.F16, DType.BF16);
    return dtypes;
  }

  private CheckpointWriter create(
      CheckpointFormat format, Path target, Collection<TensorSpec> specs) {
    return like(format, specs).create(target, specs, Map.of(), Durability.CACHED);
  }

  /// A format that needs a template gets one with room for the tensors.
  private CheckpointFormat like(CheckpointFormat format, Collection<TensorSpec> specs) {
    return switch (format) {
      case Onnx _ -> like(format, onnx(specs));
      case Gguf _ -> like(format, gguf(specs));
      default -> format;
    };
  }

  private CheckpointFormat like(CheckpointFormat format, Path model) {
    Checkpoint template = format.open(model);
    templates.add(template);
    return format.like(template);
  }

  private Path onnx(Collection<TensorSpec> specs) {
    OnnxModel model = new OnnxModel();
    for (TensorSpec spec : specs) {
      int type = 0;
      while (!OnnxTypes.dtype(type).equals(Optional.of(spec.dtype()))) {
        type++;
      }
      model.initializer(spec.name(), type, spec.shape(), new byte[(int) spec.bytes()]);
    }
    return model.write(folder);
  }

  /// All in F32: a template says nothing of types.
  private Path gguf(Collection<TensorSpec> specs) {
    GgufFile model = new GgufFile(specs.size(), 1).key("author", GgufFile.STRING).string("me");
    long offset = 0;
    for (TensorSpec spec : specs) {
      long[] dimensions = spec.shape().reversed().stream().mapToLong(Long::longValue).toArray();
      model.tensor(spec.name(), 0, offset, dimensions);
      offset = Math.ceilDiv(offset + 4 * spec.elements(), 32) * 32;
    }
    model.pad(32);
    byte[] header = model.build();
    try {
      byte[] file = Arrays.copyOf(header, header.length + (int) offset);
      return Files.write(folder.resolve("template.gguf"), file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path target(CheckpointFormat format, String name) {
    return target(folder, format, name);
  }

  private static Path target(Path folder, CheckpointFormat format, String name) {
    return folder.resolve(
        format.extensions().isEmpty() ? name : name + "." + format.extensions().getFirst());
  }
}
