package dev.stockpot.cli;

import dev.stockpot.cli.config.SweepFile;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.terminal.Terminal;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `stockpot finetune`: a model, fine-tuned with many hyperparameters.
@Command(
    name = "finetune",
    description = {
      "Fine-tunes a model with every hyperparameter that a SWEEP.yml asks for, by a grid or at"
          + " random; writes a checkpoint per run and a soup.yml that cooks them."
    },
    footer = {
      "  stockpot finetune sweep.yml -o sweep",
      "  stockpot finetune sweep.yml -o sweep --resume",
      "  stockpot cook sweep/soup.yml -o cooked",
    })
final class FinetuneCommand implements Runnable {
  private final Terminal terminal;

  @Spec private CommandSpec command;
  @Mixin private OutputOptions output;

  @Parameters(paramLabel = "SWEEP.yml", description = "Model, data and hyperparameters.")
  private Path sweep;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Folder for the runs; the file's name without extension unless given.")
  private Optional<Path> folder;

  @Option(
      names = "--resume",
      description = "Go on with a sweep that was cut off, or add runs to a finished one.")
  private boolean resume;

  @Option(names = "--dry-run", description = "Check everything, show the runs, and stop.")
  private boolean dryRun;

  private OptionalInt jobs = OptionalInt.empty();
  private int threads = 1;

  FinetuneCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description =
          "Runs at once; as many as there are processors and memory unless given, 1 for a program.")
  void jobs(int count) {
    jobs = OptionalInt.of(positive("--jobs", count));
  }

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of each run; 1 unless given. The last bits of weights depend on it.")
  void threads(int count) {
    threads = positive("--threads", count);
  }

  @Override
  public void run() {
    SweepFile read = SweepFile.read(sweep);
    FinetuneRun run =
        new FinetuneRun(
            terminal,
            output,
            read,
            new FinetuneRun.Settings(
                folder.orElseGet(
                    () -> Path.of(sweep.getFileName().toString().replaceFirst("\\.[^.]*$", ""))),
                jobs,
                threads,
                resume));
    if (dryRun) {
      run.plan();
    } else {
      run.train();
    }
  }

  private int positive(String option, int count) {
    if (count < 1) {
      throw new ParameterException(
          command.commandLine(), option + " is " + count + "; it must be at least 1");
    }
    return count;
  }
}
