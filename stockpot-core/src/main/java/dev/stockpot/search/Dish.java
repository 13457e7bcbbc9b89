package dev.stockpot.search;

import dev.stockpot.merge.MergePlan;
import dev.stockpot.recipe.Ingredient;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// What is made of the ingredients.
public sealed interface Dish {

  /// Each ingredient's share, in the order of the sums.
  SequencedMap<String, Double> weights();

  /// One model, made of weights; [Kitchen] plans them.
  ///
  /// @param fingerprint tells the model's content apart from every other's
  /// @param plan how it is made
  /// @param recalibrated whether BatchNorm statistics are taken anew after that
  record Soup(
      String fingerprint,
      MergePlan plan,
      SequencedMap<String, Double> weights,
      boolean recalibrated)
      implements Dish {
    public Soup {
      weights = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(weights));
    }
  }

  /// All members at once: the mean of their logits.
  record Ensemble(List<Ingredient> members) implements Dish {

    /// @throws IllegalArgumentException if there are none
    public Ensemble {
      members = List.copyOf(members);
      if (members.isEmpty()) {
        throw new IllegalArgumentException("an ensemble of no members");
      }
    }

    @Override
    public SequencedMap<String, Double> weights() {
      return equal(members);
    }
  }

  /// The same share for each.
  static SequencedMap<String, Double> equal(List<Ingredient> members) {
    SequencedMap<String, Double> weights = new LinkedHashMap<>();
    members.forEach(member -> weights.put(member.name(), 1.0 / members.size()));
    return Collections.unmodifiableSequencedMap(weights);
  }
}
