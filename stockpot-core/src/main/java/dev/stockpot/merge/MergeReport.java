package dev.stockpot.merge;

import java.util.List;

/// What a merge did.
///
/// @param bytesRead from all ingredients
/// @param bytesWritten to the output
/// @param notes for the user, in the order of the tensors: integer tensors that differ, NaN and
///   infinities that came out
public record MergeReport(long bytesRead, long bytesWritten, List<String> notes) {
  public MergeReport {
    notes = List.copyOf(notes);
  }
}
