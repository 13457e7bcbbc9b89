package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.Progress;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the commands are shell scripts")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommandEvaluatorTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final String GOOD = "echo '{\"accuracy\": 0.75, \"n\": 4}'";

  @TempDir Path folder;
  private Path checkpoint;

  @BeforeEach
  void makeCheckpoint() {
    checkpoint = LinearEngine.checkpoint(folder.resolve("ft {data}.safetensors"), 1, 1);
  }

  @Test
  void takesEveryNumberButNAsAMetric() {
    Evaluation evaluation =
        run(
            "echo progress; echo; echo ' {\"n\": 4.0, \"loss\": 1e-3, \"accuracy\": 0.75,"
                + " \"note\": \"x\", \"sub\": {\"a\": 1}, \"correct\": [1, false, true, 1.0]}';"
                + " echo '  '");
    assertThat(evaluation.set()).isEqualTo("select");
    assertThat(evaluation.n()).isEqualTo(4);
    assertThat(evaluation.metrics()).isEqualTo(Map.of("loss", 1e-3, "accuracy", 0.75));
    assertThat(evaluation.metrics().keySet()).containsExactly("loss", "accuracy");
    assertThat(evaluation.correct().orElseThrow()).hasToString("{0, 2, 3}");
    assertThat(evaluation.predictions()).isEmpty();
  }

  @Test
  void takesALastLineWithoutItsEnd() {
    assertThat(run("printf 'one\\r\\n{\"accuracy\": 0.5, \"n\": 2}'").metric("accuracy"))
        .isEqualTo(0.5);
    assertThat(run("printf '10%%\\r{\"accuracy\": 0.5, \"n\": 2}\\r\\n\\r\\n'").correct())
        .isEmpty();
  }

  @Test
  void fillsInWordsOfTheCommand() throws IOException {
    Path program = folder.resolve("eval program.sh");
    Files.writeString(
        program, "#!/bin/sh\nprintf '<%s>\\n' \"$PWD\" \"$@\" > seen\ncat >> seen\n" + GOOD + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    List<String> words =
        List.of("./eval program.sh", "--weights={checkpoint}", "{data}", "{x}$HOME*", "");
    try (Evaluator evaluator = evaluator(words, LONG, "accuracy");
        Checkpoint candidate = Checkpoints.open(checkpoint)) {
      assertThat(evaluator.evaluate(candidate, List.of("select", "test")).keySet())
          .containsExactly("select", "test");
      assertThat(evaluator.check(candidate)).isEmpty();
      assertThat(evaluator.givesPredictions()).isFalse();
      assertThat(evaluator.higherIsBetter()).isTrue();
    }
    assertThat(folder.resolve("seen"))
        .hasContent(
            String.join(
                "\n",
                "<" + folder.toRealPath() + ">",
                "<--weights=" + checkpoint.toAbsolutePath() + ">",
                "<held out {checkpoint}>",
                "<{x}$HOME*>",
                "<>"));
  }

  @Test
  void notesACommandWithoutTheCheckpoint() {
    try (Evaluator evaluator = evaluator(List.of("true"), LONG, "val_loss");
        Checkpoint candidate = Checkpoints.open(checkpoint)) {
      assertThat(evaluator.check(candidate))
          .containsExactly(
              "the evaluator command does not mention {checkpoint}: every candidate will measure"
                  + " the same");
      assertThat(evaluator.higherIsBetter()).isFalse();
      assertThatThrownBy(() -> evaluator.evaluate(candidate, List.of("tset")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no set 'tset' among [select, test]");
    }
  }

  @Test
  void refusesSpecsThatAreForNetworks() {
    assertThatThrownBy(() -> evaluator(List.of(), LONG, "accuracy"))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "evaluator command: has no words; name a program, such as [python, eval.py, --weights,"
                + " \"{checkpoint}\", --data, \"{data}\"]");
    SetSpec arrays =
        new SetSpec("test", Role.ID, new SetSpec.Source.Arrays(Path.of("x.npy"), Path.of("y.npy")));
    EvaluatorSpec.Command command = new EvaluatorSpec.Command(List.of("true"), folder, LONG);
    EvalSpec spec = new EvalSpec(command, InputSpec.AS_IS, arrays, List.of(), "accuracy");
    assertThatThrownBy(() -> Evaluators.open(spec, 1, Progress.NONE))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'test': is a pair of arrays (x: x.npy), which only a network understands; a"
                + " command needs a string, which it gets as {data}");
  }

  @Test
  void saysThatTheProgramIsNotThere() {
    List<String> words = List.of("no-such-program", "{checkpoint}");
    try (Evaluator evaluator = evaluator(words, LONG, "accuracy")) {
      assertFault(
          evaluator,
          "no-such-program " + checkpoint.toAbsolutePath(),
          "'no-such-program' cannot be started: it is not installed, not on the PATH, or not"
              + " executable; install it, or give its full path");
    }
  }

  @Test
  void saysThatTheFolderIsNotThere() {
    Path gone = folder.resolve("gone");
    EvaluatorSpec.Command command = new EvaluatorSpec.Command(List.of("true"), gone, LONG);
    try (Evaluator evaluator = Evaluators.open(spec(command, "accuracy"), 1, Progress.NONE);
        Checkpoint candidate = Checkpoints.open(checkpoint)) {
      assertThatThrownBy(() -> evaluator.evaluate(candidate, List.of("test")))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "evaluator command on set 'test' for "
                  + checkpoint
                  + ": its working directory is not there; make it, or move the file"
                  + "\n  command: true\n  folder: "
                  + gone);
    }
  }

  @Test
  void showsTheEndOfStderrOfACommandThatFails() {
    assertFault(
        "echo '{}'; echo Traceback >&2; echo >&2; echo 'KeyError: 1' >&2; exit 3",
        "ended with exit code 3 instead of 0; run it by itself to see why\n  stderr:\n"
            + "    Traceback\n    KeyError: 1");
    assertFault(
        GOOD + "; exit 255",
        "ended with exit code 255 instead of 0; run it by itself to see why\n  stderr: empty");
  }

  @Test
  void saysThatNothingWasPrinted() {
    assertFault(
        "echo; echo '   '; echo loading >&2",
        "printed nothing on stdout; print a last line such as {\"accuracy\": 0.81, \"n\": 2000}\n"
            + "  stderr:\n    loading");
  }

  @Test
  void chattyStderrNeitherBlocksNorFillsMemory() {
    String chatter = "yes 0123456789abcdef | head -c 10485760 >&2; echo last >&2; ";
    assertThat(run(chatter + GOOD).n()).isEqualTo(4);
    String tail =
        IntStream.range(0, 19).mapToObj(_ -> "    0123456789abcdef\n").reduce("", String::concat);
    assertFault(
        // 10 MiB end in the middle of a line; its end comes with `last`.
        chatter + "exit 1",
        "ended with exit code 1 instead of 0; run it by itself to see why\n  stderr:\n"
            + tail
            + "    0123456last");
  }

  @Test
  void chattyStdoutNeitherBlocksNorFillsMemory() {
    assertThat(run("yes 0123456789abcdef | head -c 10485760; echo; " + GOOD).n()).isEqualTo(4);
  }

  @Test
  void refusesALineWithoutAnEnd() {
    assertFault(
        "head -c 67108865 /dev/zero | tr '\\000' x",
        "the last line it printed is longer than 64 MiB; print metrics and 'n', and 'correct' as 0"
            + " and 1");
  }

  @Test
  void stopsACommandThatHangs() {
    try (Evaluator evaluator = shell("echo waiting >&2; sleep 600", Duration.ofSeconds(2))) {
      assertFault(
          evaluator,
          "sh -c echo waiting >&2; sleep 600",
          "did not end within 2 s and was stopped; if it needs longer, raise 'timeout-seconds'"
              + " under 'evaluator'\n  stderr:\n    waiting");
    }
  }

  @Test
  void stopsGrandchildrenToo() throws Exception {
    String script = "sh -c 'sleep 600 & echo $! > pid; wait'; echo not reached > after";
    try (Evaluator evaluator = shell(script, Duration.ofMillis(2500))) {
      assertFault(
          evaluator,
          "sh -c " + script,
          "did not end within 2.5 s and was stopped; if it needs longer, raise 'timeout-seconds'"
              + " under 'evaluator'\n  stderr: empty");
    }
    long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    Optional<ProcessHandle> grandchild = ProcessHandle.of(pid);
    if (grandchild.isPresent()) {
      // Killed, and perhaps not yet reaped by whoever inherited it.
      grandchild.get().onExit().get(30, TimeUnit.SECONDS);
    }
    assertThat(folder.resolve("after")).doesNotExist();
  }

  @Test
  void doesNotWaitForWhatTheCommandLeavesRunning() throws Exception {
    assertThat(run("sleep 600 & echo $! > pid; " + GOOD).n()).isEqualTo(4);
    long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    assertThat(ProcessHandle.of(pid)).hasValueSatisfying(ProcessHandle::destroyForcibly);
  }

  @Test
  void endsWithTheJvm() throws Exception {
    Path pid = folder.resolve("pid");
    List<String> words =
        List.of("sh", "-c", "echo $$ > pid.part; mv pid.part pid; sleep 600; sleep 600");
    Process jvm = startJvm(words);
    try {
      while (!Files.exists(pid)) {
        assertThat(jvm.isAlive()).isTrue();
        Thread.sleep(10);
      }
      ProcessHandle command =
          ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
      jvm.destroy();
      assertThat(jvm.waitFor(30, TimeUnit.SECONDS)).isTrue();
      command.onExit().get(30, TimeUnit.SECONDS);
    } finally {
      jvm.descendants().forEach(ProcessHandle::destroyForcibly);
      jvm.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'accuracy': 1}|the last line it printed is not JSON (expected a member's name in quotes,"
            + " at byte 1); print a last line such as {\"accuracy\": 0.81, \"n\": 2000}",
        "{\"n\": 1, \"n\": 2}|the last line it printed is not JSON (duplicate name 'n',"
            + " at byte 9); print a last line such as {\"accuracy\": 0.81, \"n\": 2000}",
        "0.81|the last line it printed is a number instead of a JSON object;"
            + " print a last line such as {\"accuracy\": 0.81, \"n\": 2000}",
        "{\"n\": 4}|it gave no metric 'accuracy', by which candidates are chosen; it gave none;"
            + " print it, or set 'metric' to one of those",
        "{\"acc\": 1, \"f1\": 1, \"n\": 4}|it gave no metric 'accuracy', by which candidates are"
            + " chosen; it gave acc, f1; print it, or set 'metric' to one of those",
        "{\"accuracy\": \"0.5\", \"n\": 4}|its metric 'accuracy' is a string instead of a number,"
            + " by which candidates are chosen; it gave none; print it, or set 'metric' to one of"
            + " those",
        "{\"accuracy\": 1}|it gave no 'n'; print the number of examples it measured as \"n\","
            + " a whole number from 1",
        "{\"accuracy\": 1, \"n\": 0}|its 'n' is 0; print the number of examples it measured as"
            + " \"n\", a whole number from 1",
        "{\"accuracy\": 1, \"n\": 2.5}|its 'n' is 2.5; print the number of examples it measured as"
            + " \"n\", a whole number from 1",
        "{\"accuracy\": 1, \"n\": 3e9}|its 'n' is 3e9; print the number of examples it measured as"
            + " \"n\", a whole number from 1",
        "{\"accuracy\": 1, \"n\": \"4\"}|its 'n' is a string; print the number of examples it"
            + " measured as \"n\", a whole number from 1",
        "{\"accuracy\": 1, \"n\": 2, \"correct\": [1]}|its 'correct' has 1 elements, but 'n' is 2;"
            + " print one per example, or leave it out",
        "{\"accuracy\": 1, \"n\": 2, \"correct\": 2}|its 'correct' is a number instead of an array;"
            + " print 0 or 1 per example, or leave it out",
        "{\"accuracy\": 1, \"n\": 2, \"correct\": [1, 2]}|its 'correct' has 2 for example 1;"
            + " print 0 or 1",
        "{\"accuracy\": 1, \"n\": 2, \"correct\": [null, 1]}|its 'correct' has null for example 0;"
            + " print 0 or 1",
        "{\"accuracy\": 0.50001, \"n\": 2, \"correct\": [1, 0]}|its 'accuracy' is 0.50001, but 1 of"
            + " 2 'correct' are 0.5; print them of the same examples",
      })
  void refusesResultsThatDoNotHold(String line, String what) {
    assertFault("cat <<'END'\n" + line + "\nEND", what + "\n  last line: " + line);
  }

  @Test
  void accuracyMayBeRoundedToFloat32() {
    assertThat(
            run("echo '{\"accuracy\": 0.3333333432674408, \"n\": 3, \"correct\": [0, 1, 0]}'")
                .correctCount())
        .contains(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"accuracy\": NaN, \"n\": 4}|accuracy|NaN",
        "{\"accuracy\": 0.5, \"n\": 4, \"nll\": Infinity}|nll|Infinity",
        "{\"accuracy\": 0.5, \"n\": 4, \"nll\":-Infinity}|nll|-Infinity",
        "{\"accuracy\": nan, \"n\": 4}|accuracy|nan",
        "{\"accuracy\": -inf, \"n\": 4}|accuracy|-inf",
        "{\"accuracy\": 0.5, \"n\": 4, \"nll\": 1e999}|nll|1e999",
      })
  void saysWhichMetricIsNoNumber(String line, String name, String value) {
    assertFault(
        "echo '" + line + "'",
        "it printed '%s' as %s, which is no number; look for a checkpoint or a loss that overflowed, or leave '%s' out"
            .formatted(name, value, name));
  }

  @Test
  void showsTheStartOfALongLine() {
    assertFault(
        "printf '%0500d\\n' 0",
        "the last line it printed is not JSON (text after the end of the JSON document, at byte"
            + " 1); print a last line such as {\"accuracy\": 0.81, \"n\": 2000}\n  last line: "
            + "0".repeat(200)
            + "…");
  }

  /// A JVM of its own that runs [CommandEvaluatorMain] in the folder.
  private Process startJvm(List<String> words) throws Exception {
    List<String> line = new ArrayList<>();
    line.add(ProcessHandle.current().info().command().orElseThrow());
    line.add("-cp");
    line.add(classes(CommandEvaluator.class) + ":" + classes(CommandEvaluatorTest.class));
    line.add(CommandEvaluatorMain.class.getName());
    line.add(checkpoint.toString());
    line.addAll(words);
    return new ProcessBuilder(line).directory(folder.toFile()).inheritIO().start();
  }

  private static String classes(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  private Evaluation run(String script) {
    try (Evaluator evaluator = shell(script, LONG);
        Checkpoint candidate = Checkpoints.open(checkpoint)) {
      return evaluator.evaluate(candidate, List.of("select")).get("select");
    }
  }

  private void assertFault(String script, String what) {
    try (Evaluator evaluator = shell(script, LONG)) {
      assertFault(evaluator, "sh -c " + script, what);
    }
  }

  private void assertFault(Evaluator evaluator, String command, String what) {
    try (Checkpoint candidate = Checkpoints.open(checkpoint)) {
      assertThatThrownBy(() -> evaluator.evaluate(candidate, List.of("test")))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "evaluator command on set 'test' for %s: %s\n  command: %s\n  folder: %s"
                  .formatted(checkpoint, what, command, folder));
    }
  }

  private Evaluator shell(String script, Duration timeout) {
    return evaluator(List.of("sh", "-c", script), timeout, "accuracy");
  }

  private Evaluator evaluator(List<String> words, Duration timeout, String metric) {
    EvaluatorSpec.Command command = new EvaluatorSpec.Command(words, folder, timeout);
    return Evaluators.open(spec(command, metric), 1, Progress.NONE);
  }

  static EvalSpec spec(EvaluatorSpec.Command command, String metric) {
    SetSpec select = new SetSpec("select", Role.SELECT, new SetSpec.Source.Text("held out"));
    SetSpec test = new SetSpec("test", Role.ID, new SetSpec.Source.Text("held out {checkpoint}"));
    return new EvalSpec(command, InputSpec.AS_IS, select, List.of(test), metric);
  }
}
