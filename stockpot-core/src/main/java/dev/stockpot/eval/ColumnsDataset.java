package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Opens sets of columns of numbers: the table is read once, and kept as an array in a temporary
/// file.
final class ColumnsDataset {
  private ColumnsDataset() {}

  /// Opens a set.
  ///
  /// @throws EvaluationException naming the file, and the line that cannot be used
  static Dataset open(String name, SetSpec.Source.Columns source, InputSpec input) {
    Table table = Tables.open(source.table());
    TargetColumn target = new TargetColumn(source.target());
    int features = source.features().size();
    List<String> columns = new ArrayList<>(source.features());
    columns.addAll(target.columns());
    ByteBuffer row = ByteBuffer.allocate(features * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (Table.Rows rows = table.rows(columns);
        Spool spool = new Spool()) {
      while (rows.next()) {
        for (int i = 0; i < features; i++) {
          row.putFloat(i * Float.BYTES, (float) rows.number(i));
        }
        spool.write(row.array(), 0, row.capacity());
        target.add(rows, features);
      }
      String where = source.table().toString();
      Targets targets = target.targets(where);
      List<Long> shape = List.of((long) targets.size(), (long) features);
      StoredArray array = new SpooledArray(where, DType.F32, shape, spool);
      ArrayInput only = ArrayDataset.input(array, input, targets.size());
      return new ArrayDataset(name, new LinkedHashMap<>(Map.of("", only)), targets);
    }
  }
}
