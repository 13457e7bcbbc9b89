package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.lora.Refactoring;
import dev.stockpot.recipe.NaturalOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How well an adapter stands for what it was made from, as text or JSON.
///
/// @param modules in the order of the output
record RefactoringReport(List<Refactoring> modules) {

  /// ‖Δ − s·BA‖ / ‖Δ‖ over all modules.
  double relative() {
    return total().relative();
  }

  /// A table with a row per module, and one for all.
  String table() {
    Table table =
        new Table(
            Table.text("module"),
            Table.number("norm"),
            Table.number("relative error"),
            Table.number("energy kept"));
    NaturalOrder order = new NaturalOrder();
    modules.stream()
        .sorted((a, b) -> order.compare(a.module(), b.module()))
        .forEach(module -> row(table, module));
    if (modules.size() > 1) {
      row(table, total());
    }
    return table.format();
  }

  /// Members of a JSON document.
  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("relative_error", relative());
    List<Map<String, Object>> each = new ArrayList<>();
    for (Refactoring module : modules) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("module", module.module());
      one.put("norm", module.norm());
      one.put("relative_error", module.relative());
      one.put("energy_kept", energy(module));
      each.add(one);
    }
    members.put("modules", each);
    return members;
  }

  private Refactoring total() {
    double norm = 0;
    double error = 0;
    for (Refactoring module : modules) {
      norm = Math.hypot(norm, module.norm());
      error = Math.hypot(error, module.error());
    }
    return new Refactoring("all", norm, error);
  }

  private static void row(Table table, Refactoring module) {
    table.row(
        module.module(),
        Quantities.number(module.norm()),
        Quantities.number(module.relative()),
        String.format(Locale.ROOT, "%.2f %%", 100 * energy(module)));
  }

  /// The share of ‖Δ‖² that the approximation holds.
  private static double energy(Refactoring module) {
    return 1 - module.relative() * module.relative();
  }
}
