package dev.stockpot.cli.config;

import dev.stockpot.checkpoint.HuggingFaceCache;
import dev.stockpot.eval.EvalSpec;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.train.Hyperparameters;
import dev.stockpot.train.NetworkSpec;
import dev.stockpot.train.Search;
import dev.stockpot.train.Search.Space;
import dev.stockpot.train.SweepSpec;
import dev.stockpot.train.TrainerSpec;
import dev.stockpot.train.TrainerSpec.Graph;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Reads a `SWEEP.yml`. Relative paths in it are relative to its folder.
///
/// @param spec what it says
/// @param soup writes the `soup.yml` that cooks what comes out
public record SweepFile(SweepSpec spec, SoupText soup) {
  /// What stands in braces in a command and is no hyperparameter.
  static final List<String> RESERVED = List.of("output", "base", "state", "run");

  private static final List<String> KEYS =
      Stream.of(
              List.of("base", "model", "trainer", "search", "hyperparameters"),
              List.of("ema", "freeze", "stock"),
              EvalFile.KEYS)
          .flatMap(List::stream)
          .toList();
  private static final List<String> OWN = List.of("model", "ema", "freeze", "stock");
  private static final int MOST_RUNS = 10_000;

  /// Reads a file.
  ///
  /// @throws RecipeException naming file, line and mistake
  public static SweepFile read(Path path) {
    YamlMapping file = YamlFile.read(path).only(KEYS);
    return new Reader(SoupFile.folder(path), file).read();
  }

  private record Reader(Path folder, YamlMapping file) {
    SweepFile read() {
      Optional<Path> base = file.find("base").map(this::checkpoint);
      if (file.find("trainer").isPresent() == file.find("model").isPresent()) {
        throw file.error(
            file.find("model").isPresent()
                ? "there is a model, which Stockpot trains, and a trainer; keep one of them"
                : "missing key 'model' (a network that Stockpot trains) or 'trainer' (a command)");
      }
      Optional<EvalSpec> eval = file.find("evaluator").map(_ -> new EvalFile(folder).eval(file));
      TrainerSpec trainer = file.find("trainer").map(this::command).orElseGet(this::network);
      Search search = file.find("search").map(this::search).orElse(new Search.Grid());
      List<Space> spaces =
          new SpaceValues(trainer, search instanceof Search.Grid)
              .read(file.require("hyperparameters"));
      if (trainer instanceof TrainerSpec.Command command) {
        checkPlaces(command, spaces, base.isPresent());
      }
      Optional<SweepSpec.Stock> stock = file.find("stock").map(value -> stock(value.mapping()));
      if (stock.isPresent() && base.isEmpty()) {
        throw file.require("stock").error("'stock' pulls the runs towards the base; name one");
      }
      SweepSpec spec = new SweepSpec(base, trainer, search, spaces, stock, eval);
      long runs = runs(spec);
      if (runs > MOST_RUNS) {
        throw file.require("hyperparameters")
            .error("%d runs are too many; at most %d".formatted(runs, MOST_RUNS));
      }
      if (stock.isPresent() && runs < 2) {
        throw file.require("stock").error("'stock' merges several runs, and there is 1");
      }
      if (stock.isPresent()) {
        checkEpochs(spec);
      }
      return new SweepFile(spec, new SoupText(folder, file));
    }

    /// Runs that are merged go side by side.
    private void checkEpochs(SweepSpec spec) {
      long lengths =
          spec.draws().stream()
              .map(draw -> new Hyperparameters(draw.values()).allEpochs())
              .distinct()
              .count();
      if (lengths > 1) {
        throw file.require("stock")
            .error(
                "'stock' merges runs of as many epochs; give one value for epochs and"
                    + " probe-epochs");
      }
    }

    private static long runs(SweepSpec spec) {
      return switch (spec.search()) {
        case Search.Random(int runs, long _) -> runs;
        case Search.Grid() ->
            spec.spaces().stream()
                .mapToLong(space ->
                    space.distributions().values().stream()
                        .mapToLong(each -> each.all().orElseThrow().size())
                        .reduce(1, (a, b) -> Math.min(Integer.MAX_VALUE, a * b)))
                .sum();
      };
    }

    private Path checkpoint(YamlValue value) {
      Path path = value.path(folder);
      if (Files.exists(path)) {
        return path;
      }
      if (HuggingFaceCache.isModel(value.text())) {
        return Ingredients.downloaded(value.text(), value::error);
      }
      throw value.error("no such file or folder: " + path);
    }

    private Search search(YamlValue value) {
      if (!(value instanceof YamlMapping mapping)) {
        value.oneOf("search", List.of("grid"));
        return new Search.Grid();
      }
      mapping.only(List.of("random", "seed"));
      int runs = whole(mapping.require("random"), 1, MOST_RUNS);
      int seed = mapping.find("seed").map(it -> whole(it, 0, Integer.MAX_VALUE)).orElse(0);
      return new Search.Random(runs, seed);
    }

    private SweepSpec.Stock stock(YamlMapping stock) {
      stock.only(List.of("every", "optimizer"));
      YamlValue every = stock.require("every");
      boolean isWord =
          every instanceof YamlValue.Scalar scalar && scalar.type() == YamlValue.Scalar.Type.TEXT;
      if (isWord) {
        every.oneOf("period", List.of("epoch"));
      }
      boolean keep =
          stock
              .find("optimizer")
              .map(value -> value.oneOf("optimizer", List.of("keep", "reset")).equals("keep"))
              .orElse(true);
      return new SweepSpec.Stock(isWord ? 1 : whole(every, 1, MOST_RUNS), keep);
    }

    private TrainerSpec command(YamlValue value) {
      YamlMapping trainer = value.mapping().only(List.of("command", "output"));
      refuse(OWN, "a model, which Stockpot trains,");
      List<String> words = trainer.require("command").list(YamlValue::text);
      if (words.stream().noneMatch(word -> word.contains("{output}"))) {
        throw trainer
            .require("command")
            .error("the command does not mention {output}, the file that it is to write");
      }
      String output =
          trainer
              .find("output")
              .map(it -> {
                String name = it.text();
                if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
                  throw it.error("'trainer.output' is the name of a file, not a path");
                }
                return name;
              })
              .orElse("model.safetensors");
      return new TrainerSpec.Command(words, folder, output);
    }

    private void checkPlaces(TrainerSpec.Command command, List<Space> spaces, boolean base) {
      SpaceValues.unfilled(command.places(), spaces, base)
          .ifPresent(place -> {
            throw file.require("trainer")
                .mapping()
                .require("command")
                .error(
                    place.equals("base")
                        ? "the command mentions {base}, but no base is named"
                        : "nothing fills {"
                            + place
                            + "}; it is among the hyperparameters of no space, or not of every"
                            + " one");
          });
    }

    private TrainerSpec network() {
      YamlMapping model = file.require("model").mapping();
      Optional<YamlValue> torchscript = model.find("torchscript");
      Graph graph;
      if (torchscript.isPresent()) {
        model.only(List.of("torchscript", "head", "new-head"));
        graph = new Graph.TorchScript(existing(torchscript.get()));
      } else {
        graph = new Graph.BuiltIn(builtIn(model));
      }
      List<String> head =
          model
              .find("head")
              .map(value -> value.list(YamlValue::text))
              .orElse(torchscript.isPresent() ? List.of() : List.of("head.*"));
      // What the file says of sets and metrics does not depend on where the network runs.
      EvaluatorSpec.Network anywhere =
          new EvaluatorSpec.Network("network", Path.of("network.json"), List.of());
      YamlMapping data = file.require("data").mapping().only(EvalFile.DATA_KEYS);
      boolean skipBad = data.find("skip-bad").map(ParameterValues::flag).orElse(false);
      SetFile sets = new SetFile(folder, anywhere, skipBad);
      SetSpec train = sets.train(data.require("train"));
      Optional<SetSpec> select = data.find("select").map(sets::select);
      return new TrainerSpec.Network(
          graph,
          head,
          model.find("new-head").map(ParameterValues::flag).orElse(false),
          file.find("freeze").map(value -> value.list(YamlValue::text)).orElse(List.of()),
          file.find("ema").map(this::decays).orElse(List.of()),
          file.find("input").map(it -> InputFile.read(it.mapping())).orElse(InputSpec.AS_IS),
          train,
          select,
          TaskFile.read(folder, file, anywhere));
    }

    private NetworkSpec builtIn(YamlMapping model) {
      YamlValue network = model.require("network");
      try {
        if (!NetworkSpec.KINDS.contains(network.text())) {
          model.only(List.of("network", "new-head"));
          return NetworkSpec.read(existing(network));
        }
        return NetworkSpec.parse(SoupText.json(model, List.of("new-head")));
      } catch (IllegalArgumentException e) {
        throw model.error("'model' describes no network: " + e.getMessage());
      }
    }

    private List<Double> decays(YamlValue value) {
      return value.list(each -> {
        double decay = each.number();
        if (decay <= 0 || decay >= 1) {
          throw each.error("a decay is between 0 and 1, not " + decay);
        }
        return decay;
      });
    }

    private Path existing(YamlValue value) {
      Path path = value.path(folder);
      if (!Files.isRegularFile(path)) {
        throw value.error("no such file: " + path);
      }
      return path;
    }

    private static int whole(YamlValue value, int least, int most) {
      double number = value.number();
      if (number != Math.rint(number) || number < least || number > most) {
        throw value.error(
            "'%s' is a whole number from %d to %d".formatted(value.at().name(), least, most));
      }
      return (int) number;
    }

    private void refuse(List<String> keys, String wanted) {
      for (String key : keys) {
        if (file.find(key).isPresent()) {
          throw file.keys().get(key).error("'" + key + "' goes with " + wanted + " only");
        }
      }
    }
  }
}
