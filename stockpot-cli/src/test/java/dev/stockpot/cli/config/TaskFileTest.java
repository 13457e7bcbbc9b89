package dev.stockpot.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.eval.Accuracy;
import dev.stockpot.eval.CalibrationError;
import dev.stockpot.eval.ClassGroups;
import dev.stockpot.eval.ClassGroups.Labels;
import dev.stockpot.eval.ClassVectors;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.MacroF1;
import dev.stockpot.eval.Matthews;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.eval.Task;
import dev.stockpot.eval.TaskSpec;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an eval.yml says of tasks, metrics, class subsets and groups.
class TaskFileTest {
  private static final String NETWORK =
      """
      evaluator: {onnx: model.onnx}
      data:
        select: {x: x.npy, y: y.npy}
        report:
          test: {x: x.npy, y: y.npy}
      """;

  private static final String COMMAND =
      """
      evaluator: {command: [python, eval.py]}
      data: {select: dev}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void files() throws IOException {
    for (String name : List.of("model.onnx", "x.npy", "y.npy", "text.safetensors")) {
      Files.createFile(folder.resolve(name));
    }
  }

  @Test
  void theMetricTellsTheTask() {
    assertThat(task(NETWORK)).isEqualTo(TaskSpec.of(new Accuracy()));
    assertThat(task(NETWORK + "metric: matthews")).isEqualTo(TaskSpec.of(new Matthews()));
    assertThat(task(NETWORK + "metric: spearman").task()).contains(Task.REGRESSION);
    assertThat(task(NETWORK + "metric: perplexity").task()).contains(Task.NEXT_TOKEN);
  }

  @Test
  void theTaskHasAUsualMetric() {
    assertThat(task(NETWORK + "task: classification").metric()).isEqualTo("accuracy");
    TaskSpec regression = task(NETWORK + "task: regression");
    assertThat(regression.metric()).isEqualTo("mse");
    assertThat(regression.higherIsBetter()).isFalse();
    assertThat(task(NETWORK + "task: next-token").metric()).isEqualTo("loss");
    assertThat(task(NETWORK + "metrics: [pearson, spearman]").metric()).isEqualTo("mse");
  }

  @Test
  void severalMetricsAndTheOneToChooseBy() {
    TaskSpec task = task(NETWORK + "metrics: [accuracy, macro-f1, ece-20]\nmetric: macro-f1");
    assertThat(task.metric()).isEqualTo("macro-f1");
    assertThat(task.metrics())
        .containsExactly(new Accuracy(), new MacroF1(), new CalibrationError(20));
    assertThat(task(NETWORK + "metrics: [macro-f1]").metrics())
        .containsExactly(new Accuracy(), new MacroF1());
  }

  @Test
  void commandsSayWhetherMoreIsBetter() {
    assertThat(task(COMMAND + "metric: bleu").higherIsBetter()).isTrue();
    assertThat(task(COMMAND + "metric: val_loss").higherIsBetter()).isFalse();
    assertThat(task(COMMAND + "metric: distance\nhigher-is-better: false"))
        .isEqualTo(TaskSpec.ofCommand("distance", false));
    assertThat(task(COMMAND + "metric: odd_loss\nhigher-is-better: true").higherIsBetter())
        .isTrue();
  }

  @Test
  void aHeadOfClassVectors() {
    assertThat(task(NETWORK + "head: {class-vectors: text.safetensors}").classVectors())
        .contains(new ClassVectors(at("text.safetensors"), Optional.empty(), 100));
    assertThat(
            task(NETWORK + "head: {class-vectors: text.safetensors, tensor: v, scale: 1.5}")
                .classVectors())
        .contains(new ClassVectors(at("text.safetensors"), Optional.of("v"), 1.5));
  }

  @Test
  void anOutputByName() {
    EvaluatorSpec.Network network =
        (EvaluatorSpec.Network)
            read(NETWORK.replace("model.onnx", "model.onnx, output: pooled")).evaluator();
    assertThat(network.output()).contains("pooled");
  }

  @Test
  void subsetsKeepTheModelsLabelsAndGroupsHaveTheirOwn() throws IOException {
    Files.writeString(at("classes.txt"), "3 17\n\n 4,5\n");
    ClassGroups subset = new ClassGroups(List.of(List.of(3), List.of(17)), Labels.MODEL);
    ClassGroups groups = new ClassGroups(List.of(List.of(3, 17), List.of(4, 5)), Labels.LISTED);
    assertThat(set("subset: [3, 17]").classes()).contains(subset);
    assertThat(set("subset: [3, 17], labels-are: listed").classes())
        .contains(new ClassGroups(subset.groups(), Labels.LISTED));
    assertThat(set("subset: classes.txt").classes())
        .contains(
            new ClassGroups(
                List.of(List.of(3), List.of(17), List.of(4), List.of(5)), Labels.MODEL));
    assertThat(set("groups: classes.txt").classes()).contains(groups);
    assertThat(set("groups: [[3, 17], [4, 5]]").classes()).contains(groups);
    assertThat(set("groups: {dog: [3, 17], cat: [4, 5]}").classes()).contains(groups);
    assertThat(set("groups: [[3, 17], [4, 5]], labels-are: model").classes())
        .contains(new ClassGroups(groups.groups(), Labels.MODEL));
    String select =
        NETWORK.replace("{x: x.npy, y: y.npy}", "{x: x.npy, y: y.npy, subset: [3, 17]}");
    assertThat(read(select).select().classes()).contains(subset);
  }

  @Test
  void setsWeighTheSameUnlessSaidOtherwise() {
    assertThat(set("role: shift").weight()).isEqualTo(1);
    assertThat(set("weight: 2.5").weight()).isEqualTo(2.5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          task: clasification  | :6: unknown task 'clasification'; did you mean 'classification'?
          metric: top-0        | :6: unknown metric 'top-0'; did you mean 'top-5'?
          metrics: []          | :6: 'metrics' is an empty list
          metric: [accuracy]   | :6: 'metric' is the one to choose by; list others under 'metrics'
          metrics: [acuracy]   | :6: unknown metric 'acuracy'; did you mean 'accuracy'?
          metric: com.acme.My  | :6: metric 'com.acme.My': no such class; name the jar that it is in under 'metric-path'
          metric-path: [a.jar] | :6: no such file or folder: DIR/a.jar
          higher-is-better: no | :6: 'higher-is-better' goes with a command, whose metrics are not known here, only
          head: {}             | :6: missing key 'class-vectors' in 'head'
          head: {class-vectors: no.pt} | :6: no such file or folder: DIR/no.pt
          head: {class-vectors: text.safetensors, scale: 0} | :6: 'head.scale' is 0, which makes all logits equal
          """)
  void mistakesOfNetworksAreToldWithTheirLine(String line, String message) {
    assertMessage(NETWORK + line, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          task: regression        | :3: 'task' goes with a network only
          metrics: [a, b]         | :3: 'metrics' goes with a network only
          higher-is-better: no    | :3: 'higher-is-better' is text instead of true or false
          """)
  void mistakesOfCommandsAreToldWithTheirLine(String line, String message) {
    assertMessage(COMMAND + line, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          labels-are: model           | :5: 'labels-are' goes with 'subset' or 'groups' only
          subset: [1], groups: [[1]]  | :5: a set has 'subset' or 'groups', not both
          subset: [1], labels-are: x  | :5: unknown kind of labels 'x'; known are listed, model
          subset: [1, 1]              | :5: 'data.report.test.subset': class 1 is negative or listed twice
          subset: [1.5]               | :5: 'data.report.test.subset' has 1.5; classes are whole numbers from 0
          subset: [-1]                | :5: 'data.report.test.subset' has -1.0; classes are whole numbers from 0
          subset: {a: [1]}            | :5: 'subset' is a mapping; 'groups' may be one
          subset: none.txt            | :5: no such file: DIR/none.txt
          groups: [1, 2]              | :5: 'data.report.test.groups' is a number instead of a list
          weight: 0                   | :5: 'data.report.test.weight' must be more than 0
          weigth: 2                   | :5: unknown key 'weigth' in 'data.report.test'; did you mean 'weight'?
          """)
  void mistakesOfSetsAreToldWithTheirLine(String keys, String message) {
    assertMessage(withTest(keys), message);
  }

  @Test
  void mistakesInFilesOfClassesAreToldWithTheirLine() throws IOException {
    Files.writeString(at("classes.txt"), "1\n2 three\n");
    assertThatThrownBy(() -> set("groups: classes.txt"))
        .isInstanceOf(RecipeException.class)
        .hasMessage(at("classes.txt") + ":2: 'three' is no class, which is a whole number from 0");
    Files.write(at("classes.txt"), new byte[] {(byte) 0xff});
    assertThatThrownBy(() -> set("groups: classes.txt"))
        .isInstanceOf(RecipeException.class)
        .hasMessage(at("classes.txt") + ": is not UTF-8 text");
  }

  private void assertMessage(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(RecipeException.class)
        .hasMessage(at("eval.yml") + message.replace("DIR", folder.toString()));
  }

  private SetSpec set(String keys) {
    return read(withTest(keys)).report().getFirst();
  }

  private static String withTest(String keys) {
    return NETWORK.replaceFirst(
        Pattern.quote("test: {x: x.npy, y: y.npy}"), "test: {x: x.npy, y: y.npy, " + keys + "}");
  }

  private TaskSpec task(String text) {
    return read(text).task();
  }

  private EvalSpec read(String text) {
    try {
      return EvalFile.read(Files.writeString(at("eval.yml"), text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path at(String name) {
    return folder.resolve(name);
  }
}
