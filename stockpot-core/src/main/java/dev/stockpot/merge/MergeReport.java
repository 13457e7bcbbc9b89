package dev.stockpot.merge;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// What came of a merge.
///
/// @param bytesRead from the ingredients
/// @param bytesWritten to the output
/// @param notes what the user should know, a sentence each
/// @param figures what methods found on the way: tensor → name → value
public record MergeReport(
    long bytesRead,
    long bytesWritten,
    List<String> notes,
    SequencedMap<String, Map<String, Double>> figures) {

  public MergeReport {
    notes = List.copyOf(notes);
    figures = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(figures));
  }
}
