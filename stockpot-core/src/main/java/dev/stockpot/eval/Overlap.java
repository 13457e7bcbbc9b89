package dev.stockpot.eval;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Examples that a report set shares with `select`: what is chosen on an example must not be
/// reported on it. Examples are told apart by 128 bits of the SHA-256 of their stored content.
final class Overlap {
  private Overlap() {}

  private record Key(long high, long low) {}

  /// @throws EvaluationException naming every report set that shares examples with `select`
  static void check(Dataset select, List<Dataset> report) {
    if (report.isEmpty()) {
      return;
    }
    Map<Key, Integer> known = new HashMap<>();
    for (int example = 0; example < select.size(); example++) {
      known.putIfAbsent(key(select, example), example);
    }
    List<String> faults = new ArrayList<>();
    for (Dataset set : report) {
      int shared = 0;
      int first = 0;
      int same = 0;
      for (int example = 0; example < set.size(); example++) {
        Integer twin = known.get(key(set, example));
        if (twin != null) {
          if (shared == 0) {
            first = example;
            same = twin;
          }
          shared++;
        }
      }
      if (shared > 0) {
        faults.add(
            "set '%s': shares %d of its %d examples with '%s': the first is example %d, which is example %d there"
                .formatted(set.name(), shared, set.size(), select.name(), first, same));
      }
    }
    if (!faults.isEmpty()) {
      throw new EvaluationException(
          String.join("\n", faults)
              + "; what is chosen on an example must not be reported on it: take the shared ones"
              + " out of one of the two");
    }
  }

  private static Key key(Dataset set, int example) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      set.digest(example, digest);
      ByteBuffer bytes = ByteBuffer.wrap(digest.digest());
      return new Key(bytes.getLong(), bytes.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
