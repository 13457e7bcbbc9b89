package dev.stockpot.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.recipe.RecipeException;
import dev.stockpot.train.NetworkSpec;
import dev.stockpot.train.Search.Draw;
import dev.stockpot.train.SweepSpec;
import dev.stockpot.train.TrainerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepFileTest {
  private static final String NETWORK =
      """
      model: {network: cnn, inputs: 1, channels: [4], classes: 10}
      data:
        train: {x: x.npy, y: y.npy}
        select: {x: x.npy, y: y.npy}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void files() throws IOException {
    for (String name : List.of("x.npy", "y.npy", "base.safetensors", "model.ts.pt")) {
      Files.writeString(folder.resolve(name), "");
    }
  }

  private SweepFile read(String text) throws IOException {
    Path file = folder.resolve("sweep.yml");
    Files.writeString(file, text);
    return SweepFile.read(file);
  }

  private void refused(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(RecipeException.class)
        .hasMessage(message.replace("FILE", folder.resolve("sweep.yml").toString()));
  }

  @Test
  void everyKey() throws IOException {
    SweepSpec spec =
        read("""
        base: base.safetensors
        model: {torchscript: model.ts.pt, head: ["fc.*"], new-head: true}
        freeze: ["conv1.*"]
        ema: [0.9, 0.999]
        search: {random: 3, seed: 1}
        stock: {every: 2, optimizer: reset}
        hyperparameters:
          lr: {log-uniform: [1e-4, 1e-2]}
          batch-size: {integer: [4, 16]}
          label-smoothing: {mixture: [{probability: 0.5, value: 0}, {probability: 0.5, value: {uniform: [0, 0.25]}}]}
          optimizer: [adamw, sgd]
          epochs: 32
        input: {layout: nchw, scale: 16}
        data: {train: {x: x.npy, y: y.npy}, select: {x: x.npy, y: y.npy}}
        metric: accuracy
        """)
            .spec();
    TrainerSpec.Network network = (TrainerSpec.Network) spec.trainer();
    assertThat(network.ema()).containsExactly(0.9, 0.999);
    assertThat(network.head()).containsExactly("fc.*");
    assertThat(network.newHead()).isTrue();
    assertThat(network.freeze()).containsExactly("conv1.*");
    assertThat(spec.stock()).contains(new SweepSpec.Stock(2, false));
    List<Draw> draws = spec.draws();
    assertThat(draws).hasSize(3);
    assertThat(draws.get(2).json()).containsEntry("epochs", 32L).containsEntry("seed", 2L);
  }

  @Test
  void gridIsUsualAndAListOfSpacesIsAList() throws IOException {
    SweepSpec spec =
        read(NETWORK + "hyperparameters: [{lr: [0.1, 0.2], seed: 4}, {optimizer: sgd}]").spec();
    assertThat(spec.draws().stream().map(Draw::json))
        .containsExactly(
            Map.of("lr", 0.1, "seed", 4L),
            Map.of("lr", 0.2, "seed", 4L),
            Map.of("optimizer", "sgd", "seed", 2L));
    assertThat(((TrainerSpec.Network) spec.trainer()).graph())
        .isEqualTo(
            new TrainerSpec.Graph.BuiltIn(
                new NetworkSpec.Cnn(1, OptionalInt.empty(), List.of(4), false, 10)));
  }

  @Test
  void everyFaultOfHyperparametersAtOnce() {
    refused(
        NETWORK
            + """
            search: {random: 2}
            hyperparameters:
              lrr: 0.1
              epochs: {uniform: [1, 3]}
              optimizer: [adamw, lion]
              label-smoothing: {uniform: [0.5, 1.5]}
              warm-up: 1
              flip: {uniform: [0.5, 0.1]}
            """,
        """
        FILE:7: unknown hyperparameter 'lrr'; did you mean 'lr'?
        FILE:8: 'epochs' is a whole number; draw it by {integer: [low, high]}
        FILE:9: 'optimizer' is lion, but must be adamw or sgd
        FILE:10: 'label-smoothing' is 1.5, but must be a number from 0 to 1
        FILE:12: 'hyperparameters.flip.uniform': the smaller number comes first, not 0.5 and 0.1\
        """
            .stripIndent());
  }

  @Test
  void distributionsThatDoNotFitAreRefused() {
    refused(
        NETWORK + "hyperparameters: {lr: {uniform: [0.1, 0.2]}}",
        "FILE:5: 'hyperparameters.lr' is drawn by uniform, which a grid cannot go through; list"
            + " values, or draw at random: search: {random: 20}");
    refused(
        NETWORK + "hyperparameters: {lr: {normal: [0, 1]}}",
        "FILE:5: unknown key 'normal' in 'hyperparameters.lr'; known are choice, uniform,"
            + " log-uniform, integer, mixture");
    refused(
        NETWORK + "ema: [1]\nhyperparameters: {lr: 0.1}",
        "FILE:5: a decay is between 0 and 1, not 1.0");
  }

  @Test
  void commandIsFilledCompletely() throws IOException {
    String command = "trainer: {command: [python, t.py, \"{lr}\", \"{output}\"]}\n";
    assertThat(read(command + "hyperparameters: {lr: [0.1, 0.2]}").spec().draws()).hasSize(2);
    refused(
        command + "hyperparameters: {lr: 0.1, wd: 0}",
        "FILE:2: the command does not mention {wd}, so it would change nothing");
    refused(
        "trainer: {command: [t, \"{lr}\", \"{wd}\", \"{output}\"]}\nhyperparameters: {lr: 0.1}",
        "FILE:1: nothing fills {wd}; it is among the hyperparameters of no space, or not of every"
            + " one");
    refused(
        "trainer: {command: [t, \"{base}\", \"{output}\"]}\nhyperparameters: {}",
        "FILE:1: the command mentions {base}, but no base is named");
    refused(
        "trainer: {command: [t]}\nhyperparameters: {}",
        "FILE:1: the command does not mention {output}, the file that it is to write");
    refused(
        command + NETWORK + "hyperparameters: {lr: 0.1}",
        "FILE:1: there is a model, which Stockpot trains, and a trainer; keep one of them");
  }

  @Test
  void networksThatCannotBeAreRefused() {
    refused(
        NETWORK.replace("inputs: 1, ", "") + "hyperparameters: {}",
        "FILE:1: 'model' describes no network: missing 'inputs'");
    refused(
        NETWORK.replace("inputs: 1", "inputs: 1, dropout: 1") + "hyperparameters: {}",
        "FILE:1: 'model' describes no network: unknown key 'dropout'; known are network, inputs,"
            + " size, channels, batch-norm, classes");
  }

  @Test
  void stockNeedsABaseAndSeveralRuns() {
    refused(
        NETWORK + "stock: {every: epoch}\nhyperparameters: {seed: [1, 2]}",
        "FILE:5: 'stock' pulls the runs towards the base; name one");
    refused(
        NETWORK + "base: base.safetensors\nstock: {every: epoch}\nhyperparameters: {seed: 1}",
        "FILE:6: 'stock' merges several runs, and there is 1");
    refused(
        NETWORK
            + "base: base.safetensors\nstock: {every: epoch}\nhyperparameters: {epochs: [1, 2]}",
        "FILE:6: 'stock' merges runs of as many epochs; give one value for epochs and"
            + " probe-epochs");
  }

  @Test
  void soupSaysTheSameOfDataFromAnotherFolder() throws IOException {
    SweepFile sweep =
        read(
            """
            base: base.safetensors
            model: {torchscript: model.ts.pt}
            hyperparameters: {lr: 0.1}
            input: {layout: nchw, scale: 16}
            data:
              train: {x: x.npy, y: y.npy}
              select: {x: x.npy, y: y.npy}
              report: {test: {x: {ids: x.npy}, y: y.npy, role: id}}
            metric: accuracy
            """);
    Optional<String> soup =
        sweep.soup().write(folder.resolve("out/s"), List.of("run-00"), Optional.empty());
    assertThat(soup)
        .contains(
            """
            # stockpot cook soup.yml -o cooked
            base: "../../base.safetensors"
            ingredients: ["run-00"]
            evaluator: {"torchscript":"../../model.ts.pt"}
            input: {"layout":"nchw","scale":16}
            data:
              train: {"x":"../../x.npy","y":"../../y.npy"}
              select: {"x":"../../x.npy","y":"../../y.npy"}
              report:
                "test": {"x":{"ids":"../../x.npy"},"y":"../../y.npy","role":"id"}
            metric: "accuracy"
            """);
  }
}
