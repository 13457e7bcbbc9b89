package dev.stockpot.cli.config;

import dev.stockpot.cli.config.YamlValue.Scalar;
import dev.stockpot.internal.text.Nearest;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.train.Distribution;
import dev.stockpot.train.Hyperparameter;
import dev.stockpot.train.Search.Space;
import dev.stockpot.train.TrainerSpec;
import dev.stockpot.train.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/// Reads `hyperparameters` of a SWEEP.yml: a space, or a list of spaces.
///
/// @param trainer decides which hyperparameters there are
/// @param grid whether every one must have a list of values
record SpaceValues(TrainerSpec trainer, boolean grid) {
  private static final List<String> DISTRIBUTIONS =
      List.of("choice", "uniform", "log-uniform", "integer", "mixture");
  private static final String NAME = "[a-z][a-z0-9_-]*";

  /// Reads all spaces, and tells of all mistakes in them at once.
  List<Space> read(YamlValue value) {
    List<RecipeException> faults = new ArrayList<>();
    List<Space> spaces =
        value instanceof YamlValue.Sequence
            ? value.list(each -> space(each.mapping(), faults))
            : List.of(space(value.mapping(), faults));
    if (!faults.isEmpty()) {
      throw new RecipeException(
          String.join("\n", faults.stream().map(RecipeException::getMessage).toList()));
    }
    return spaces;
  }

  private Space space(YamlMapping mapping, List<RecipeException> faults) {
    SequencedMap<String, Distribution> distributions = new LinkedHashMap<>();
    mapping
        .entries()
        .forEach((name, value) -> {
          try {
            distributions.put(name, checked(mapping.keys().get(name), name, value));
          } catch (RecipeException e) {
            faults.add(e);
          }
        });
    return new Space(distributions);
  }

  private Distribution checked(Location key, String name, YamlValue value) {
    return switch (trainer) {
      case TrainerSpec.Network _ -> {
        Hyperparameter known =
            Hyperparameter.named(name)
                .orElseThrow(() ->
                    key.error(
                        "unknown hyperparameter '"
                            + name
                            + "'"
                            + Nearest.hint(name, Hyperparameter.names())));
        Distribution distribution = distribution(value);
        distribution.bounds().stream()
            .flatMap(bound -> known.fault(bound).stream())
            .findFirst()
            .ifPresent(fault -> {
              throw value.error("'" + name + "' " + fault);
            });
        if (known.type() instanceof Hyperparameter.Type.Whole && isContinuous(distribution)) {
          throw value.error("'" + name + "' is a whole number; draw it by {integer: [low, high]}");
        }
        yield distribution;
      }
      case TrainerSpec.Command command -> {
        if (!name.matches(NAME)) {
          throw key.error(
              "'"
                  + name
                  + "' cannot stand in braces; a name has small letters, digits, '-' and '_', a"
                  + " letter first");
        }
        if (SweepFile.RESERVED.contains(name)) {
          throw key.error("'" + name + "' has a meaning of its own in the command; rename it");
        }
        if (command.words().stream().noneMatch(word -> word.contains("{" + name + "}"))) {
          throw key.error(
              "the command does not mention {" + name + "}, so it would change nothing");
        }
        yield distribution(value);
      }
    };
  }

  private static boolean isContinuous(Distribution distribution) {
    return switch (distribution) {
      case Distribution.Choice _, Distribution.Integers _ -> false;
      case Distribution.Uniform _, Distribution.LogUniform _ -> true;
      case Distribution.Mixture(List<Distribution.Part> parts) ->
          parts.stream().anyMatch(part -> isContinuous(part.of()));
    };
  }

  private Distribution distribution(YamlValue value) {
    return switch (value) {
      case Scalar scalar -> new Distribution.Choice(List.of(value(scalar)));
      case YamlValue.Sequence sequence -> new Distribution.Choice(sequence.list(this::value));
      case YamlMapping mapping -> {
        mapping.only(DISTRIBUTIONS);
        if (mapping.entries().size() != 1) {
          throw mapping.error(
              "'%s' is drawn by one of %s"
                  .formatted(mapping.at().name(), String.join(", ", DISTRIBUTIONS)));
        }
        String word = mapping.entries().firstEntry().getKey();
        YamlValue given = mapping.require(word);
        if (grid && !word.equals("choice")) {
          throw mapping.error(
              "'%s' is drawn by %s, which a grid cannot go through; list values, or draw at random:"
                      .formatted(mapping.at().name(), word)
                  + " search: {random: 20}");
        }
        yield switch (word) {
          case "choice" -> new Distribution.Choice(given.list(this::value));
          case "uniform" -> interval(given, Distribution.Uniform::new);
          case "log-uniform" -> interval(given, Distribution.LogUniform::new);
          case "integer" ->
              interval(
                  given,
                  (low, high) -> new Distribution.Integers(whole(given, low), whole(given, high)));
          default -> built(given, () -> new Distribution.Mixture(given.list(this::part)));
        };
      }
    };
  }

  private Distribution.Part part(YamlValue value) {
    YamlMapping part = value.mapping().only(List.of("probability", "value"));
    double probability = part.require("probability").number();
    Distribution of = distribution(part.require("value"));
    return built(value, () -> new Distribution.Part(probability, of));
  }

  private Value value(YamlValue value) {
    return switch (value) {
      case Scalar(_, Scalar.Type type, _) when type == Scalar.Type.NUMBER ->
          new Value.Real(value.number());
      case Scalar(_, Scalar.Type type, String written) when type == Scalar.Type.BOOLEAN ->
          new Value.Word(written);
      case Scalar _, YamlValue.Sequence _, YamlMapping _ -> new Value.Word(value.text());
    };
  }

  private static Distribution interval(
      YamlValue value, BiFunction<Double, Double, Distribution> distribution) {
    List<Double> ends = value.list(YamlValue::number);
    if (ends.size() != 2) {
      throw value.error("'" + value.at().name() + "' is two numbers: [low, high]");
    }
    return built(value, () -> distribution.apply(ends.getFirst(), ends.getLast()));
  }

  private static int whole(YamlValue value, double number) {
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw value.error("'" + value.at().name() + "' is two whole numbers: [low, high]");
    }
    return (int) number;
  }

  private static <T> T built(YamlValue value, Supplier<T> build) {
    try {
      return build.get();
    } catch (IllegalArgumentException e) {
      throw value.error("'" + value.at().name() + "': " + e.getMessage());
    }
  }

  /// Places in a command that nothing fills.
  static Optional<String> unfilled(List<String> places, List<Space> spaces, boolean base) {
    return places.stream()
        .filter(place -> !place.equals(Hyperparameter.SEED.name()))
        .filter(place ->
            SweepFile.RESERVED.contains(place)
                ? place.equals("base") && !base
                : spaces.stream().anyMatch(space -> !space.distributions().containsKey(place)))
        .findFirst();
  }
}
