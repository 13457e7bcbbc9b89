package dev.stockpot.train;

import dev.stockpot.merge.RandomBits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/// Which points of a space of hyperparameters are tried.
public sealed interface Search {

  /// Every combination of each space, the last hyperparameter varying fastest.
  record Grid() implements Search {
    @Override
    public List<Draw> draws(List<Space> spaces) {
      List<SequencedMap<String, Value>> points = new ArrayList<>();
      spaces.forEach(space -> points.addAll(product(space)));
      List<Draw> draws = new ArrayList<>();
      points.forEach(point -> draws.add(new Draw(name(draws.size(), points.size()), point)));
      return draws;
    }

    private static List<SequencedMap<String, Value>> product(Space space) {
      List<SequencedMap<String, Value>> points = new ArrayList<>(List.of(new LinkedHashMap<>()));
      space
          .distributions()
          .forEach((name, distribution) -> {
            List<Value> values =
                distribution
                    .all()
                    .orElseThrow(() ->
                        new IllegalArgumentException("'" + name + "' cannot be gone through"));
            List<SequencedMap<String, Value>> longer = new ArrayList<>();
            for (SequencedMap<String, Value> point : points) {
              for (Value value : values) {
                SequencedMap<String, Value> next = new LinkedHashMap<>(point);
                next.put(name, value);
                longer.add(next);
              }
            }
            points.clear();
            points.addAll(longer);
          });
      return points;
    }
  }

  /// Points drawn at random, each from one of the spaces. Every value depends on the seed, the
  /// number of its run and the name of its hyperparameter alone: more runs, or one more
  /// hyperparameter, change none of those that were there.
  ///
  /// @param runs at least 1
  record Random(int runs, long seed) implements Search {
    /// @throws IllegalArgumentException for no runs
    public Random {
      if (runs < 1) {
        throw new IllegalArgumentException("runs " + runs);
      }
    }

    @Override
    public List<Draw> draws(List<Space> spaces) {
      List<Draw> draws = new ArrayList<>();
      for (int run = 0; run < runs; run++) {
        long stream = RandomBits.stream(seed, run);
        int space = (int) (RandomBits.uniform(RandomBits.stream(stream, 0), 0) * spaces.size());
        SequencedMap<String, Value> point = new LinkedHashMap<>();
        spaces
            .get(space)
            .distributions()
            .forEach(
                (name, distribution) -> point.put(name, distribution.draw(named(stream, name))));
        draws.add(new Draw(name(run, runs), point));
      }
      return draws;
    }

    /// FNV-1a: one stream per name.
    private static long named(long stream, String name) {
      long hash = 0xCBF2_9CE4_8422_2325L;
      for (int i = 0; i < name.length(); i++) {
        hash = (hash ^ name.charAt(i)) * 0x100_0000_01B3L;
      }
      return RandomBits.stream(stream ^ hash, 1);
    }
  }

  /// A point, and the name of the run that tries it.
  ///
  /// @param values by the hyperparameter's name, in the file's order
  record Draw(String name, SequencedMap<String, Value> values) {
    public Draw {
      values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    /// The values as a JSON document has them.
    public Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      values.forEach((name, value) -> json.put(name, value.json()));
      return json;
    }
  }

  /// A space: a distribution for each hyperparameter, in the file's order.
  record Space(SequencedMap<String, Distribution> distributions) {
    public Space {
      distributions = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(distributions));
    }
  }

  /// The points, in the order of their runs.
  ///
  /// @throws IllegalArgumentException for a grid over what has no list of values
  List<Draw> draws(List<Space> spaces);

  /// `run-007`: at least two digits, and as many for all of up to 100 or 1000 runs.
  private static String name(int run, int runs) {
    int digits = Math.max(2, String.valueOf(runs - 1).length());
    return String.format(Locale.ROOT, "run-%0" + digits + "d", run);
  }
}
