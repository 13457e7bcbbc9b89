package dev.stockpot.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.InputSpec.Layout;
import dev.stockpot.eval.Role;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.recipe.Place;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.recipe.RecipeSpec;
import dev.stockpot.recipe.SoupSpec;
import dev.stockpot.search.RecipeDefinition;
import dev.stockpot.search.Recipes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SoupFileTest {
  private static final List<RecipeDefinition> RECIPES =
      Recipes.ALL.stream()
          .filter(recipe -> List.of("best", "uniform", "greedy", "wsm").contains(recipe.name()))
          .toList();

  private static final String GOOD =
      """
      base: base.safetensors
      ingredients: [ft-*.safetensors]
      evaluator:
        onnx: model.onnx
      input: {layout: nchw, scale: 16, mean: [0.5], std: 2}
      data:
        select: {x: x.npy, y: y.npy}
        report:
          test: {x: x.npy, y: y.npy}
          shift-noise: {x: x.npy, y: y.npy}
          shift-none: {x: x.npy, y: y.npy, role: id}
      metric: accuracy
      recipes: [greedy, best]
      """;

  @TempDir private Path folder;

  @BeforeEach
  void files() throws IOException {
    for (String name : List.of("base", "ft-2", "ft-10", "ft-1")) {
      Files.createFile(folder.resolve(name + ".safetensors"));
    }
    for (String name : List.of("model.onnx", "model.ts.pt", "x.npy", "y.npy")) {
      Files.createFile(folder.resolve(name));
    }
  }

  @Test
  void everythingInTheContractIsRead() {
    SoupSpec soup = read(GOOD);
    assertThat(soup.base()).contains(at("base.safetensors"));
    assertThat(soup.ingredients())
        .containsExactly(at("ft-1.safetensors"), at("ft-10.safetensors"), at("ft-2.safetensors"));
    assertThat(soup.recipes())
        .containsExactly(
            new RecipeSpec("greedy", new Place(at("soup.yml"), 13)),
            new RecipeSpec("best", new Place(at("soup.yml"), 13)));
    assertThat(soup.choosesRecipes()).isTrue();
    SetSpec.Source source = new SetSpec.Source.Arrays(at("x.npy"), at("y.npy"));
    assertThat(soup.eval())
        .isEqualTo(
            new EvalSpec(
                new EvaluatorSpec.Network("onnx", at("model.onnx"), List.of()),
                new InputSpec(Layout.NCHW, 16, List.of(0.5), List.of(2.0)),
                new SetSpec("select", Role.SELECT, source),
                List.of(
                    new SetSpec("test", Role.ID, source),
                    new SetSpec("shift-noise", Role.SHIFT, source),
                    new SetSpec("shift-none", Role.ID, source)),
                "accuracy"));
  }

  @Test
  void whatMayBeLeftOutHasItsDefault() {
    SoupSpec soup =
        read(
            """
            ingredients: [ft-1.safetensors]
            evaluator: {onnx: model.onnx, constants: ["const_*"]}
            data: {select: {x: x.npy, y: y.npy}}
            """);
    assertThat(soup.base()).isEqualTo(Optional.empty());
    assertThat(soup.recipes().stream().map(RecipeSpec::name))
        .as("those that are not apart")
        .containsExactly("best", "uniform", "greedy");
    assertThat(soup.choosesRecipes()).isFalse();
    assertThat(soup.eval().input()).isEqualTo(InputSpec.AS_IS);
    assertThat(soup.eval().report()).isEmpty();
    assertThat(soup.eval().metric()).isEqualTo("accuracy");
    assertThat(soup.eval().evaluator())
        .isEqualTo(new EvaluatorSpec.Network("onnx", at("model.onnx"), List.of("const_*")));
  }

  @Test
  void aGraphMayBeBoundToTheCheckpointItWasExportedFrom() throws IOException {
    Files.createDirectory(folder.resolve("base-folder"));
    String bound = GOOD.replace("onnx: model.onnx", "{onnx: model.onnx, bind: base-folder}");
    assertThat(read(bound).eval().evaluator())
        .isEqualTo(
            new EvaluatorSpec.Network(
                "onnx", at("model.onnx"), List.of(), Optional.of(at("base-folder"))));
  }

  @Test
  void commandTakesSetsAsTextAndAnyMetric() {
    EvalSpec eval =
        readEval(
            """
            evaluator: {command: [python, eval.py, "{checkpoint}", "{data}"], timeout-seconds: 1.5}
            data:
              select: dev
              report: {test: t, shift-a: {data: a}, b: {data: b, role: shift}}
            metric: bleu
            """);
    assertThat(eval.evaluator())
        .isEqualTo(
            new EvaluatorSpec.Command(
                List.of("python", "eval.py", "{checkpoint}", "{data}"),
                folder,
                Duration.ofMillis(1500)));
    assertThat(eval.metric()).isEqualTo("bleu");
    assertThat(eval.sets())
        .containsExactly(
            new SetSpec("select", Role.SELECT, new SetSpec.Source.Text("dev")),
            new SetSpec("test", Role.ID, new SetSpec.Source.Text("t")),
            new SetSpec("shift-a", Role.SHIFT, new SetSpec.Source.Text("a")),
            new SetSpec("b", Role.SHIFT, new SetSpec.Source.Text("b")));
  }

  @Test
  void soupFileIsTakenForAnEvalFile() {
    assertThat(readEval(GOOD)).isEqualTo(read(GOOD).eval());
  }

  @Test
  void onnxEvaluatesWhereTorchscriptIsGivenToo() {
    String both = GOOD.replace("onnx: model.onnx", "{torchscript: model.ts.pt, onnx: model.onnx}");
    assertThat(read(both).eval().evaluator())
        .isEqualTo(new EvaluatorSpec.Network("onnx", at("model.onnx"), List.of()));
    EvaluatorSpec.Network script =
        new EvaluatorSpec.Network("torchscript", at("model.ts.pt"), List.of());
    assertThat(read(both).eval().gradients()).contains(script);
    String one = GOOD.replace("onnx: model.onnx", "torchscript: model.ts.pt");
    assertThat(read(one).eval().evaluator()).isEqualTo(script);
    assertThat(read(one).eval().gradients()).contains(script);
    assertThat(read(GOOD).eval().gradients()).isEmpty();
  }

  @Test
  void trainingDataMayBeNamedBesideWhatIsMeasured() {
    SoupSpec soup =
        read(
            """
            ingredients: [ft-1.safetensors]
            evaluator: {torchscript: model.ts.pt, constants: [mask]}
            data:
              train: {x: x.npy, y: y.npy}
              select: {x: x.npy, y: y.npy}
            """);
    SetSpec.Source source = new SetSpec.Source.Arrays(at("x.npy"), at("y.npy"));
    assertThat(soup.eval().train()).contains(new SetSpec("train", Role.ID, source));
    assertThat(soup.eval().sets()).containsExactly(new SetSpec("select", Role.SELECT, source));
    assertThat(soup.eval().gradients())
        .contains(new EvaluatorSpec.Network("torchscript", at("model.ts.pt"), List.of("mask")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          metric: accuracy  | metrc: accuracy        | :12: unknown key 'metrc'; did you mean 'metric'?
          metric: accuracy  | colour: red            | :12: unknown key 'colour'; known are base, ingredients, evaluator, input, data, task, head, metric, metrics, metric-path, higher-is-better, recipes
          onnx: model.onnx  | onx: model.onnx        | :4: unknown key 'onx' in 'evaluator'; did you mean 'onnx'?
          metric: accuracy  | metric: acuracy        | :12: unknown metric 'acuracy'; did you mean 'accuracy'?
          metric: accuracy  | metric: 3              | :12: 'metric' is a number instead of text; put it in quotes
          metric: accuracy  | metric:                | :12: 'metric' is empty
          metric: accuracy  | metric: [accuracy]     | :12: 'metric' is the one to choose by; list others under 'metrics'
          metric: accuracy  | base: ft-1.safetensors | :12: duplicate key 'base'; it is also on line 1
          metric: accuracy  | metric: !x accuracy    | :12: tag !x means nothing here; leave it out
          [greedy, best]    | [gredy]                | :13: unknown recipe 'gredy'; did you mean 'greedy'?
          [greedy, best]    | [soup]                 | :13: unknown recipe 'soup'; known are best, uniform, greedy, wsm
          [greedy, best]    | [best, best]           | :13: recipe 'best' is named twice; tell them apart by {best: {name: …}}
          [greedy, best]    | [best, {greedy: {name: a}}, {greedy: {name: a}}] | :13: recipe 'a' is named twice; tell them apart by {greedy: {name: …}}
          [greedy, best]    | [{gredy: {passes: 2}}] | :13: unknown recipe 'gredy'; did you mean 'greedy'?
          [greedy, best]    | [{greedy: {pases: 2}}] | :13: unknown key 'pases' in 'recipes.greedy'; did you mean 'passes'?
          [greedy, best]    | [{best: {passes: 2}}]  | :13: unknown key 'passes' in 'recipes.best'; known are name
          [greedy, best]    | [{greedy: 2}]          | :13: 'recipes.greedy' is a number instead of a mapping
          [greedy, best]    | [{greedy: {}, best: {}}]             | :13: a recipe with parameters is a mapping of one name, such as {greedy: {passes: 2}}
          [greedy, best]    | [{greedy: {passes: two}}]            | :13: 'recipes.greedy.passes' is text instead of a number
          [greedy, best]    | [{greedy: {passes: 0}}]              | :13: 'recipes.greedy.passes' is 0, but must be from 1 to 1000000
          [greedy, best]    | [{greedy: {passes: 1.5}}]            | :13: 'recipes.greedy.passes' is 1.5 instead of a whole number
          [greedy, best]    | [{greedy: {margin: -0.1}}]           | :13: 'recipes.greedy.margin' is -0.1, but must be at least 0
          [greedy, best]    | [{greedy: {accept: gr}}]             | :13: unknown accept 'gr'; did you mean 'ge'?
          [greedy, best]    | [{greedy: {name: a/b}}]              | :13: 'recipes.greedy.name' is 'a/b'; a name has letters, digits, '.', '_' and '-' only, a letter or digit first
          [greedy, best]    | [{greedy: {name: best}}]             | :13: 'recipes.greedy.name' is 'best', which is another recipe
          [greedy, best]    | [{wsm: {run: ft-1}}]                 | :13: 'recipes.wsm.run' is text instead of a list
          [greedy, best]    | []                     | :13: 'recipes' is an empty list
          [greedy, best]    | best                   | :13: 'recipes' is text instead of a list
          onnx: model.onnx  | {}                     | :4: 'evaluator' needs one of onnx, torchscript, network, command
          onnx: model.onnx  | model.onnx             | :4: 'evaluator' is text instead of a mapping
          onnx: model.onnx  | {onnx: model.onnx, command: [a]}             | :4: 'evaluator' has a command and a network; keep one of them
          onnx: model.onnx  | {onnx: model.onnx, timeout-seconds: 3}       | :4: 'timeout-seconds' goes with 'command' only
          onnx: model.onnx  | {command: [a], constants: [a]}               | :4: 'constants' goes with a network only
          onnx: model.onnx  | {command: [a], timeout-seconds: 0}           | :4: 'evaluator.timeout-seconds' must be more than 0 and less than 2^31 seconds
          onnx: model.onnx  | {command: []}                                | :4: 'evaluator.command' is an empty list
          layout: nchw      | layout: nchv           | :5: unknown layout 'nchv'; did you mean 'nchw'?
          layout: nchw, s   | s                      | :5: missing key 'layout' in 'input'
          layout: nchw      | layout: as-is          | :5: 'scale' does nothing with layout as-is, which leaves examples untouched; use layout nhwc, or nchw for images that the model takes channels first
          scale: 16         | scale: 0               | :5: 'input.scale' is 0, and it divides
          scale: 16         | scale: .inf            | :5: 'input.scale' is .inf, which is not a finite number
          scale: 16         | scale: big             | :5: 'input.scale' is text instead of a number
          std: 2            | std: [1, 0]            | :5: 'input.std' is 0, and it divides
          [0.5], std: 2     | [1, 2], std: [1, 2, 3] | :5: 'mean' has 2 numbers and 'std' 3; give one per channel, or one for all
          select: {x: x.npy, y: y.npy} | select: {x: x.npy}           | :7: missing key 'y' in 'data.select'
          select: {x: x.npy, y: y.npy} | select: dev                  | :7: 'data.select' is text instead of a mapping
          test: {x          | select: {x             | :9: 'select' is the set that recipes choose on; a report set needs another name
          test: {x          | "": {x                 | :9: a report set has an empty name
          role: id          | role: shfit            | :11: unknown role 'shfit'; did you mean 'shift'?
          [ft-*.safetensors] | [ft-1.safetensors, ft-*.safetensors] | :2: ingredient DIR/ft-1.safetensors is named twice
          [ft-*.safetensors] | [ft-1.safetensors, ./ft-1.safetensors] | :2: ingredients DIR/ft-1.safetensors and DIR/./ft-1.safetensors are the same file
          [ft-*.safetensors] | ["*.safetensors"]     | :2: the base DIR/base.safetensors is among the ingredients; name or match only fine-tuned ones
          [ft-*.safetensors] | [no-*.safetensors]    | :2: 'no-*.safetensors' matches nothing in DIR
          [ft-*.safetensors] | [no.safetensors]      | :2: no such file or folder: DIR/no.safetensors
          [ft-*.safetensors] | ["ft-[.safetensors"]  | :2: 'ft-[.safetensors' is not a pattern: Missing ']
          base: base.       | base: bass.            | :1: no such file or folder: DIR/bass.safetensors
          base: base.       | base: "a\\0".          | :1: not valid YAML: expected <block end>, but found '<scalar>'
          onnx: model.onnx  | onnx: mdel.onnx        | :4: no such file: DIR/mdel.onnx
          onnx: model.onnx  | onnx: "a\\0"           | :4: 'evaluator.onnx' is not a path: Nul character not allowed
          select: {x: x.npy | select: {x: z.npy      | :7: no such file: DIR/z.npy
          metric: accuracy  | metric: a: b           | :12: not valid YAML: mapping values are not allowed here
          metric: accuracy  | ? [a]                  | :12: a key is a word, not a list or mapping
          """)
  void mistakeIsToldWithItsLine(String from, String to, String message) {
    assertThat(GOOD).contains(from);
    assertMessage(GOOD.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to)), message);
  }

  @Test
  void mistakesAreToldTogether() throws IOException {
    String text =
        """
        base: nowhere.safetensors
        ingredients: [nothing-*.safetensors]
        evaluator: {command: [measure]}
        input: {layot: nchw}
        data:
          select: first half
          report: {test: {dta: second half}}
        recipes: [unifrom, best, greedy: {acept: gt}, best]
        speed: 1
        """;
    Path file = Files.writeString(folder.resolve("several.yml"), text);
    assertThatThrownBy(() -> SoupFile.read(file, Recipes.ALL))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            """
            8 mistakes:
              DIR/several.yml:9: unknown key 'speed'; known are base, ingredients, evaluator, input,\
             data, task, head, metric, metrics, metric-path, higher-is-better, recipes
              DIR/several.yml:1: no such file or folder: DIR/nowhere.safetensors
              DIR/several.yml:2: 'nothing-*.safetensors' matches nothing in DIR
              DIR/several.yml:4: unknown key 'layot' in 'input'; did you mean 'layout'?
              DIR/several.yml:7: unknown key 'dta' in 'data.report.test'; did you mean 'data'?
              DIR/several.yml:8: unknown recipe 'unifrom'; did you mean 'uniform'?
              DIR/several.yml:8: unknown key 'acept' in 'recipes.greedy'; did you mean 'accept'?
              DIR/several.yml:8: recipe 'best' is named twice; tell them apart by {best: {name: …}}\
            """
                .replace("DIR", folder.toString()));
  }

  @Test
  void recipesMayHaveParametersAndNamesOfTheirOwn() {
    String recipes =
        """
        recipes:
          - best
          - greedy: {passes: 3, margin: 0.01}
          - greedy:
              name: strict
              accept: gt
          - wsm: {shape: 1-sqrt, run: [ft-1, ft-10]}
          - uniform:
        """;
    SoupSpec soup = read(GOOD.replace("recipes: [greedy, best]\n", recipes));
    assertThat(soup.recipes().stream().map(each -> each.name() + " = " + each.recipe()))
        .containsExactly(
            "best = best", "greedy = greedy", "strict = greedy", "wsm = wsm", "uniform = uniform");
    assertThat(soup.recipes().stream().map(RecipeSpec::parameters))
        .containsExactly(
            new LinkedHashMap<>(),
            new LinkedHashMap<>(Map.of("passes", 3, "margin", 0.01)),
            new LinkedHashMap<>(Map.of("accept", "gt")),
            new LinkedHashMap<>(Map.of("shape", "1-sqrt", "run", List.of("ft-1", "ft-10"))),
            new LinkedHashMap<>());
    assertThat(soup.recipes().stream().map(each -> each.place().line()))
        .containsExactly(14, 15, 16, 19, 20);
  }

  @Test
  void missingKeyIsTold() {
    assertMessage(GOOD.replaceFirst("ingredients: .*", ""), ":1: missing key 'ingredients'");
    assertMessage("[a]\n", ":1: the file is a list instead of a mapping");
    assertMessage("", ": is empty");
  }

  @Test
  void hostileFilesEndSoon() {
    assertMessage("[".repeat(100_000), ":1: nesting deeper than 32");
    assertMessage("a: &a [*a]", ":1: aliases make this file endless or larger than it may be");
    StringBuilder laughs = new StringBuilder("l0: &l0 [a]\n");
    for (int i = 1; i < 20; i++) {
      String alias = "*l" + (i - 1);
      laughs.append(
          "l%d: &l%d [%s]\n".formatted(i, i, String.join(", ", Collections.nCopies(9, alias))));
    }
    assertThatThrownBy(() -> read(laughs.toString()))
        .isInstanceOf(RecipeException.class)
        .hasMessageEndingWith(": aliases make this file endless or larger than it may be");
    assertMessage("#".repeat(1 << 21), ": is larger than 1 MiB, which no recipe needs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none.yml", "."})
  void fileThatIsNoneIsTold(String name) {
    Path path = folder.resolve(name);
    assertThatThrownBy(() -> SoupFile.read(path, RECIPES))
        .isInstanceOf(RecipeException.class)
        .hasMessage(path + (name.equals(".") ? ": is not a file" : ": no such file"));
  }

  private void assertMessage(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(RecipeException.class)
        .hasMessage(at("soup.yml") + message.replace("DIR", folder.toString()));
  }

  private SoupSpec read(String text) {
    return SoupFile.read(write(text), RECIPES);
  }

  private EvalSpec readEval(String text) {
    return EvalFile.read(write(text));
  }

  private Path write(String text) {
    try {
      return Files.writeString(at("soup.yml"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path at(String name) {
    return folder.resolve(name);
  }
}
