package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PyTorchWriterTest {
  /// Prints every tensor of the file: name, type, shape, bytes.
  private static final String PYTHON =
      """
      import sys, torch
      for name, t in torch.load(sys.argv[1], weights_only=True).items():
          flat = t.contiguous().reshape(-1)
          data = flat.view(torch.uint8).tolist() if t.numel() else []
          print(name, str(t.dtype)[6:], list(t.shape), t.is_contiguous(), bytes(data).hex())
      """;

  private static final List<DType> DTYPES =
      Arrays.stream(DType.values()).filter(dtype -> PyTorchTypes.name(dtype).isPresent()).toList();

  @TempDir Path folder;

  @Test
  void carriesEveryDTypeShapeAndName() {
    SafetensorsRoundTrip.check(folder.resolve("a.pt"), everything(), Map.of(), 5);
    assertThat(folder.toFile().list()).containsExactly("a.pt");
  }

  @Test
  void carriesAThousandTensorsWrittenByManyThreads() {
    List<TensorSpec> specs =
        IntStream.range(0, 1000)
            .mapToObj(i -> new TensorSpec("t" + i, DTYPES.get(i % 16), List.of(i * 7L % 65)))
            .toList();

    SafetensorsRoundTrip.check(folder.resolve("a.pth"), specs, Map.of(), 6);
  }

  @Test
  void carriesNothing() {
    SafetensorsRoundTrip.check(folder.resolve("a.bin"), List.of(), Map.of(), 7);
  }

  @Test
  void carriesAGoldenFileInItsOrder() {
    Path copy = folder.resolve("copy.ckpt");
    try (Checkpoint source = Checkpoints.open(Goldens.path("views-shared-storage.pt"))) {
      write(copy, source);
      try (Checkpoint written = Checkpoints.open(copy)) {
        Goldens.assertSame(written, source);
        assertThat(written.tensors().sequencedKeySet())
            .containsExactlyElementsOf(source.tensors().sequencedKeySet());
      }
    }
  }

  @Test
  void isAnArchiveWithValidChecksumsAndAlignedStorages() throws IOException {
    Path file = folder.resolve("a.pt");
    SafetensorsRoundTrip.check(file, everything(), Map.of(), 8);

    try (ZipFile zip = new ZipFile(file.toFile())) {
      List<? extends ZipEntry> entries = zip.stream().toList();
      assertThat(entries)
          .extracting(ZipEntry::getName)
          .startsWith("archive/data.pkl", "archive/byteorder", "archive/version", "archive/data/0");
      for (ZipEntry entry : entries) {
        CRC32 crc = new CRC32();
        try (InputStream in = zip.getInputStream(entry)) {
          crc.update(in.readAllBytes());
        }
        assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
        assertThat(crc.getValue()).as(entry.getName()).isEqualTo(entry.getCrc());
      }
    }
  }

  @Test
  void theSameTensorsAreTheSameBytes() {
    try (Checkpoint source = Checkpoints.open(Goldens.path("more.pt"))) {
      write(folder.resolve("a.pt"), source);
      write(folder.resolve("b.pt"), source);
    }

    assertThat(folder.resolve("a.pt")).hasSameBinaryContentAs(folder.resolve("b.pt"));
  }

  @Test
  void refusesTypesThatPyTorchDoesNotHave() {
    Path file = folder.resolve("a.pt");
    TensorSpec spec = new TensorSpec("x", DType.F4, List.of(2L));

    assertThatThrownBy(() -> create(file, spec))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file
                + ": tensor 'x': F4 elements have no place in a PyTorch file;"
                + " write a .safetensors file");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesAFolderAsTarget() throws IOException {
    Path file = Files.createDirectory(folder.resolve("a.pt"));

    assertThatThrownBy(() -> create(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": cannot be written: it is a folder");
  }

  @Test
  void refusesNamesThatCannotBeWritten() {
    TensorSpec a = new TensorSpec("a", DType.U8, List.of());
    TensorSpec surrogate = new TensorSpec("a\ud800", DType.U8, List.of());

    assertThatThrownBy(() -> create(folder.resolve("a.pt"), a, a))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two tensors named 'a'");
    assertThatThrownBy(() -> create(folder.resolve("a.pt"), surrogate))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unpaired surrogate in 'a\\ud800'");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void bytesMissingOrWrittenTwiceAreTold() {
    TensorSpec a = new TensorSpec("a", DType.U8, List.of(4L));
    try (CheckpointWriter writer = create(folder.resolve("a.pt"), a)) {
      writer.write("a", 0, ByteBuffer.allocate(3));

      assertThatThrownBy(() -> writer.write("a", 2, ByteBuffer.allocate(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor 'a': bytes 2 + 2 were written before");
      assertThatThrownBy(writer::commit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("tensor 'a': byte 3 was not written");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void pyTorchLoadsItWithWeightsOnly() throws Exception {
    Assumptions.assumeTrue(
        run("-c", "import torch").code() == 0, "no python3 with torch on the PATH");
    Path file = folder.resolve("a.pt");
    List<TensorSpec> specs = new ArrayList<>();
    for (DType dtype : DTYPES) {
      specs.add(new TensorSpec(dtype + ".matrix", dtype, List.of(2L, 3L)));
      specs.add(new TensorSpec(dtype + ".scalar", dtype, List.of()));
      specs.add(new TensorSpec(dtype + ".empty", dtype, List.of(0L, 2L)));
    }
    Random random = new Random(9);
    List<String> expected = new ArrayList<>();
    try (CheckpointWriter writer = create(file, specs.toArray(TensorSpec[]::new))) {
      for (TensorSpec spec : specs) {
        byte[] bytes = new byte[(int) spec.bytes()];
        random.nextBytes(bytes);
        if (spec.dtype() == DType.BOOL) {
          IntStream.range(0, bytes.length).forEach(i -> bytes[i] &= 1);
        }
        writer.write(spec.name(), 0, ByteBuffer.wrap(bytes));
        String dtype = PyTorchTypes.name(spec.dtype()).orElseThrow();
        String line = spec.name() + " " + dtype + " " + spec.shape() + " True ";
        expected.add(line + HexFormat.of().formatHex(bytes));
      }
      writer.commit();
    }

    Result result = run("-c", PYTHON, file.toString());

    assertThat(result.out().lines()).containsExactlyElementsOf(expected);
    assertThat(result.code()).isZero();
  }

  private record Result(int code, String out) {}

  private static Result run(String... arguments) throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3"));
    command.addAll(List.of(arguments));
    try {
      Process python = new ProcessBuilder(command).redirectErrorStream(true).start();
      String out = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(python.waitFor(), out);
    } catch (IOException e) {
      return new Result(-1, "no python3");
    }
  }

  private static List<TensorSpec> everything() {
    List<TensorSpec> specs = new ArrayList<>();
    for (DType dtype : DTYPES) {
      specs.add(new TensorSpec(dtype + " empty", dtype, List.of(3L, 0L, 5L)));
      specs.add(new TensorSpec(dtype + " matrix", dtype, List.of(1L, 4L, 3L, 2L)));
      specs.add(new TensorSpec(dtype + " scalar", dtype, List.of()));
    }
    for (String name : List.of("", " ", "\"\\'/", "\n\t\0", "é€😀", "a.b", "n".repeat(300))) {
      specs.add(new TensorSpec(name, DType.F64, List.of(2L)));
    }
    return specs;
  }

  private static void write(Path file, Checkpoint source) {
    try (CheckpointWriter writer =
        create(file, source.tensors().values().toArray(TensorSpec[]::new))) {
      for (String name : source.tensors().keySet()) {
        byte[] bytes = source.tensor(name).data().toArray(ValueLayout.JAVA_BYTE);
        writer.write(name, 0, ByteBuffer.wrap(bytes));
      }
      writer.commit();
    }
  }

  private static CheckpointWriter create(Path file, TensorSpec... specs) {
    return Checkpoints.create(file, List.of(specs), Map.of(), Durability.CACHED);
  }
}
