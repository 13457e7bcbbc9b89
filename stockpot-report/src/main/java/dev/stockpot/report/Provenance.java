package dev.stockpot.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Where a study comes from.
///
/// @param command as typed
/// @param facts such as versions and the seed, in words
/// @param seconds per phase
/// @param inputs SHA-256 of every file read
/// @param outputs SHA-256 of every file written
/// @param notes that the user was told
public record Provenance(
    List<String> command,
    SequencedMap<String, String> facts,
    SequencedMap<String, Double> seconds,
    SequencedMap<String, String> inputs,
    SequencedMap<String, String> outputs,
    List<String> notes) {

  public Provenance {
    command = List.copyOf(command);
    facts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(facts));
    seconds = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(seconds));
    inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
    outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
    notes = List.copyOf(notes);
  }
}
