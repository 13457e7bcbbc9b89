package dev.stockpot.cli;

import dev.stockpot.cli.config.SoupFile;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.io.WorkFolder;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonException;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.search.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `stockpot demo`: the whole story on the bundled family.
@Command(
    name = DemoCommand.NAME,
    description = {
      "Cooks the bundled family: ten small networks, fine-tuned from one base to read digits, every"
          + " recipe, the ranking. Or begins with nothing but data."
    },
    footer = {"  stockpot demo", "  stockpot demo --from-scratch"})
final class DemoCommand implements Callable<Integer> {
  static final String NAME = "demo";

  private final Terminal terminal;

  @Mixin private OutputOptions output;
  @Mixin private ThreadsOption threads;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description =
          "Folder for the run, replaced if a demo made it; stockpot-demo, or stockpot-scratch,"
              + " unless given.")
  private Optional<Path> chosen;

  @Option(
      names = "--from-scratch",
      description =
          "Pre-train, fine-tune a sweep and cook it, all here, on two tasks: digits, and telling"
              + " languages apart from names in the JDK's locale data. A run that was cut off goes"
              + " on when it is started again.")
  private boolean fromScratch;

  @Option(
      names = "--brief",
      hidden = true,
      description = "With --from-scratch: one epoch each, to see that all is in place.")
  private boolean brief;

  DemoCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (fromScratch) {
      Path folder = chosen.orElse(Path.of("stockpot-scratch"));
      return new ScratchDemo(terminal, output, examples(), folder, brief).run();
    }
    cook(chosen.orElse(Path.of("stockpot-demo")));
    return 0;
  }

  private void cook(Path folder) {
    Path soup = examples().resolve("digits").resolve("soup.yml");
    replaceEarlierDemo(folder);
    CookRun.Settings settings =
        new CookRun.Settings(
            soup,
            folder,
            List.of(NAME),
            Optional.empty(),
            false,
            threads.threads(),
            false,
            Optional.empty());
    new CookRun(terminal, output, settings).cook(SoupFile.read(soup, Recipes.ALL), false, false);
    if (!output.json()) {
      terminal.print(
          """

          What to do next:
            look into the soup     stockpot inspect %1$s/greedy/model.safetensors --stats
            read the results       %1$s/results.jsonl, %1$s/manifest.json
            cook your own          copy %2$s and its paths to your checkpoints, then
                                   stockpot cook soup.yml -o run
          """
              .formatted(folder, soup));
    }
  }

  private static void replaceEarlierDemo(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    if (!isDemo(folder)) {
      throw new RecipeException(
          folder + ": is there and no finished demo; choose another folder with -o, or delete it");
    }
    WorkFolder.delete(folder);
  }

  /// Only what the manifest says a demo made may be deleted, never a run of the user's.
  private static boolean isDemo(Path folder) {
    try {
      return JsonReader.read(Files.readAllBytes(folder.resolve("manifest.json")))
              instanceof Json.Obj(Map<String, Json> members)
          && JsonWriter.of(List.of(NAME)).equals(members.get("command"));
    } catch (IOException | JsonException _) {
      return false;
    }
  }

  /// The launcher says where the project lies.
  static Path examples() {
    String home = System.getProperty("stockpot.home");
    Path examples = Path.of(home == null ? "" : home, "examples");
    if (!Files.isDirectory(examples)) {
      throw new RecipeException(
          "the examples are not at "
              + examples.toAbsolutePath()
              + "; run ./stockpot of a checkout");
    }
    return examples;
  }
}
