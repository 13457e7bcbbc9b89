package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.StockpotProcess.Result;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertIT {
  private static final Path FORMATS =
      Path.of("..", "stockpot-core", "src", "test", "resources", "formats").toAbsolutePath();

  @TempDir private Path folder;

  @Test
  void everyFormatHoldsTheSameBits() throws Exception {
    Files.copy(FORMATS.resolve("module-state.pt"), folder.resolve("a.pt"));

    assertThat(convert("a.pt", "b.safetensors"))
        .isEqualTo(new Result(0, "b.safetensors: 28 parameters in F32, 116 B\n", ""));
    assertThat(convert("b.safetensors", "c").code()).isZero();
    assertThat(convert("c", "d.pth").code()).isZero();
    assertThat(convert("d.pth", "e", "--shard-size", "40B").code()).isZero();
    assertThat(convert("e", "f.safetensors").code()).isZero();

    for (String name : new String[] {"b.safetensors", "c", "d.pth", "e", "f.safetensors"}) {
      assertSame(name, "a.pt");
    }
    assertThat(folder.resolve("e").toFile().list()).contains("model-00002-of-00004.safetensors");
  }

  @Test
  void whatKeepsItsTypeKeepsItsBits() throws Exception {
    // A signalling NaN with a payload, which arithmetic would not leave as it is.
    write("a.safetensors", 0x7F80_0123, 0x8000_0000, 1);

    assertThat(convert("a.safetensors", "b.pt", "--out-dtype", "F32").code()).isZero();

    assertSame("b.pt", "a.safetensors");
  }

  @Test
  void valuesThatBecomeZeroAreCounted() throws Exception {
    write(
        "a.safetensors",
        Float.floatToIntBits(0x1p-25f), // rounds to 0, as the even neighbour
        Float.floatToIntBits(-0x1.8p-26f),
        Float.floatToIntBits(0x1.000002p-25f), // to the smallest value
        0,
        Float.floatToIntBits(1));

    assertThat(convert("a.safetensors", "b.safetensors", "--out-dtype", "F16"))
        .isEqualTo(
            new Result(
                0,
                "b.safetensors: 5 parameters in F16, 10 B\n",
                "note: tensor 'w': 2 values too small for F16 became 0\n"));
    try (Checkpoint found = Checkpoints.open(folder.resolve("b.safetensors"))) {
      assertThat(found.tensor("w").data().toArray(ValueLayout.JAVA_SHORT_UNALIGNED))
          .containsExactly((short) 0, (short) 0x8000, (short) 1, (short) 0, (short) 0x3C00);
    }
  }

  @Test
  void valuesThatOverflowAreAnErrorUnlessSaturated() throws Exception {
    write("a.safetensors", Float.floatToIntBits(1e6f), Float.floatToIntBits(-70_000f));

    assertThat(convert("a.safetensors", "b.pt", "--out-dtype", "F16"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: b.pt: tensor 'w': 2 values overflow F16, whose largest is 65504.0;"
                    + " choose a wider --out-dtype, or --saturate to clamp\n"));
    assertThat(folder.toFile().list()).containsExactly("a.safetensors");
    assertThat(convert("a.safetensors", "b.pt", "--out-dtype", "F16", "--saturate").err())
        .isEqualTo("note: tensor 'w': 2 values clamped to the range of F16\n");
  }

  @Test
  void prefixesAreStripped() throws Exception {
    Files.copy(FORMATS.resolve("training-checkpoint.pt"), folder.resolve("a.ckpt"));

    Result result =
        convert("--strip-prefix", "a.ckpt", "b.safetensors", "--key", "state_dict", "--json");

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("\"stripped_prefix\": \"module.\"", "\"input\": \"a.ckpt\"")
        .contains("\"'module.' is stripped from 3 names\"");
    try (Checkpoint found = Checkpoints.open(folder.resolve("b.safetensors"));
        Checkpoint original = Checkpoints.open(folder.resolve("a.ckpt"))) {
      original
          .tensors()
          .keySet()
          .forEach(name ->
              assertThat(
                      found
                          .tensor(name.substring("module.".length()))
                          .data()
                          .mismatch(original.tensor(name).data()))
                  .isEqualTo(-1));
    }
    assertThat(convert("b.safetensors", "c.safetensors", "--strip-prefix").err())
        .isEqualTo("note: no prefix is common to all names, so none is stripped\n");
    assertThat(convert("b.safetensors", "c.safetensors", "--strip-prefix=x.").err())
        .isEqualTo(
            "stockpot: b.safetensors: no name begins with 'x.'; stockpot inspect b.safetensors"
                + " lists them\n");
  }

  @Test
  void aPrefixThatTellsNamesApartStays() throws Exception {
    Models.write(
        folder.resolve("a.safetensors"),
        Map.of("x.w", Models.values(1), "w", Models.values(2), "x.", Models.values(3)));

    Result result = convert("a.safetensors", "b.safetensors", "--strip-prefix=x.");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            """
            stockpot: a.safetensors: the prefix must stay, 2 faults:
              a.safetensors: tensor 'x.': cannot lose the prefix 'x.': nothing would be left
              a.safetensors: tensor 'x.w': cannot lose the prefix 'x.': tensor 'w' would have the\
             same name
            """);
  }

  @Test
  void aMismatchThatStrippingCuresSaysSo() throws Exception {
    Models.write(folder.resolve("a.safetensors"), Map.of("fc.w", Models.values(1)));
    Models.write(folder.resolve("b.pt"), Map.of("module.fc.w", Models.values(2)));

    assertThat(stockpot(folder, "uniform", "a.safetensors", "b.pt", "-o", "c.pt").err())
        .isEqualTo(
            "stockpot: b.pt: every name begins with 'module.', unlike those in a.safetensors; strip"
                + " it with: stockpot convert b.pt OUT --strip-prefix\n");
    assertThat(convert("b.pt", "b2.pt", "--strip-prefix").code()).isZero();
    assertThat(stockpot(folder, "uniform", "a.safetensors", "b2.pt", "-o", "c.pt").code()).isZero();
  }

  @Test
  void ggufTakesItsKeyValuesFromAnother() throws Exception {
    Files.copy(FORMATS.resolve("model.gguf"), folder.resolve("a.gguf"));

    assertThat(convert("a.gguf", "b.safetensors").code()).isZero();
    assertThat(convert("b.safetensors", "c.gguf", "--like", "a.gguf").code()).isZero();
    assertThat(convert("a.gguf", "d.gguf", "--out-dtype", "bf16").code()).isZero();
    assertThat(stockpot(folder, "uniform", "d.gguf", "a.gguf", "-o", "e.gguf").code()).isZero();

    assertSame("b.safetensors", "a.gguf");
    assertThat(folder.resolve("c.gguf")).hasSameBinaryContentAs(folder.resolve("a.gguf"));
    assertThat(stockpot(folder, "inspect", "d.gguf").out()).contains("general.file_type", "32");
    assertThat(convert("b.safetensors", "x.gguf").err())
        .startsWith("stockpot: x.gguf: a GGUF file also needs key-values");
    for (String[] wrong : new String[][] {{"x.gguf", "b.safetensors"}, {"x.pt", "a.gguf"}}) {
      assertThat(convert("b.safetensors", wrong[0], "--like", wrong[1]))
          .isEqualTo(
              new Result(
                  2,
                  "",
                  "stockpot: "
                      + wrong[0]
                      + ": takes nothing from "
                      + wrong[1]
                      + "; --like is for .gguf and .onnx, and names a file of the same format\n"));
    }
    assertThat(convert("b.safetensors", "a.gguf", "--like", "a.gguf").err())
        .isEqualTo(
            "stockpot: a.gguf: is one of the inputs and would be overwritten; choose another"
                + " name\n");
  }

  @Test
  void weightsAreTakenOutOfAGraphAndPutIntoIt() throws Exception {
    Path digits = Path.of("..", "examples", "digits").toAbsolutePath();
    Files.copy(digits.resolve("model.onnx"), folder.resolve("a.onnx"));

    assertThat(convert("a.onnx", "b.safetensors").code()).isZero();
    assertThat(convert("b.safetensors", "c.onnx", "--graph", "a.onnx").code()).isZero();
    assertThat(convert("b.safetensors", "x.onnx").err())
        .startsWith("stockpot: x.onnx: an ONNX file needs the graph of a network");

    assertSame("b.safetensors", "a.onnx");
    assertSame("c.onnx", "a.onnx");
  }

  @Test
  void aFolderKeepsWhatBelongsToItsModel() throws Exception {
    Path model = Files.createDirectory(folder.resolve("a"));
    Models.write(model.resolve("model.safetensors"), Map.of("w", Models.values(1, 2)));
    Files.writeString(model.resolve("config.json"), "{\"torch_dtype\": \"float32\"}");

    assertThat(convert("a", "b", "--out-dtype", "bfloat16").code()).isZero();

    Path copy = folder.resolve("b");
    assertThat(copy.resolve("config.json")).hasContent("{\"torch_dtype\": \"bfloat16\"}");
    assertThat(copy.resolve("README.md"))
        .content()
        .contains("A conversion (BF16), made by Stockpot", "| a | 1.0 |")
        .endsWith("    stockpot convert a b --out-dtype bfloat16\n");
  }

  private Result convert(String... words) throws Exception {
    String[] all = new String[words.length + 1];
    all[0] = "convert";
    System.arraycopy(words, 0, all, 1, words.length);
    Result result = stockpot(folder, all);
    // How long it took is another matter each time.
    String err = result.err().replaceAll("(?m)^converting.*\n", "");
    return new Result(result.code(), result.out(), err);
  }

  private void assertSame(String found, String expected) {
    try (Checkpoint a = Checkpoints.open(folder.resolve(found));
        Checkpoint b = Checkpoints.open(folder.resolve(expected))) {
      assertThat(a.tensors()).isEqualTo(b.tensors());
      for (String name : b.tensors().keySet()) {
        assertThat(a.tensor(name).data().mismatch(b.tensor(name).data())).as(name).isEqualTo(-1);
      }
    }
  }

  private void write(String file, int... bits) {
    TensorSpec spec = new TensorSpec("w", DType.F32, List.of((long) bits.length));
    try (CheckpointWriter writer =
        Checkpoints.create(folder.resolve(file), List.of(spec), Map.of(), Durability.CACHED)) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * bits.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asIntBuffer().put(bits);
      writer.write("w", 0, bytes);
      writer.commit();
    }
  }
}
