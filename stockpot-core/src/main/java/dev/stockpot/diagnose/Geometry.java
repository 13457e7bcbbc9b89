package dev.stockpot.diagnose;

import dev.stockpot.internal.json.JsonWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// `geometry.json`: how the ingredients lie around the base, or around their mean, in all layers
/// together and in each.
public final class Geometry {
  /// Most cosines that are written one by one: 100 ingredients in 200 layers, some 7 MB.
  private static final long MOST_COSINES = 1_000_000;

  private Geometry() {}

  /// The document, compact.
  ///
  /// Running statistics are left out of the total. Cosines are the upper triangle, row by row, to
  /// four decimals; layers have them while there are at most 1 000 000, else only their minimum,
  /// mean and maximum. A cosine that is not defined, with a model that did not move, is null, and
  /// not in the mean.
  public static String document(Survey survey) {
    long pairs = (long) survey.ingredients().size() * (survey.ingredients().size() - 1) / 2;
    boolean matrices = pairs * survey.layers().size() <= MOST_COSINES;
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("ingredients", survey.ingredients());
    document.put("origin", survey.hasBase() ? "base" : "mean");
    Map<String, Object> total = new LinkedHashMap<>();
    total.put(
        "elements",
        survey.layers().stream()
            .filter(layer -> !layer.isRunningStatistic())
            .mapToLong(Layer::elements)
            .sum());
    total.putAll(members(learned(survey), pairs <= MOST_COSINES));
    document.put("total", total);
    document.put(
        "layers", survey.layers().stream().map(layer -> members(layer, matrices)).toList());
    return JsonWriter.write(JsonWriter.of(document)) + "\n";
  }

  /// The angles between the moves in all layers that are learned; NaN where one did not move.
  public static double[][] anglesDegrees(Survey survey) {
    DotProducts moves = learned(survey);
    double[][] angles = new double[moves.size()][moves.size()];
    for (int i = 0; i < moves.size(); i++) {
      for (int j = 0; j < moves.size(); j++) {
        angles[i][j] = i == j ? 0 : Math.toDegrees(StrictMath.acos(moves.cosine(i, j)));
      }
    }
    return angles;
  }

  /// The moves in all layers that are learned, as one vector each.
  static DotProducts learned(Survey survey) {
    DotProducts total = new DotProducts(survey.ingredients().size());
    survey.layers().stream()
        .filter(layer -> !layer.isRunningStatistic())
        .forEach(layer -> total.add(layer.moves()));
    return total;
  }

  private static Map<String, Object> members(Layer layer, boolean matrices) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", layer.name());
    members.put("elements", layer.elements());
    layer.baseNorm().ifPresent(norm -> members.put("base_norm", digits(norm)));
    members.putAll(members(layer.moves(), matrices));
    return members;
  }

  private static Map<String, Object> members(DotProducts moves, boolean matrix) {
    Map<String, Object> members = new LinkedHashMap<>();
    int n = moves.size();
    members.put("norms", IntStream.range(0, n).mapToObj(i -> digits(moves.norm(i))).toList());
    double[] cosines =
        IntStream.range(0, n)
            .boxed()
            .flatMapToDouble(i -> IntStream.range(i + 1, n).mapToDouble(j -> moves.cosine(i, j)))
            .toArray();
    double[] defined = DoubleStream.of(cosines).filter(cosine -> !Double.isNaN(cosine)).toArray();
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("min", decimals(DoubleStream.of(defined).min().orElse(Double.NaN)));
    summary.put("mean", decimals(DoubleStream.of(defined).average().orElse(Double.NaN)));
    summary.put("max", decimals(DoubleStream.of(defined).max().orElse(Double.NaN)));
    members.put("cosine", summary);
    members.put(
        "mean_angle_degrees",
        decimals(
            DoubleStream.of(defined)
                .map(cosine -> Math.toDegrees(StrictMath.acos(cosine)))
                .average()
                .orElse(Double.NaN)));
    if (matrix) {
      List<Double> values = new ArrayList<>();
      DoubleStream.of(cosines).forEach(cosine -> values.add(decimals(cosine)));
      members.put("cosines", values);
    }
    return members;
  }

  /// Four decimals.
  private static double decimals(double value) {
    return Double.isFinite(value) ? Math.rint(value * 1e4) / 1e4 : value;
  }

  /// Six digits.
  private static double digits(double value) {
    return Double.isFinite(value)
        ? Double.parseDouble(String.format(Locale.ROOT, "%.5e", value))
        : value;
  }
}
