package dev.stockpot.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.ImageSpec;
import dev.stockpot.eval.ImageSpec.Interpolation;
import dev.stockpot.eval.ImageSpec.Size;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.InputSpec.Layout;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.SetSpec.Manifest;
import dev.stockpot.eval.SetSpec.Padding;
import dev.stockpot.eval.SetSpec.Source;
import dev.stockpot.eval.SetSpec.Target;
import dev.stockpot.eval.SetSpec.Tokenization;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SetFileTest {
  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    for (String name :
        List.of(
            "model.onnx", "x.npy", "y.npy", "set.npz", "t.csv", "dev.jsonl", "tokenizer.json")) {
      Files.createFile(folder.resolve(name));
    }
    Files.createDirectory(folder.resolve("val"));
    Files.writeString(folder.resolve("classes.txt"), "cat\n\ndog\n");
  }

  @Test
  void arraysMayBePartsOfAnArchiveAndSeveral() {
    assertThat(select("{x: set.npz, y: set.npz:labels}"))
        .isEqualTo(new Source.Arrays(at("set.npz"), at("set.npz:labels")));
    SequencedMap<String, Path> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", at("x.npy"));
    inputs.put("mask", at("set.npz:mask"));
    assertThat(select("{x: {input_ids: x.npy, mask: set.npz:mask}}"))
        .isEqualTo(new Source.Arrays(inputs, Optional.empty()));
  }

  @Test
  void imagesHaveFoldersOrAManifest() {
    assertThat(select("{images: val}"))
        .isEqualTo(new Source.Images(at("val"), Optional.empty(), List.of(), false));
    assertThat(select("{images: val, classes: classes.txt}"))
        .isEqualTo(new Source.Images(at("val"), Optional.empty(), List.of("cat", "dog"), false));
    assertThat(select("{images: val, manifest: t.csv, label: class, classes: [a, b]}"))
        .isEqualTo(
            new Source.Images(
                at("val"),
                Optional.of(new Manifest(at("t.csv"), "path", "class")),
                List.of("a", "b"),
                false));
  }

  @Test
  void badFilesAreLeftOutIfTheFileOrTheCommandSaysSo() {
    String eval =
        """
        evaluator: {onnx: model.onnx}
        data:
          skip-bad: true
          select: {images: val}
        """;
    Source skipping = new Source.Images(at("val"), Optional.empty(), List.of(), true);
    assertThat(read(eval).select().source()).isEqualTo(skipping);
    EvalSpec plain = read(eval.replace("true", "false"));
    assertThat(plain.select().source()).isNotEqualTo(skipping);
    assertThat(plain.skippingBad().select().source()).isEqualTo(skipping);
  }

  @Test
  void tablesHaveFeaturesOrText() {
    assertThat(select("{table: t.csv, features: [a, b], label: y, classes: [u, v]}"))
        .isEqualTo(
            new Source.Columns(
                at("t.csv"), List.of("a", "b"), new Target.Label("y", List.of("u", "v"))));
    assertThat(select("{table: t.csv, features: [a], target: y}"))
        .isEqualTo(new Source.Columns(at("t.csv"), List.of("a"), new Target.Value("y")));
    assertThat(
            select(
                "{table: dev.jsonl, text: [s1, s2], label: y, tokenizer: tokenizer.json,"
                    + " max-length: 128, padding: max-length}"))
        .isEqualTo(
            new Source.Sentences(
                at("dev.jsonl"),
                List.of("s1", "s2"),
                new Target.Label("y", List.of()),
                new Tokenization(at("tokenizer.json"), OptionalInt.of(128), Padding.MAX_LENGTH)));
    assertThat(select("{table: dev.jsonl, text: s, tokenizer: tokenizer.json}"))
        .isEqualTo(
            new Source.Sentences(
                at("dev.jsonl"),
                List.of("s"),
                new Target.NextToken(),
                new Tokenization(at("tokenizer.json"), OptionalInt.empty(), Padding.BATCH)));
  }

  @Test
  void aReportSetHasARole() {
    EvalSpec eval =
        read(
            """
            evaluator: {onnx: model.onnx}
            data:
              select: {images: val}
              report:
                shift-a: {images: val}
                b: {images: val, role: shift}
            """);
    assertThat(eval.report()).extracting(SetSpec::role).containsExactly(Role.SHIFT, Role.SHIFT);
  }

  @Test
  void imagesAreResizedAndCropped() {
    assertThat(
            input(
                "{layout: nchw, resize: 256, interpolation: bicubic, crop: 224, scale: 255,"
                    + " mean: [0.5, 0.4, 0.3], std: 2}"))
        .isEqualTo(
            new InputSpec(
                Layout.NCHW,
                255,
                List.of(.5, .4, .3),
                List.of(2.0),
                new ImageSpec(
                    Interpolation.BICUBIC,
                    OptionalInt.of(256),
                    Optional.empty(),
                    Optional.of(new Size(224, 224)))));
    assertThat(input("{layout: as-is, resize: [32, 48], crop: [30, 40]}").images())
        .isEqualTo(
            new ImageSpec(
                Interpolation.BILINEAR,
                OptionalInt.empty(),
                Optional.of(new Size(32, 48)),
                Optional.of(new Size(30, 40))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {x: none.npy, y: y.npy}          | no such file: F/none.npy
          {x: none.npz:a, y: y.npy}        | no such file: F/none.npz
          {x: {}, y: y.npy}                | 'x' names no inputs
          {images: t.csv}                  | no such folder: F/t.csv
          {images: val, label: y}          | 'label' goes with 'manifest' only
          {images: val, x: x.npy}          | unknown key 'x' in 'data.select'; known are images, manifest, path, label, classes, subset, groups, labels-are
          {images: val, manifest: m.csv}   | no such file: F/m.csv
          {images: val, classes: c.txt}    | no such file: F/c.txt
          {table: t.csv, label: y}         | missing key 'features' in 'data.select'
          {table: t.csv, features: [a]}    | 'data.select' needs a label (a column of classes) or a target (a column of numbers)
          {table: t.csv, features: [a], label: y, target: z} | 'label' is a column of classes, 'target' one of numbers; keep one of them
          {table: t.csv, features: [a], target: y, classes: [u]} | 'classes' goes with 'label' only
          {table: t.csv, text: s, label: y} | missing key 'tokenizer' in 'data.select'
          {table: t.csv, text: [a, b, c], label: y, tokenizer: tokenizer.json} | 'text' is a column, or two for pairs
          {table: t.csv, text: s, tokenizer: tokenizer.json, padding: max-length} | 'padding: max-length' needs 'max-length'
          {table: t.csv, text: s, tokenizer: tokenizer.json, max-length: 0} | 'data.select.max-length' is a number of tokens, from 1 to 1048576
          {table: t.csv, text: s, tokenizer: tokenizer.json, padding: left} | unknown padding 'left'; known are batch, max-length
          """)
  void mistakesAreNamedByTheirLine(String set, String message) {
    assertThatThrownBy(() -> select(set))
        .isInstanceOf(RecipeException.class)
        .hasMessage(folder.resolve("eval.yml") + ":3: " + message.replace("F/", folder + "/"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {layout: nchw, crop: 0}               | 'input.crop' is a number of pixels, from 1 to 32768
          {layout: nchw, resize: 1.5}           | 'input.resize' is a number of pixels, from 1 to 32768
          {layout: nchw, resize: [1, 2, 3]}     | 'input.resize' is a length, or [height, width]
          {layout: nchw, interpolation: bicubic} | 'interpolation' goes with 'resize' only
          {layout: nchw, resize: 2, interpolation: area} | unknown interpolation 'area'; known are bilinear, bicubic
          """)
  void mistakesInTheInputAreNamedByTheirLine(String input, String message) {
    assertThatThrownBy(() -> input(input))
        .isInstanceOf(RecipeException.class)
        .hasMessage(folder.resolve("eval.yml") + ":2: " + message);
  }

  private Source select(String set) {
    return read("evaluator: {onnx: model.onnx}\ndata:\n  select: " + set + "\n").select().source();
  }

  private InputSpec input(String input) {
    return read("evaluator: {onnx: model.onnx}\ninput: "
            + input
            + "\ndata: {select: {x: x.npy, y: y.npy}}\n")
        .input();
  }

  private EvalSpec read(String text) {
    try {
      return EvalFile.read(Files.writeString(folder.resolve("eval.yml"), text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path at(String name) {
    return folder.resolve(name);
  }
}
