package dev.stockpot.eval;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// Collects the targets of a table's rows.
final class TargetColumn {
  private final SetSpec.Target target;
  private final ClassNames names;
  private final IntStream.Builder labels = IntStream.builder();
  private final DoubleStream.Builder values = DoubleStream.builder();
  private int size;

  TargetColumn(SetSpec.Target target) {
    this.target = target;
    this.names =
        new ClassNames(
            switch (target) {
              case SetSpec.Target.Label(_, List<String> classes) -> classes;
              case SetSpec.Target.Value _, SetSpec.Target.NextToken _ -> List.of();
            });
  }

  /// The columns that are needed: one or none.
  List<String> columns() {
    return switch (target) {
      case SetSpec.Target.Label(String column, _) -> List.of(column);
      case SetSpec.Target.Value(String column) -> List.of(column);
      case SetSpec.Target.NextToken _ -> List.of();
    };
  }

  /// Takes the target of a row.
  ///
  /// @param column index of the column among those that were asked for
  void add(Table.Rows row, int column) {
    switch (target) {
      case SetSpec.Target.Label _ -> labels.add(names.number(row.text(column), row.where()));
      case SetSpec.Target.Value(String name) -> {
        double value = row.number(column);
        if (!Double.isFinite(value)) {
          throw new EvaluationException(
              "%s: '%s' is %s, and a target must be finite; correct it"
                  .formatted(row.where(), name, value));
        }
        values.add(value);
      }
      case SetSpec.Target.NextToken _ -> {
        // The inputs are the targets.
      }
    }
    size = Math.incrementExact(size);
  }

  /// All that were taken.
  ///
  /// @param where they come from; for messages
  /// @throws EvaluationException if there are none
  Targets targets(String where) {
    if (size == 0) {
      throw new EvaluationException(where + ": has no rows; a set needs at least one");
    }
    return switch (target) {
      case SetSpec.Target.Label _ -> new Targets.Classes(labels.build().toArray());
      case SetSpec.Target.Value _ -> new Targets.Values(values.build().toArray());
      case SetSpec.Target.NextToken _ -> new Targets.Tokens(size);
    };
  }
}
