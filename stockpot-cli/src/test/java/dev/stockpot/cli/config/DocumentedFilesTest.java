package dev.stockpot.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.recipe.RecipeException;
import dev.stockpot.search.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every YAML in the documentation is read by what reads users' files. Excerpts are completed with
/// the keys that they leave out.
class DocumentedFilesTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```ya?ml\n(.*?)^```$");
  private static final Pattern KEY = Pattern.compile("(?m)^([a-z_-]+):");
  private static final Pattern FILE =
      Pattern.compile(
          "[\\w./*-]+\\.(?:npy|npz|gz|csv|parquet|jsonl|json|onnx|pt|txt|safetensors)\\b");

  @TempDir private Path folder;

  /// @param line of the page on which it begins
  record Block(String page, long line, String yaml) {
    @Override
    public String toString() {
      return page + ":" + line;
    }
  }

  static Stream<Block> blocks() throws IOException {
    List<Block> blocks = new ArrayList<>();
    try (Stream<Path> pages = Files.list(DOCS)) {
      for (Path page : pages.filter(each -> each.toString().endsWith(".md")).sorted().toList()) {
        String text = Files.readString(page);
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
          long line = text.substring(0, matcher.start(1)).lines().count() + 1;
          blocks.add(new Block(page.getFileName().toString(), line, matcher.group(1)));
        }
      }
    }
    assertThat(blocks).hasSizeGreaterThan(20);
    return blocks.stream();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void isReadAsItStands(Block block) throws IOException {
    makeFiles(block.yaml());
    if (block.page().equals("finetuning.md")) {
      assertThat(SweepFile.read(write(sweep(block.yaml())))).isNotNull();
    } else if (block.page().equals("merging.md")) {
      assertThat(MergeFile.read(write(mergeConfig(block.yaml())))).isNotNull();
    } else if (block.yaml().contains("metric-path:")) {
      // The jar is the reader's own; all else was understood.
      assertThatThrownBy(() -> SoupFile.read(write(soup(block.yaml())), Recipes.ALL))
          .isInstanceOf(RecipeException.class)
          .hasMessageContaining("zeros.jar");
    } else {
      assertThat(SoupFile.read(write(soup(block.yaml())), Recipes.ALL).eval().sets()).isNotEmpty();
    }
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("documented.yml"), yaml);
  }

  /// A list without a key is one of recipes.
  private static String soup(String excerpt) {
    return completed(
        excerpt.startsWith(" ") ? "recipes:\n" + excerpt : excerpt,
        Map.of(
            "base", "base.safetensors",
            "ingredients", "[ft-*.safetensors]",
            "evaluator", "{onnx: model.onnx}",
            "data", "{select: {x: x.npy, y: y.npy}}"));
  }

  private static String sweep(String excerpt) {
    Map<String, String> usual = new LinkedHashMap<>();
    usual.put("base", "base.safetensors");
    usual.put("search", "{random: 2}");
    usual.put("hyperparameters", "{lr: {uniform: [0.1, 0.2]}}");
    if (!excerpt.contains("trainer:")) {
      usual.put("model", "{torchscript: model.ts.pt}");
      usual.put("data", "{train: {x: x.npy, y: y.npy}, select: {x: x.npy, y: y.npy}}");
    }
    return completed(excerpt, usual);
  }

  private static String mergeConfig(String excerpt) {
    boolean whole = excerpt.contains("models:\n") || excerpt.startsWith("modules:");
    return completed(
        excerpt,
        whole
            ? Map.of("merge_method", "linear")
            : Map.of("merge_method", "linear", "models", "[{model: a}, {model: b}]"));
  }

  private static String completed(String excerpt, Map<String, String> usual) {
    Map<String, String> missing = new LinkedHashMap<>(usual);
    Matcher keys = KEY.matcher(excerpt);
    while (keys.find()) {
      missing.remove(keys.group(1));
    }
    StringBuilder text = new StringBuilder(excerpt);
    missing.forEach((key, value) -> text.append(key).append(": ").append(value).append('\n'));
    return text.toString();
  }

  /// What the excerpt names, and what completes it. Lists of classes and groups are read at once.
  private void makeFiles(String yaml) throws IOException {
    Matcher files =
        FILE.matcher(
            yaml
                + " base.safetensors ft-1.safetensors ft-2.safetensors model.onnx model.ts.pt x.npy"
                + " y.npy");
    while (files.find()) {
      Path file = folder.resolve(files.group().replace("*", "1"));
      Files.createDirectories(file.getParent());
      Files.writeString(file, files.group().equals("groups.txt") ? "0 1\n2\n" : "cat\ndog\n");
    }
    for (String images : List.of("val", "test", "sketch")) {
      Files.createDirectories(folder.resolve(images));
    }
  }
}
