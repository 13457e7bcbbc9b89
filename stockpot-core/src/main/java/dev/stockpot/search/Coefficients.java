package dev.stockpot.search;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a learned soup takes of each ingredient.
///
/// @param layers names of the tensors with a row of their own; `all` where one row is for all
/// @param ingredients names
/// @param alpha by layer and ingredient, as they are mixed
/// @param beta factor of the logits that was learned with them
/// @param losses mean cross entropy on `select` with β: of the start, then after each epoch
public record Coefficients(
    List<String> layers,
    List<String> ingredients,
    List<List<Double>> alpha,
    double beta,
    List<Double> losses) {
  public Coefficients {
    layers = List.copyOf(layers);
    ingredients = List.copyOf(ingredients);
    alpha = alpha.stream().map(List::copyOf).toList();
    losses = List.copyOf(losses);
  }

  /// As `coefficients.json` has it.
  public Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("layers", layers);
    members.put("ingredients", ingredients);
    members.put("alpha", alpha);
    members.put("beta", beta);
    members.put("losses", losses);
    return Collections.unmodifiableMap(members);
  }
}
