package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.StockpotProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Evaluators that cannot be used end with exit code 2, and the message says what to do.
class EvaluatorFaultsIT {
  @TempDir private Path folder;

  @BeforeEach
  void make() throws IOException {
    TinySoup.make(folder, "[greedy]");
  }

  @Test
  void commandThatFailsIsShownWithItsWords() throws Exception {
    assertCommandTold(
        "echo working; echo 'no such device' >&2; exit 3",
        """
        ended with exit code 3 instead of 0; run it by itself to see why
          stderr:
            no such device
        """);
  }

  @Test
  void commandThatPrintsNothingIsTold() throws Exception {
    assertCommandTold(
        "true",
        """
        printed nothing on stdout; print a last line such as {"accuracy": 0.81, "n": 2000}
          stderr: empty
        """);
  }

  @Test
  void commandThatPrintsNanIsTold() throws Exception {
    assertCommandTold(
        "echo '{\"accuracy\": NaN, \"n\": 4}'",
        """
        it printed 'accuracy' as NaN, which is no number; look for a checkpoint or a loss that\
         overflowed, or leave 'accuracy' out
        """);
  }

  @Test
  void commandThatHangsIsStopped() throws Exception {
    Path soup = folder.resolve("soup.yml");
    Files.writeString(
        soup, Files.readString(soup).replace("  command:", "  timeout-seconds: 1\n  command:"));
    assertCommandTold(
        "sleep 600",
        """
        did not end within 1 s and was stopped; if it needs longer, raise 'timeout-seconds' under\
         'evaluator'
          stderr: empty
        """);
  }

  @Test
  void runThatTheEvaluatorEndedIsGoneOnWith() throws Exception {
    Path script = folder.resolve("measure.sh");
    String working = Files.readString(script);
    Files.writeString(script, "[[ $1 == *ft-3* ]] && exit 1\n" + working);
    assertThat(stockpot(folder, "cook", "soup.yml", "-o", "run", "--quiet").code()).isEqualTo(2);
    Files.writeString(script, working);
    Path soup = folder.resolve("soup.yml");
    Files.writeString(
        soup, Files.readString(soup).replace("  command:", "  timeout-seconds: 90\n  command:"));
    int before = TinySoup.calls(folder);
    assertThat(before).as("base and two ingredients on three sets").isEqualTo(9);
    Result resumed = stockpot(folder, "cook", "soup.yml", "-o", "run", "--resume", "--quiet");
    assertThat(resumed.code()).as(resumed.err()).isEqualTo(0);
    assertThat(TinySoup.calls(folder) - before)
        .as("four ingredients, five trials, and perhaps a soup on two more sets")
        .isBetween(4 * 3 + 5, 4 * 3 + 5 + 2);
  }

  @Test
  void graphOfAnotherModelIsTold() throws Exception {
    Path digits = StockpotProcess.ROOT.toAbsolutePath().normalize().resolve("examples/digits");
    Files.writeString(
        folder.resolve("eval.yml"),
        """
        evaluator: {onnx: DIGITS/model.onnx}
        input: {layout: nchw, scale: 16}
        data:
          select: {x: DIGITS/data/select-x.npy, y: DIGITS/data/select-y.npy}
        """
            .replace("DIGITS", digits.toString()));
    assertTold(
        digits
            + """
            /model.onnx does not fit the tensors of ft-1.safetensors:
              initializer 'conv1.weight': no tensor of that name
              initializer 'conv1.bias': no tensor of that name
              initializer 'conv2.weight': no tensor of that name
              initializer 'conv2.bias': no tensor of that name
              initializer 'norm.weight': no tensor of that name
              initializer 'norm.bias': no tensor of that name
              initializer 'fc1.weight': no tensor of that name
              initializer 'fc1.bias': no tensor of that name
              initializer 'head.weight': no tensor of that name
              initializer 'head.bias': no tensor of that name
              tensor 'w': no initializer of that name
            Export the model so that initializers keep the checkpoint's names:\
             torch.onnx.export(..., dynamo=True, optimize=False), or the legacy exporter with\
             do_constant_folding=False.
            An initializer that is the graph's own constant can be listed under evaluator:\
             constants: [conv1.weight].\
            """,
        "greedy",
        "ft-1.safetensors",
        "--eval",
        "eval.yml",
        "--quiet",
        "-o",
        "m.safetensors");
    assertThat(folder.resolve("m.safetensors")).doesNotExist();
  }

  @Test
  void missingSetIsToldWithItsLine() throws Exception {
    Files.writeString(folder.resolve("model.onnx"), "");
    Files.writeString(
        folder.resolve("eval.yml"),
        """
        evaluator: {onnx: model.onnx}
        data:
          select: {x: data/x.npy, y: data/y.npy}
        """);
    assertTold(
        "eval.yml:3: no such file: data/x.npy",
        "evaluate",
        "ft-1.safetensors",
        "--eval",
        "eval.yml");
  }

  @Test
  void unknownRecipeIsToldWithTheNearest() throws Exception {
    Path soup = folder.resolve("soup.yml");
    Files.writeString(soup, Files.readString(soup).replace("[greedy]", "[best, greedi]"));
    assertTold(
        "soup.yml:10: unknown recipe 'greedi'; did you mean 'greedy'?",
        "cook",
        "soup.yml",
        "-o",
        "run");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  private void assertCommandTold(String script, String message) throws Exception {
    Files.writeString(folder.resolve("measure.sh"), script);
    List<String> before = TinySoup.tree(folder);
    Path checkpoint = folder.resolve("ft-1.safetensors");
    assertTold(
        "evaluator command on set 'select' for ft-1.safetensors: "
            + message
            + "  command: bash measure.sh "
            + checkpoint
            + " first half\n  folder: "
            + folder,
        "greedy",
        "ft-[12].safetensors",
        "--eval",
        "soup.yml",
        "--quiet",
        "-o",
        "m.safetensors");
    assertThat(TinySoup.tree(folder)).isEqualTo(before);
  }

  private void assertTold(String message, String... args) throws Exception {
    assertThat(stockpot(folder, args)).isEqualTo(new Result(2, "", "stockpot: " + message + "\n"));
  }
}
