package dev.stockpot.report;

import dev.stockpot.eval.Role;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What was measured of a family of models, and what is known about how that came about.
///
/// @param title of the page
/// @param metric that models were chosen by
/// @param higherIsBetter whether more of it is better
/// @param sets that models were measured on
/// @param models at least one
/// @param parts what a report has beside the results, as far as it is known
public record Study(
    String title,
    String metric,
    boolean higherIsBetter,
    List<StudySet> sets,
    List<Model> models,
    Parts parts) {

  /// What may be absent.
  ///
  /// @param verdict what was found, in words
  /// @param traces of greedy searches
  /// @param geometry of the ingredients
  /// @param coefficients of learned soups, a row per layer
  /// @param stock ratios of Model Stock by layer
  /// @param intervals of models on sets
  /// @param comparisons of models with each other
  /// @param findings what is odd
  /// @param curves between pairs of models
  /// @param landscapes over planes through three models
  /// @param approximation of soups by ensembles
  /// @param advantage of models half way between two
  /// @param provenance where all this comes from
  /// @param warnings what could not be read
  public record Parts(
      Optional<Verdict> verdict,
      List<Trace> traces,
      Optional<Geometry> geometry,
      List<Heatmap> coefficients,
      List<StockLayer> stock,
      List<ModelInterval> intervals,
      List<Comparison> comparisons,
      List<Finding> findings,
      List<Curve> curves,
      List<Landscape> landscapes,
      Optional<Approximation> approximation,
      Optional<Advantage> advantage,
      Optional<Provenance> provenance,
      List<String> warnings) {

    /// Nothing.
    public static final Parts NONE =
        new Parts(
            Optional.empty(),
            List.of(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of());
  }

  /// Where a model's metric lies on a set.
  ///
  /// @param model its name
  /// @param set the set's name
  /// @param interval of the metric
  public record ModelInterval(String model, String set, Interval interval) {}

  public Study {
    sets = List.copyOf(sets);
    models = List.copyOf(models);
  }

  /// The models ordered by what was measured on the report sets: in-distribution first, then the
  /// mean of shifts, then `select`, then by name.
  public List<Model> ranked() {
    Comparator<Model> order =
        Stream.of(Role.ID, Role.SHIFT, Role.SELECT)
            .filter(role -> sets(role).findAny().isPresent())
            .<Comparator<Model>>map(role -> Comparator.comparingDouble(model -> cost(model, role)))
            .reduce(Comparator.comparingInt(_ -> 0), Comparator::thenComparing);
    return models.stream().sorted(order.thenComparing(Model::name)).toList();
  }

  /// The value that a model is ranked by first.
  public OptionalDouble rankedBy(Model model) {
    return Stream.of(Role.ID, Role.SHIFT, Role.SELECT)
        .filter(role -> sets(role).findAny().isPresent())
        .findFirst()
        .map(role -> mean(model, role))
        .orElse(OptionalDouble.empty());
  }

  /// Pearson's correlations over the fine-tuned models, of `select` with the in-distribution sets
  /// and of those with the mean of shifts; only where there are three models or more.
  public SequencedMap<String, Double> correlations() {
    SequencedMap<String, Double> correlations = new LinkedHashMap<>();
    correlation(Role.SELECT, Role.ID)
        .ifPresent(
            value -> correlations.put(label(Role.SELECT) + " with " + label(Role.ID), value));
    correlation(Role.ID, Role.SHIFT)
        .ifPresent(value -> correlations.put(label(Role.ID) + " with the mean of shifts", value));
    return correlations;
  }

  private OptionalDouble correlation(Role first, Role second) {
    List<double[]> points =
        models.stream()
            .filter(model -> model.kind() == Kind.INDIVIDUAL)
            .filter(model -> mean(model, first).isPresent() && mean(model, second).isPresent())
            .map(model ->
                new double[] {mean(model, first).orElseThrow(), mean(model, second).orElseThrow()})
            .toList();
    double x = points.stream().mapToDouble(point -> point[0]).average().orElse(0);
    double y = points.stream().mapToDouble(point -> point[1]).average().orElse(0);
    double xy = points.stream().mapToDouble(point -> (point[0] - x) * (point[1] - y)).sum();
    double xx = points.stream().mapToDouble(point -> (point[0] - x) * (point[0] - x)).sum();
    double yy = points.stream().mapToDouble(point -> (point[1] - y) * (point[1] - y)).sum();
    return points.size() < 3 || xx == 0 || yy == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(xy / Math.sqrt(xx * yy));
  }

  private String label(Role role) {
    return String.join(" and ", sets(role).map(StudySet::name).toList());
  }

  private double cost(Model model, Role role) {
    double value = mean(model, role).orElse(Double.NaN);
    // Doubles are compared with NaN after all others.
    return higherIsBetter ? -value : value;
  }

  /// The sets of a role.
  Stream<StudySet> sets(Role role) {
    return sets.stream().filter(set -> set.role() == role);
  }

  /// The unweighted mean of the metric over the sets of a role; empty unless all were measured.
  public OptionalDouble mean(Model model, Role role) {
    List<OptionalDouble> values = sets(role).map(set -> model.value(set.name(), metric)).toList();
    return values.stream().allMatch(OptionalDouble::isPresent)
        ? values.stream().mapToDouble(OptionalDouble::getAsDouble).average()
        : OptionalDouble.empty();
  }

  /// The best on `select` of the models that pass; the first of several.
  Optional<Model> best(Predicate<Model> passes) {
    return models.stream()
        .filter(passes)
        .filter(model -> mean(model, Role.SELECT).isPresent())
        .reduce((a, b) -> gain(b, a, Role.SELECT) > 0 ? b : a);
  }

  /// How much better one model is than another on the sets of a role; NaN where that is not known.
  double gain(Model model, Model other, Role role) {
    double difference = mean(model, role).orElse(Double.NaN) - mean(other, role).orElse(Double.NaN);
    return higherIsBetter ? difference : -difference;
  }
}
