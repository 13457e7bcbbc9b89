package dev.stockpot.benchmarks;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// `step.py` in a process of its own, which makes a step whenever it is told to; or nobody, where
/// there is no Python with PyTorch.
record StepPeer(Optional<Process> process) implements AutoCloseable {

  /// What came of some steps.
  ///
  /// @param seconds of all of them
  /// @param loss before the last
  record Answer(double seconds, double loss) {}

  /// Starts it, if the Python has PyTorch.
  static StepPeer start(String python, Path script, Path folder, int threads) throws IOException {
    if (!works(python)) {
      return new StepPeer(Optional.empty());
    }
    return new StepPeer(
        Optional.of(
            new ProcessBuilder(
                    python, script.toString(), folder.toString(), String.valueOf(threads))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()));
  }

  private static boolean works(String python) {
    try {
      return new ProcessBuilder(List.of(python, "-c", "import torch, numpy"))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Makes steps; empty if there is nobody.
  Optional<Answer> steps(int count) throws IOException {
    if (process.isEmpty()) {
      return Optional.empty();
    }
    Writer to = process.get().outputWriter(StandardCharsets.UTF_8);
    to.write(count + "\n");
    to.flush();
    String line = process.get().inputReader(StandardCharsets.UTF_8).readLine();
    if (line == null) {
      throw new IllegalStateException("PyTorch's side has ended");
    }
    String[] words = line.split(" ", -1);
    return Optional.of(new Answer(Double.parseDouble(words[0]), Double.parseDouble(words[1])));
  }

  @Override
  public void close() {
    process.ifPresent(Process::destroy);
  }
}
