package dev.stockpot.train;

import dev.stockpot.eval.EvalSpec;
import dev.stockpot.train.Search.Draw;
import dev.stockpot.train.Search.Space;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// A `SWEEP.yml`: what is fine-tuned, on what, and with which hyperparameters.
///
/// @param base the weights that runs start from; without them each starts from its `init-seed`
/// @param trainer what trains
/// @param search which points are tried
/// @param spaces of hyperparameters; a point is of one of them
/// @param stock whether the runs are merged now and then, and go on from there
/// @param eval how to measure what comes out, for the soup.yml; a command's checkpoints are
///   measured with it, too
public record SweepSpec(
    Optional<Path> base,
    TrainerSpec trainer,
    Search search,
    List<Space> spaces,
    Optional<Stock> stock,
    Optional<EvalSpec> eval) {

  /// Model Stock during training.
  ///
  /// @param epochs of a period, after which the runs are merged
  /// @param keepOptimizer whether moments outlive a merge; else they start again from zero
  public record Stock(int epochs, boolean keepOptimizer) {}

  public SweepSpec {
    spaces = List.copyOf(spaces);
  }

  /// The points that are tried. A run whose space says nothing of `seed` gets its own number.
  public List<Draw> draws() {
    List<Draw> draws = new ArrayList<>();
    for (Draw draw : search.draws(spaces)) {
      SequencedMap<String, Value> values = new LinkedHashMap<>(draw.values());
      values.putIfAbsent(Hyperparameter.SEED.name(), new Value.Real(draws.size()));
      draws.add(new Draw(draw.name(), values));
    }
    return draws;
  }
}
