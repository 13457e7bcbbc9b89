package dev.stockpot.cli;

import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.recipe.RecipeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// In which order the merges of a file are done: each after those whose results it uses.
///
/// @param last whose result is the output: the one without a name, else the last of the file
/// @param before those that are needed for it, or wanted for themselves
@SuppressWarnings("ReferenceEquality") // each is read once, and to compare records takes long
record MergeOrder(MergeConfig last, List<MergeConfig> before) {

  /// @param all whether merges that the last does not need are done, too
  /// @throws RecipeException for merges with one name, several without, or in a circle
  static MergeOrder of(List<MergeConfig> configs, boolean all) {
    Map<String, MergeConfig> named = new LinkedHashMap<>();
    List<MergeConfig> nameless = new ArrayList<>();
    for (MergeConfig config : configs) {
      if (config.name().isEmpty()) {
        nameless.add(config);
      } else if (named.putIfAbsent(config.name().get(), config) != null) {
        throw config.at().error("a second merge is named '" + config.name().get() + "'");
      } else if (!config.name().get().matches("[\\w][\\w. -]*")) {
        throw config
            .at()
            .error("'" + config.name().get() + "' is no name for a folder: use letters and digits");
      }
    }
    if (nameless.size() > 1) {
      throw nameless.get(1).at().error("a second merge without a name; give all but one a name");
    }
    MergeConfig last = nameless.isEmpty() ? configs.getLast() : nameless.getFirst();
    List<MergeConfig> order = new ArrayList<>();
    visit(last, named, order, new ArrayList<>());
    if (all) {
      named.values().forEach(config -> visit(config, named, order, new ArrayList<>()));
    }
    order.removeIf(config -> config == last);
    return new MergeOrder(last, List.copyOf(order));
  }

  /// Whether a merge is done.
  boolean contains(MergeConfig config) {
    return config == last || before.stream().anyMatch(it -> it == config);
  }

  private static void visit(
      MergeConfig config,
      Map<String, MergeConfig> named,
      List<MergeConfig> order,
      List<String> path) {
    if (order.stream().anyMatch(done -> done == config)) {
      return;
    }
    String name = config.name().orElse("");
    if (path.contains(name)) {
      throw config
          .at()
          .error("these merges need each other: " + String.join(", ", path) + ", " + name);
    }
    path.add(name);
    for (ModelReference model : config.models()) {
      if (named.containsKey(model.path())) {
        visit(named.get(model.path()), named, order, path);
      }
    }
    path.removeLast();
    order.add(config);
  }
}
