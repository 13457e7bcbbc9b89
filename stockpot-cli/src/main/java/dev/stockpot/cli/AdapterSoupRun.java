package dev.stockpot.cli;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.lora.Adapter;
import dev.stockpot.lora.AdapterSoup;
import dev.stockpot.lora.Adapters;
import dev.stockpot.lora.Refactoring;
import dev.stockpot.recipe.CandidateNames;
import dev.stockpot.recipe.RecipeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// `uniform --as-adapter`: the mean of adapters, factored anew.
///
/// @param target the folder of the new adapter
/// @param rank of it; the sum of the ranks, which is exact, unless given
/// @param dtype of it, if not that of the adapters
/// @param command as typed
record AdapterSoupRun(
    Terminal terminal,
    OutputOptions output,
    Path target,
    OptionalInt rank,
    Optional<DType> dtype,
    int threads,
    List<String> command) {

  /// Averages.
  ///
  /// @param paths of adapters, or of bases with one
  /// @param shares one per path, which add up to 1
  /// @throws RecipeException if one is no adapter
  void run(List<Path> paths, List<Double> shares) {
    List<Adapter> adapters = new ArrayList<>();
    try {
      for (Path path : paths) {
        Path folder = new Adapters().reference(path).map(Adapters.Reference::adapter).orElse(path);
        if (!Adapter.isAdapter(folder)) {
          throw new RecipeException(
              path + ": is no LoRA adapter; --as-adapter averages adapters only");
        }
        adapters.add(Adapter.open(folder));
      }
      write(adapters, CandidateNames.of(paths), shares);
    } finally {
      adapters.forEach(Adapter::close);
    }
  }

  private void write(List<Adapter> adapters, List<String> names, List<Double> shares) {
    int ranks = rank.orElseGet(() -> AdapterSoup.exactRank(adapters));
    Map<String, Double> weights = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      weights.put(names.get(i), shares.get(i));
    }
    ModelCard card =
        new ModelCard(
            target.toAbsolutePath().normalize().getFileName().toString(),
            "The mean of %d LoRA adapters as one of rank %d".formatted(adapters.size(), ranks),
            weights,
            List.of(),
            command);
    List<Refactoring> modules =
        new AdapterSoup(adapters, shares, ranks, dtype)
            .write(target, Map.of("README.md", card.text()), threads, output.progress(terminal));
    RefactoringReport report = new RefactoringReport(modules);
    if (output.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("output", target.toString());
      document.put("ingredients", weights);
      document.put("rank", ranks);
      document.putAll(report.members());
      terminal.print(JsonWriter.of(document));
    } else {
      terminal.print(
          report.table()
              + "\n%s: mean of %d LoRA adapters as one of rank %d%n"
                  .formatted(target, adapters.size(), ranks));
    }
  }
}
