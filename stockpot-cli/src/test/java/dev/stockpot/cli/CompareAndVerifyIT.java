package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.internal.io.Sha256;
import dev.stockpot.internal.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareAndVerifyIT {
  @TempDir private Path folder;

  @BeforeEach
  void models() {
    write("a", Map.of("head", Models.values(4, 1), "norm", Models.values(3)));
    write("b", Map.of("head", Models.values(1, 4), "norm", Models.values(3)));
    write("base", Map.of("head", Models.values(1, 1), "norm", Models.values(3)));
  }

  @Test
  void tensorsAreComparedTheMostDifferentFirst() throws Exception {
    assertThat(run("compare", "a.safetensors", "b.safetensors", "--quiet"))
        .isEqualTo(
            new Result(
                0,
                """
                tensor   |A-B|  relative    cosine  largest  differ
                head    4.2426     1.029  0.470588        3       2
                norm         0         0  1.000000        0       0
                all     4.2426   0.83205  0.653846        3       2
                """,
                ""));
    assertThat(
            run(
                "compare",
                "a.safetensors",
                "b.safetensors",
                "--base",
                "base.safetensors",
                "--quiet"))
        .isEqualTo(
            new Result(
                0,
                """
                tensor   |A-B|  relative    cosine  largest  differ  |A-C|  |B-C|  degrees
                head    4.2426     1.029  0.470588        3       2      3      3    90.00
                norm         0         0  1.000000        0       0      0      0        -
                all     4.2426   0.83205  0.653846        3       2      3      3    90.00
                """,
                ""));
  }

  @Test
  void comparisonsAsJson() throws Exception {
    Result result =
        run(
            "compare",
            "a.safetensors",
            "a.safetensors",
            "--base",
            "base.safetensors",
            "--json",
            "--quiet");
    assertThat(result.err()).isEmpty();
    assertThat(JsonReader.read(result.out()))
        .isEqualTo(
            JsonReader.read(
                """
                {"a": "a.safetensors", "b": "a.safetensors", "base": "base.safetensors",
                 "same": true, "headers": {},
                 "total": {"elements": 3, "differing": 0, "not_finite": 0,
                   "norm_a": 5.0990195135927845, "norm_b": 5.0990195135927845,
                   "norm_difference": 0.0, "relative": 0.0, "cosine": 1.0, "largest": 0.0,
                   "norm_a_minus_base": 3.0, "norm_b_minus_base": 3.0,
                   "cosine_of_moves": 1.0, "angle_degrees": 0.0},
                 "tensors": [
                  {"name": "head", "elements": 2, "differing": 0, "not_finite": 0,
                   "norm_a": 4.123105625617661, "norm_b": 4.123105625617661,
                   "norm_difference": 0.0, "relative": 0.0, "cosine": 1.0, "largest": 0.0,
                   "norm_a_minus_base": 3.0, "norm_b_minus_base": 3.0,
                   "cosine_of_moves": 1.0, "angle_degrees": 0.0},
                  {"name": "norm", "elements": 1, "differing": 0, "not_finite": 0,
                   "norm_a": 3.0, "norm_b": 3.0,
                   "norm_difference": 0.0, "relative": 0.0, "cosine": 1.0, "largest": 0.0,
                   "norm_a_minus_base": 0.0, "norm_b_minus_base": 0.0,
                   "cosine_of_moves": null, "angle_degrees": null}]}
                """));
  }

  @Test
  void whatCannotBeComparedInNumbersIsListed() throws Exception {
    write("c", Map.of("head", Models.values(4, Float.NaN), "bias", Models.values(1)));
    assertThat(run("compare", "a.safetensors", "c.safetensors", "--quiet").out())
        .isEqualTo(
            """
            tensor  |A-B|  relative    cosine  largest  differ
            head        0         0  1.000000        0       1
            all         0         0  1.000000        0       1

            NaN or infinite in one of them, and left out of all but "differ": 1 element

            differs
            norm     only in a.safetensors
            bias     only in c.safetensors
            """);
    assertThat(run("compare", "a.safetensors", "a.safetensors", "--quiet").out())
        .endsWith("\n\na.safetensors and a.safetensors hold the same\n");
  }

  @Test
  void aSoundCheckpointIsFine() throws Exception {
    assertThat(run("verify", "a.safetensors", "--quiet"))
        .isEqualTo(
            new Result(
                0, "a.safetensors: sound: 2 tensors, 3 parameters, no NaN or infinity\n", ""));
    Models.write(
        folder.resolve("a"), Map.of("head", Models.values(4, 1), "norm", Models.values(3)));
    assertThat(run("verify", "a", "a.safetensors", "--quiet"))
        .isEqualTo(
            new Result(
                0,
                """
                a: sound: 2 tensors, 3 parameters, no NaN or infinity
                bit for bit the tensors of a.safetensors
                """,
                ""));
  }

  @Test
  void whatIsWrongIsToldWithExitCode2() throws Exception {
    float inf = Float.POSITIVE_INFINITY;
    write("bad", Map.of("head", Models.values(Float.NaN, inf), "norm", Models.values(3, 3)));
    assertThat(run("verify", "bad.safetensors", "a.safetensors", "--quiet"))
        .isEqualTo(
            new Result(
                2,
                """
                bad.safetensors: not as it should be
                  tensor 'head': 1 NaN and 1 infinite of 2 elements
                  tensor 'norm': shape [2] and [1]
                  tensor 'head': differs from that in a.safetensors, first at byte 2 of 8
                """,
                ""));
    Result json = run("verify", "bad.safetensors", "--quiet", "--json");
    assertThat(json.code()).isEqualTo(2);
    assertThat(JsonReader.read(json.out()))
        .isEqualTo(
            JsonReader.read(
                """
                {"checkpoint": "bad.safetensors", "fine": false, "tensors": 2, "parameters": 4,
                 "manifest": null, "other": null,
                 "faults": ["tensor 'head': 1 NaN and 1 infinite of 2 elements"]}
                """));
    Files.write(folder.resolve("short.safetensors"), new byte[3]);
    assertThat(run("verify", "short.safetensors"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: short.safetensors: has 3 bytes; a safetensors file has at least 8. Is it"
                    + " complete?\n"));
  }

  @Test
  void aManifestIsFoundEvenAfterItsRunWasMoved() throws Exception {
    Path soup = folder.resolve("moved/greedy/model.safetensors");
    Files.createDirectories(soup.getParent());
    Files.copy(folder.resolve("a.safetensors"), soup);
    String hash = Sha256.ofFile(soup, _ -> {});
    Path manifest = folder.resolve("moved/manifest.json");
    manifest(manifest, hash, "0");
    assertThat(run("verify", "moved/greedy/model.safetensors", "--quiet"))
        .isEqualTo(
            new Result(
                0,
                """
                moved/greedy/model.safetensors: sound: 2 tensors, 3 parameters, no NaN or infinity
                SHA-256 as in %s
                """
                    .formatted(manifest.toRealPath()),
                ""));
    manifest(manifest, "0", hash);
    assertThat(
            run(
                "verify",
                "moved/greedy/model.safetensors",
                "--manifest",
                "moved/manifest.json",
                "--quiet"))
        .isEqualTo(
            new Result(
                2,
                """
                moved/greedy/model.safetensors: not as it should be
                  moved/greedy/model.safetensors: SHA-256 is %s, but moved/manifest.json says 0
                """
                    .formatted(hash),
                ""));
    assertThat(run("verify", "a.safetensors", "--manifest", "moved/manifest.json", "--quiet"))
        .isEqualTo(
            new Result(
                2,
                """
                a.safetensors: not as it should be
                  a.safetensors: is not in moved/manifest.json
                """,
                ""));
  }

  @Test
  void whatIsNoManifestIsRefused() throws Exception {
    Files.writeString(folder.resolve("manifest.json"), "{}");
    String message =
        "stockpot: manifest.json: is no manifest: has no hashes of inputs or outputs\n";
    assertThat(run("verify", "a.safetensors", "--manifest", "manifest.json"))
        .isEqualTo(new Result(2, "", message));
    manifest(folder.resolve("manifest.json"), "0", "1");
    Files.createDirectory(folder.resolve("x"));
    Files.copy(folder.resolve("a.safetensors"), folder.resolve("model.safetensors"));
    assertThat(run("verify", "model.safetensors", "--manifest", "manifest.json", "--quiet"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: manifest.json: names several files that could be model.safetensors:"
                    + " [run/greedy/model.safetensors, run/uniform/model.safetensors]\n"));
    assertThat(run("verify", "a.safetensors", "--manifest", "no.json"))
        .isEqualTo(
            new Result(2, "", "stockpot: no.json: cannot be opened: no such file or folder\n"));
  }

  private static void manifest(Path file, String greedy, String uniform) throws IOException {
    Files.writeString(
        file,
        """
        {"inputs": {}, "outputs": {"run/greedy/model.safetensors": "%s",
         "run/uniform/model.safetensors": "%s"}}
        """
            .formatted(greedy, uniform));
  }

  private void write(String name, Map<String, float[]> tensors) {
    Models.write(folder.resolve(name + ".safetensors"), tensors);
  }

  private Result run(String... args) throws IOException, InterruptedException {
    return StockpotProcess.stockpot(folder, args);
  }
}
