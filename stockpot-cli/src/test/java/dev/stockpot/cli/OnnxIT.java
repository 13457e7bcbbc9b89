package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.Onnx;
import dev.stockpot.cli.StockpotProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// ONNX models as ingredients and as output.
class OnnxIT {
  private static final Path DIGITS = Path.of("..", "examples", "digits").toAbsolutePath();

  @TempDir private Path folder;

  @BeforeEach
  void putWeightsIntoTheGraph() throws IOException {
    for (String name : new String[] {"ft-00", "ft-01"}) {
      Path weights = folder.resolve(name + ".safetensors");
      Files.copy(DIGITS.resolve(name + ".safetensors"), weights);
      try (Checkpoint graph = Checkpoints.open(DIGITS.resolve("model.onnx"));
          Checkpoint source = Checkpoints.open(weights);
          CheckpointWriter writer =
              new Onnx()
                  .like(graph)
                  .create(
                      folder.resolve(name + ".onnx"),
                      source.tensors().values(),
                      Map.of(),
                      Durability.CACHED)) {
        for (String tensor : source.tensors().keySet()) {
          writer.write(tensor, 0, source.tensor(tensor).data().asByteBuffer());
        }
        writer.commit();
      }
    }
  }

  @Test
  void aSoupOfModelsIsAModelWithTheSoupOfTheirWeights() throws Exception {
    Result models = stockpot(folder, "uniform", "ft-00.onnx", "ft-01.onnx", "-o", "soup.onnx");
    assertThat(models.code()).as(models.err()).isZero();
    stockpot(folder, "uniform", "ft-00.safetensors", "ft-01.safetensors", "-o", "s.safetensors");

    Result same = stockpot(folder, "verify", "soup.onnx", "s.safetensors");
    assertThat(same.code()).as(same.out() + same.err()).isZero();
    byte[] soup = Files.readAllBytes(folder.resolve("soup.onnx"));
    assertThat(soup).hasSameSizeAs(Files.readAllBytes(DIGITS.resolve("model.onnx")));
    assertThat(stockpot(folder, "compare", "ft-00.onnx", "soup.onnx").code()).isZero();
  }

  @Test
  void inspectShowsTheInitializers() throws Exception {
    Result model = stockpot(folder, "inspect", "ft-00.onnx");
    assertThat(model.code()).as(model.err()).isZero();
    assertThat(model.out()).contains("fc1.weight    F32    [32, 384]");
  }

  @Test
  void aModelNeedsAGraphAndKeepsItsTypes() throws Exception {
    assertThat(stockpot(folder, "uniform", "ft-00.safetensors", "-o", "soup.onnx"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: soup.onnx: an ONNX file needs the graph of a network, and none is given:"
                    + " the first input is no ONNX file; name the output .safetensors, or put the"
                    + " weights into a graph with: stockpot convert IN OUT.onnx --graph"
                    + " MODEL.onnx\n"));
    Result narrow =
        stockpot(folder, "uniform", "ft-00.onnx", "-o", "soup.onnx", "--out-dtype", "bfloat16");
    assertThat(narrow.code()).isEqualTo(2);
    assertThat(narrow.err())
        .startsWith("stockpot: soup.onnx: the tensors do not fit the graph, ")
        .contains(
            "BF16 differs from F32 in the graph of ft-00.onnx, whose types stay as they are; write"
                + " F32, or name the output .safetensors\n");
    assertThat(folder.resolve("soup.onnx")).doesNotExist();
  }
}
