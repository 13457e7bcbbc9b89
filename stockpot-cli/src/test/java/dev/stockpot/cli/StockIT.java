package dev.stockpot.cli;

import static dev.stockpot.cli.StockpotProcess.stockpot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.cli.StockpotProcess.Result;
import dev.stockpot.internal.io.Sha256;
import dev.stockpot.internal.json.JsonReader;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StockIT {
  @TempDir private Path folder;

  @BeforeEach
  void write() {
    write("base", new float[] {1}, new float[] {0, 0});
    write("a", new float[] {2}, new float[] {3, 4});
    write("b", new float[] {0}, new float[] {0, 2});
  }

  @Test
  void everyTensorIsPulledBackByItsAngle() throws Exception {
    Result result =
        stockpot(
            folder,
            "stock",
            "--base",
            "base.safetensors",
            "[ab].safetensors",
            "-o",
            "s.safetensors",
            "--memory",
            "64m");
    assertThat(result.out())
        .isEqualTo(
            """
            tensor       t   cosine  mean norm
            apart   0.0000  -1.0000     1.0000
            frozen  1.0000        -     0.0000
            w       0.8889   0.8000     3.5000

            s.safetensors: Model Stock (mean-angle) of 2 checkpoints around base, t is 0.6944 on\
             average, 4 parameters, 16 B
            """);
    assertThat(result.err())
        .endsWith(
            "note: tensor 'apart': the task vectors do not point the same way (cosine -1.0000), so"
                + " t is 0 and the base is kept\n");
    assertThat(result.code()).isEqualTo(0);
    assertThat(values("s.safetensors", "apart")).containsExactly(1);
    assertThat(values("s.safetensors", "frozen")).containsExactly(7);
    double t = 1.6 / 1.8;
    assertThat(values("s.safetensors", "w")).containsExactly((float) (t * 1.5), (float) (t * 3));
  }

  @Test
  void jsonHasRatioCosineAndNorms() throws Exception {
    Result result =
        stockpot(
            folder,
            "stock",
            "--base",
            "base.safetensors",
            "a.safetensors",
            "b.safetensors",
            "-o",
            "s.safetensors",
            "--angle",
            "direct",
            "--quiet",
            "--json",
            "--hash");
    assertThat(result.err()).isEmpty();
    // ⟨a, b⟩ = 8 over the mean of 25 and 4.
    double cosine = 8 / 14.5;
    double t = 2 * cosine / (1 + cosine);
    Map<String, String> hashes = new LinkedHashMap<>();
    for (String name : List.of("base", "a", "b")) {
      Path file = folder.resolve(name + ".safetensors");
      hashes.put(name + ".safetensors", Sha256.ofFile(file, _ -> {}));
    }
    assertThat(JsonReader.read(result.out()))
        .isEqualTo(
            JsonReader.read(
                """
                {"output": "s.safetensors", "base": "base", "ingredients": ["a", "b"],
                 "angle": "direct", "filter_wise": false, "t": %s,
                 "tensors": {
                   "apart": {"t": 0.0, "cosine": -1.0, "norms": {"a": 1.0, "b": 1.0}},
                   "frozen": {"t": 1.0, "norms": {"a": 0.0, "b": 0.0}},
                   "w": {"t": %s, "cosine": %s, "norms": {"a": 5.0, "b": 2.0}}},
                 "bytes_read": 96, "bytes_written": 16,
                 "notes": ["tensor 'apart': the task vectors do not point the same way (cosine\
                 -1.0000), so t is 0 and the base is kept"],
                 "sha256": {"base.safetensors": "%s", "a.safetensors": "%s", "b.safetensors": "%s"}}
                """
                    .formatted(
                        (1 + 2 * t) / 4,
                        t,
                        cosine,
                        hashes.get("base.safetensors"),
                        hashes.get("a.safetensors"),
                        hashes.get("b.safetensors"))));
  }

  @Test
  void mistakesAreFoundBeforeAnyWork() throws Exception {
    assertTold(
        "the base base.safetensors is among the ingredients; name or match only fine-tuned ones",
        "--base",
        "base.safetensors",
        "*.safetensors",
        "-o",
        "s.safetensors");
    assertTold(
        "stock needs at least two ingredients beside the base; here is one",
        "--base",
        "base.safetensors",
        "a.safetensors",
        "-o",
        "s.safetensors");
    assertTold(
        "no such file or folder: c.safetensors",
        "--base",
        "c.safetensors",
        "[ab].safetensors",
        "-o",
        "s.safetensors");
    assertTold(
        "--base [ab].safetensors matches 2 checkpoints; name one",
        "--base",
        "[ab].safetensors",
        "a.safetensors",
        "-o",
        "s.safetensors");
    assertTold(
        "base.safetensors: is one of the inputs and would be overwritten; choose another name",
        "--base",
        "base.safetensors",
        "[ab].safetensors",
        "-o",
        "base.safetensors");
    Result result =
        stockpot(
            folder,
            "stock",
            "--base",
            "base.safetensors",
            "[ab].safetensors",
            "-o",
            "s.safetensors",
            "--angle",
            "mean-angel");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("unknown estimator 'mean-angel'; did you mean 'mean-angle'?");
    assertThat(TinySoup.tree(folder))
        .containsExactly("a.safetensors", "b.safetensors", "base.safetensors");
  }

  private void assertTold(String message, String... args) throws Exception {
    List<String> words = new ArrayList<>(List.of("stock"));
    words.addAll(List.of(args));
    assertThat(stockpot(folder, words.toArray(String[]::new)))
        .isEqualTo(new Result(2, "", "stockpot: " + message + "\n"));
  }

  private void write(String name, float[] apart, float[] w) {
    Map<String, float[]> tensors = new LinkedHashMap<>();
    tensors.put("apart", apart);
    tensors.put("frozen", new float[] {7});
    tensors.put("w", w);
    TinySoup.write(folder.resolve(name + ".safetensors"), tensors);
  }

  private float[] values(String file, String tensor) {
    try (Checkpoint checkpoint = Checkpoints.open(folder.resolve(file))) {
      return checkpoint.tensor(tensor).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
  }
}
