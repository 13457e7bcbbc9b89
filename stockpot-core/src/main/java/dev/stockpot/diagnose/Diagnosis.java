package dev.stockpot.diagnose;

import dev.stockpot.internal.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Something about the ingredients that is worth knowing before they are averaged.
///
/// @param name stable, for reports and scripts, such as `norm-outlier`
/// @param severity how bad it is
/// @param message what was found
/// @param advice what to do
public record Diagnosis(String name, Severity severity, String message, String advice) {

  /// How bad a diagnosis is.
  public enum Severity {
    /// Averages are likely to suffer.
    WARNING,
    /// What is made of it is useless.
    SEVERE;

    /// As files name it.
    String word() {
      return switch (this) {
        case WARNING -> "warning";
        case SEVERE -> "severe";
      };
    }
  }

  /// A sentence for the user.
  public String note() {
    return name + ": " + message + "; " + advice;
  }

  /// `diagnostics.json`: every diagnosis with `name`, `severity`, `message` and `advice`.
  public static String document(List<Diagnosis> diagnoses) {
    List<Map<String, String>> list = diagnoses.stream().map(Diagnosis::members).toList();
    return JsonWriter.pretty(JsonWriter.of(Map.of("diagnostics", list)));
  }

  private Map<String, String> members() {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("name", name);
    members.put("severity", severity.word());
    members.put("message", message);
    members.put("advice", advice);
    return members;
  }
}
