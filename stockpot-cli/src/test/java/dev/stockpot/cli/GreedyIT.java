package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.command;
import static dev.stockpot.cli.StockpotProcess.start;
import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GreedyIT {
  @TempDir private Path folder;

  @BeforeEach
  void make() throws Exception {
    TinySoup.make(folder, "[greedy]");
    Files.delete(folder.resolve("base.safetensors"));
  }

  @Test
  void jsonIsOneDocumentAndNothingIsLeftBesideTheSoup() throws Exception {
    List<String> before = TinySoup.tree(folder);
    Result result =
        stockpot(
            folder,
            "greedy",
            "ft-*.safetensors",
            "--eval",
            "soup.yml",
            "--json",
            "-o",
            "out/soup.safetensors");
    assertThat(result.code()).as(result.err()).isEqualTo(0);
    assertThat(result.err().lines()).isNotEmpty();
    Map<String, Json> document = members(JsonReader.read(result.out()));
    assertThat(document.keySet())
        .containsExactly("order", "trace", "ingredients", "score", "metric", "output");
    List<Json> order = ((Json.Arr) document.get("order")).elements();
    assertThat(order).hasSize(6);
    List<Json> trace = ((Json.Arr) document.get("trace")).elements();
    assertThat(trace.stream().map(trial -> members(trial).get("candidate")))
        .isEqualTo(order.subList(1, 6));
    Json score = null;
    for (Json trial : trace) {
      assertThat(members(trial).keySet()).containsExactly("candidate", "score", "accepted");
      score =
          members(trial).get("accepted").equals(new Json.Bool(true))
              ? members(trial).get("score")
              : score;
    }
    List<String> kept = new ArrayList<>(members(document.get("ingredients")).keySet());
    assertThat(new Json.Str(kept.getFirst())).isEqualTo(order.getFirst());
    if (kept.size() > 1) {
      assertThat(document.get("score")).isEqualTo(score);
    }
    assertThat(TinySoup.tree(folder))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(before.stream(), Stream.of("calls", "out", "out/soup.safetensors"))
                .toList());

    List<String> words = new ArrayList<>(List.of("uniform"));
    kept.forEach(name -> words.add(name + ".safetensors"));
    words.addAll(List.of("--quiet", "-o", "mean.safetensors"));
    assertThat(stockpot(folder, words.toArray(String[]::new)).code()).isEqualTo(0);
    assertThat(Files.readAllBytes(folder.resolve("out/soup.safetensors")))
        .isEqualTo(Files.readAllBytes(folder.resolve("mean.safetensors")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void signalEndsItAndNothingIsLeft(String signal) throws Exception {
    assertNothingIsLeft(signal, "ft-*.safetensors", "soup.yml");
    assertThat(TinySoup.calls(folder)).isLessThan(6 + 5);
  }

  @Test
  void signalEndsItWhileANetworkComputes() throws Exception {
    Path digits = StockpotProcess.ROOT.toAbsolutePath().normalize().resolve("examples/digits");
    assertNothingIsLeft("INT", digits + "/ft-*.safetensors", digits + "/eval.yml");
  }

  private void assertNothingIsLeft(String signal, String ingredients, String eval)
      throws Exception {
    List<String> before = TinySoup.tree(folder);
    // A shell may have started the tests with the signal ignored, which their children inherit.
    List<String> words = new ArrayList<>(List.of("env", "--default-signal=" + signal));
    Process known = start(folder, Stream.concat(words.stream(), Stream.of("true")).toList());
    assumeTrue(known.waitFor() == 0, "env that knows --default-signal");
    words.addAll(
        command("greedy", ingredients, "--eval", eval, "--quiet", "-o", "out/soup.safetensors"));
    Process process = start(folder, words);
    try {
      while (TinySoup.evaluations(folder) < 3 && process.isAlive()) {
        Thread.sleep(5);
      }
      List<String> kill = List.of("kill", "-" + signal, String.valueOf(process.pid()));
      assertThat(start(folder, kill).waitFor()).isEqualTo(0);
      assertThat(process.waitFor()).isEqualTo(signal.equals("INT") ? 130 : 143);
    } finally {
      process.destroyForcibly();
    }
    assertThat(folder.resolve("log")).isEmptyFile();
    List<String> left = new ArrayList<>(TinySoup.tree(folder));
    left.removeAll(List.of("calls", "log", "out"));
    assertThat(left).isEqualTo(before);
  }

  private static Map<String, Json> members(Json object) {
    return ((Json.Obj) object).members();
  }
}
