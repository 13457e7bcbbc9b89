package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Capabilities;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Table.Column;
import dev.stockpot.cli.terminal.Text;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/// Small bars beside a ranking, from the worst to the best of its values; on a terminal only, for
/// elsewhere they are in the way of programs.
///
/// @param can what stdout shows
/// @param values one per row
/// @param higherIsBetter whether the highest value has the longest bar
record Bars(Capabilities can, List<OptionalDouble> values, boolean higherIsBetter) {
  private static final int COLUMNS = 12;

  /// The column for them.
  Optional<Column> column() {
    return can.outIsTerminal() ? Optional.of(Table.text("")) : Optional.empty();
  }

  /// The bar of a row.
  Optional<String> of(int row) {
    if (!can.outIsTerminal()) {
      return Optional.empty();
    }
    double least = known().min().orElse(0);
    double most = known().max().orElse(0);
    OptionalDouble value = values.get(row);
    if (value.isEmpty() || Double.isNaN(value.getAsDouble())) {
      return Optional.of("");
    }
    double share = most == least ? 1 : (value.getAsDouble() - least) / (most - least);
    return Optional.of(Text.bar(higherIsBetter ? share : 1 - share, COLUMNS, can.outUnicode()));
  }

  private DoubleStream known() {
    return values.stream()
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .filter(Double::isFinite);
  }
}
