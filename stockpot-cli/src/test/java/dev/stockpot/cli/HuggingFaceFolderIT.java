package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.StockpotProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceFolderIT {
  private static final String CONFIG =
      """
      {
        "torch_dtype": "float32",
        "text_config": {"dtype" : "float32"},
        "says": "\\"dtype\\": \\"float32\\""
      }
      """;

  @TempDir private Path folder;

  @BeforeEach
  void models() throws IOException {
    Models.write(
        folder.resolve("llama-a"),
        Map.of("v", Models.values(1, 2), "w", Models.values(1, 2, 3, 4)));
    Models.write(
        folder.resolve("llama-b"),
        Map.of("v", Models.values(3, 4), "w", Models.values(5, 6, 7, 8)));
    Files.writeString(folder.resolve("llama-a/config.json"), CONFIG);
    Files.writeString(folder.resolve("llama-a/tokenizer.json"), "tokens");
    Files.writeString(folder.resolve("llama-a/optimizer.pt"), "is not carried");
  }

  @Test
  void foldersBecomeAFolder() throws Exception {
    assertThat(run("uniform", "llama-a", "llama-b", "-o", "soup", "--quiet"))
        .isEqualTo(new Result(0, "soup: mean of 2 checkpoints, 6 parameters, 24 B\n", ""));
    assertThat(names("soup"))
        .containsExactly("README.md", "config.json", "model.safetensors", "tokenizer.json");
    assertThat(folder.resolve("soup/config.json")).hasContent(CONFIG);
    assertThat(Files.readString(folder.resolve("soup/README.md")))
        .isEqualTo(
            """
            ---
            tags:
            - merge
            - stockpot
            ---
            # soup

            The mean of 2 checkpoints (F32), made by Stockpot %s.

            | ingredient | weight |
            |---|---|
            | llama-a | 0.5 |
            | llama-b | 0.5 |

                stockpot uniform llama-a llama-b -o soup --quiet
            """
                .formatted(Main.version()));
    Models.write(
        folder.resolve("mean.safetensors"),
        Map.of("v", Models.values(2, 3), "w", Models.values(3, 4, 5, 6)));
    assertThat(run("verify", "soup", "mean.safetensors", "--quiet").code()).isZero();
  }

  @Test
  void shardsHaveTheSizeAskedForAndTheConfigTheDtype() throws Exception {
    assertThat(
            run(
                "uniform",
                "llama-a",
                "llama-b",
                "-o",
                "soup",
                "--quiet",
                "--shard-size",
                "8B",
                "--out-dtype",
                "bf16"))
        .isEqualTo(new Result(0, "soup: mean of 2 checkpoints, 6 parameters, 12 B\n", ""));
    assertThat(names("soup"))
        .containsExactly(
            "README.md",
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "tokenizer.json");
    assertThat(folder.resolve("soup/config.json"))
        .hasContent(
            """
            {
              "torch_dtype": "bfloat16",
              "text_config": {"dtype" : "bfloat16"},
              "says": "\\"dtype\\": \\"float32\\""
            }
            """);
  }

  @Test
  void modelsOfTheCacheAreFoundByTheirName() throws Exception {
    Path model = folder.resolve("hub/models--org--llama-c");
    Files.createDirectories(model.resolve("refs"));
    Files.createDirectories(model.resolve("snapshots"));
    Files.writeString(model.resolve("refs/main"), "0a1b");
    Files.move(folder.resolve("llama-b"), model.resolve("snapshots/0a1b"));
    Result result = run("uniform", "llama-a", "org/llama-c", "-o", "soup", "--quiet", "--json");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("\"llama-c\": 0.5");
    assertThat(run("compare", "org/llama-c", "soup", "--quiet").code()).isZero();
    String message =
        "stockpot: no such file or folder: org/other; as a model it is not in the Hugging Face"
            + " cache either ("
            + folder.resolve("hub")
            + "). To get it: hf download org/other\n";
    assertThat(run("inspect", "org/other")).isEqualTo(new Result(2, "", message));
    assertThat(run("uniform", "org/other", "-o", "x")).isEqualTo(new Result(2, "", message));
  }

  @Test
  void candidatesHaveTheLayoutOfTheIngredients() throws Exception {
    Files.copy(folder.resolve("llama-a/config.json"), folder.resolve("llama-b/config.json"));
    Files.writeString(
        folder.resolve("eval.sh"),
        "test -f $1/config.json && test -f $1/model.safetensors && echo '{\"accuracy\": 0.5, \"n\":"
            + " 2}'\n");
    Files.writeString(
        folder.resolve("soup.yml"),
        """
        ingredients: [llama-a, llama-b]
        evaluator: {command: [sh, eval.sh, "{checkpoint}"]}
        data: {select: s, report: {test: t}}
        metric: accuracy
        recipes: [uniform, greedy]
        """);
    Result cooked = run("cook", "soup.yml", "-o", "run", "--quiet");
    assertThat(cooked.err()).doesNotContain("stockpot:");
    assertThat(cooked.code()).isZero();
    assertThat(names("run/greedy"))
        .containsExactly("config.json", "model.safetensors", "tokenizer.json", "trace.json");
    assertThat(run("verify", "run/greedy", "--quiet").out())
        .isEqualTo(
            "run/greedy: sound: 2 tensors, 6 parameters, no NaN or infinity\nSHA-256 as in "
                + folder.resolve("run/manifest.json")
                + "\n");
    assertThat(run("greedy", "llama-a", "llama-b", "--eval", "soup.yml", "-o", "soup", "--quiet"))
        .extracting(Result::code)
        .isEqualTo(0);
    assertThat(Files.readString(folder.resolve("soup/README.md")))
        .contains("\nThe greedy soup of 2 checkpoints, 2 of which it keeps (F32), made by ");
  }

  @Test
  void mistakenOutputsAreToldBeforeAnyWork() throws Exception {
    assertThat(run("uniform", "llama-a", "-o", "llama-b"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: llama-b: cannot be written: it is not empty; name a new folder, or"
                    + " delete it\n"));
    assertThat(run("uniform", "llama-a", "-o", "x.safetensors", "--shard-size", "1GB"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: x.safetensors: is one file, so there are no shards; leave --shard-size,"
                    + " or name a folder\n"));
    assertThat(run("uniform", "llama-a", "-o", "llama-a/model.safetensors"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: llama-a/model.safetensors: is one of the inputs and would be"
                    + " overwritten; choose another name\n"));
    assertThat(run("uniform", "llama-a", "-o", "x", "--shard-size", "0").err())
        .isEqualTo(
            "stockpot: invalid value for option '--shard-size': '0' is not a size; write 500MB or"
                + " 5GB\nTry: stockpot uniform --help\n");
    assertThat(names("")).containsExactly("llama-a", "llama-b");
  }

  @Test
  void aHeadThatOnlySomeHaveIsExplained() throws Exception {
    Models.write(
        folder.resolve("tied"),
        Map.of(
            "v", Models.values(1, 2),
            "w", Models.values(1, 2, 3, 4),
            "lm_head.weight", Models.values(1)));
    String hint =
        "; where config.json has tie_word_embeddings it is the embedding itself: save all"
            + " ingredients with it, or all without\n";
    assertThat(run("uniform", "llama-a", "tied", "-o", "x"))
        .isEqualTo(
            new Result(2, "", "stockpot: tied: tensor 'lm_head.weight': is not in llama-a" + hint));
    assertThat(run("uniform", "tied", "llama-a", "-o", "x"))
        .isEqualTo(
            new Result(
                2,
                "",
                "stockpot: llama-a: tensor 'lm_head.weight': is missing; it is in tied" + hint));
  }

  private String[] names(String name) {
    String[] names = folder.resolve(name).toFile().list();
    Arrays.sort(names);
    return names;
  }

  private Result run(String... args) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("env", "HF_HUB_CACHE=" + folder.resolve("hub")));
    words.addAll(StockpotProcess.command(args));
    return StockpotProcess.run(folder, words);
  }
}
