package dev.stockpot.cli;

import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.scratch.ScratchTask;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `stockpot demo --from-scratch`: two tasks, each from its data to the ranking, by the commands
/// that a user would type. A run that was cut off goes on when it is started again.
///
/// @param examples the project's
/// @param folder of the run
/// @param brief whether a few models of one epoch are enough
record ScratchDemo(
    Terminal terminal, OutputOptions output, Path examples, Path folder, boolean brief) {
  private static final int MODELS = 12;
  private static final int BRIEFLY = 3;
  private static final long SEED = 1;
  private static final String MARK = "demo.json";
  private static final String COMMAND = "demo --from-scratch";

  /// Does all of it.
  ///
  /// @return the exit code of the first command that failed, or 0
  int run() {
    begin();
    output.tell(
        terminal,
        "Two tasks, from their data to the ranking, by commands that you could type: about a"
            + " minute on two cores.");
    Map<String, Json> documents = new LinkedHashMap<>();
    for (ScratchTask task : ScratchTask.values()) {
      Path own = folder.resolve(task.word());
      output.tell(terminal, "\n" + task.word() + ": " + task.about());
      write(task, own);
      int code = finetune(own.resolve("pretrain.yml"), own.resolve("pretrained"));
      code = code == 0 ? finetune(own.resolve("sweep.yml"), own.resolve("sweep")) : code;
      code = code == 0 ? cook(task, own, documents) : code;
      if (code != 0) {
        return code;
      }
    }
    mark(true);
    if (output.json()) {
      terminal.print(new Json.Obj(documents));
    } else {
      terminal.print(next());
    }
    return 0;
  }

  /// An earlier demo is gone on with, or replaced if it had come to its end; nothing else is.
  private void begin() {
    if (Files.exists(folder)) {
      try {
        Json mark = JsonReader.read(Files.readAllBytes(folder.resolve(MARK)));
        if (mark.equals(document(true))) {
          WorkFolder.delete(folder);
        } else if (!mark.equals(document(false))) {
          throw isNone();
        }
      } catch (IOException | JsonException _) {
        throw isNone();
      }
    }
    mark(false);
  }

  private RecipeException isNone() {
    return new RecipeException(
        folder
            + ": is there and no demo from scratch; choose another folder with -o, or delete it");
  }

  private void mark(boolean finished) {
    AtomicFile.writeString(folder.resolve(MARK), JsonWriter.pretty(document(finished)), true);
  }

  private static Json document(boolean finished) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("command", COMMAND);
    members.put("finished", finished);
    return JsonWriter.of(members);
  }

  private void write(ScratchTask task, Path own) {
    task.writeData(examples, own.resolve("data"));
    write(own.resolve("pretrain.yml"), task.pretraining("data", SEED));
    write(own.resolve("sweep.yml"), task.sweep("data", brief ? BRIEFLY : MODELS, SEED));
  }

  private void write(Path file, String sweep) {
    AtomicFile.writeString(file, brief ? ScratchTask.brief(sweep) : sweep, false);
  }

  /// Its table is left out: each run tells of its end.
  private int finetune(Path file, Path target) {
    Terminal mute = new Terminal(OutputStream.nullOutputStream(), terminal.err(), terminal.can());
    return run(mute, List.of("finetune", file.toString(), "-o", target.toString()));
  }

  /// One thread is faster on such small networks than two that wait for each other.
  private int cook(ScratchTask task, Path own, Map<String, Json> documents) {
    Path soup = brief ? brief(own.resolve("sweep")) : own.resolve("sweep").resolve("soup.yml");
    Path target = own.resolve("cooked");
    List<String> words =
        List.of("cook", soup.toString(), "-o", target.toString(), "--threads", "1");
    if (output.json()) {
      documents.put(task.word(), Subcommands.run(resumed(words)));
      return 0;
    }
    return run(terminal, words);
  }

  /// A soup.yml of a few recipes.
  private static Path brief(Path sweep) {
    try {
      String soup = Files.readString(sweep.resolve("soup.yml"));
      Path file = sweep.resolve("brief.yml");
      AtomicFile.writeString(file, soup + "recipes: [best, uniform, greedy]\n", false);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int run(Terminal shown, List<String> words) {
    output.tell(terminal, "$ stockpot " + String.join(" ", words));
    List<String> line = resumed(words);
    if (output.quiet()) {
      line.add("--quiet");
    }
    return Main.run(shown, System.getenv(), line.toArray(String[]::new));
  }

  private static List<String> resumed(List<String> words) {
    List<String> line = new ArrayList<>(words);
    line.add("--resume");
    return line;
  }

  private String next() {
    return """

    What to do next:
      look at the reports    %1$s/digits/cooked/report.html, %1$s/names/cooked/report.html
      see how it was done    %1$s/names/pretrain.yml, sweep.yml, sweep/soup.yml
      fine-tune otherwise    change %1$s/names/sweep.yml, then
                             stockpot finetune %1$s/names/sweep.yml -o sweep
                             stockpot cook sweep/soup.yml -o cooked
    """
        .formatted(folder);
  }
}
