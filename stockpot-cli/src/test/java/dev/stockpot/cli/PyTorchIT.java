package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.cli.StockpotProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// PyTorch files as ingredients and as output.
class PyTorchIT {
  private static final Path DIGITS = Path.of("..", "examples", "digits").toAbsolutePath();
  private static final Path FORMATS =
      Path.of("..", "stockpot-core", "src", "test", "resources", "formats").toAbsolutePath();

  @TempDir private Path folder;

  @Test
  void aSoupOfPyTorchFilesIsThatOfTheSameWeightsInSafetensors() throws Exception {
    for (String name : new String[] {"base", "ft-00"}) {
      for (String extension : new String[] {".pt", ".safetensors"}) {
        Files.copy(DIGITS.resolve(name + extension), folder.resolve(name + extension));
      }
    }
    assertThat(stockpot(folder, "uniform", "base.pt", "ft-00.pt", "-o", "soup.pth").code())
        .isZero();
    stockpot(folder, "uniform", "base.pt", "ft-00.safetensors", "-o", "mixed.safetensors");
    stockpot(folder, "uniform", "base.safetensors", "ft-00.safetensors", "-o", "soup.safetensors");

    for (String soup : new String[] {"soup.pth", "mixed.safetensors"}) {
      try (Checkpoint found = Checkpoints.open(folder.resolve(soup));
          Checkpoint expected = Checkpoints.open(folder.resolve("soup.safetensors"))) {
        assertThat(found.tensors()).isEqualTo(expected.tensors());
        for (String name : expected.tensors().keySet()) {
          assertThat(found.tensor(name).data().mismatch(expected.tensor(name).data()))
              .as(soup + " " + name)
              .isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void inspectSaysWhereTheTensorsAreFrom() throws Exception {
    Files.copy(FORMATS.resolve("training-checkpoint.pt"), folder.resolve("a.pt"));

    Result found = stockpot(folder, "inspect", "a.pt");
    assertThat(found.out())
        .endsWith(
            """

            note: the tensors are those at key 'state_dict'
            note: every name begins with 'module.'
            """);
    assertThat(stockpot(folder, "inspect", "a.pt", "--key", "state_dict")).isEqualTo(found);
    assertThat(stockpot(folder, "inspect", "a.pt", "--key", "model"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: a.pt: no dictionary of tensors at key 'model';"
                    + " there are 'state_dict' (3)\n"));
  }

  @Test
  void whatWantsToRunIsTheUsersMistake() throws Exception {
    for (String name : new String[] {"hostile-global.pt", "hostile-plain-pickle.pt"}) {
      Files.copy(FORMATS.resolve(name), folder.resolve(name));
      Result result = stockpot(folder, "uniform", name, "-o", "soup.pt");
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).startsWith("stockpot: " + name + ": names 'posix.system'");
    }
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder("hostile-global.pt", "hostile-plain-pickle.pt");
  }
}
