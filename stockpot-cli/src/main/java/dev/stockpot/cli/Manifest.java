package dev.stockpot.cli;

import dev.stockpot.internal.json.JsonWriter;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// `manifest.json`: where a run's files come from.
///
/// @param command as typed
/// @param measured what the report has to know of the results: metric, roles of sets, verdict; how
///   much was evaluated
/// @param inputs SHA-256 of every file read
/// @param outputs SHA-256 of every file written
/// @param seconds per phase
/// @param notes that the user was told
record Manifest(
    List<String> command,
    Map<String, Object> measured,
    Map<Path, String> inputs,
    Map<Path, String> outputs,
    Map<String, Double> seconds,
    List<String> notes) {

  /// The document.
  String json() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("command", command);
    document.put("versions", versions());
    // Recipes that draw random numbers have their seeds in soup.yml; readers rely on this one.
    document.put("seed", 0);
    document.putAll(measured);
    document.put("inputs", inputs);
    document.put("outputs", outputs);
    document.put("seconds", seconds);
    document.put("notes", notes);
    return JsonWriter.pretty(JsonWriter.of(document));
  }

  /// Of Java, and of every module that is not Java's own.
  private static Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    versions.put("java", Runtime.version().toString());
    versions.put("stockpot", Main.version());
    ModuleLayer.boot().modules().stream()
        .map(Module::getDescriptor)
        .filter(module -> !module.name().startsWith("java.") && !module.name().startsWith("jdk."))
        .filter(module -> !module.name().startsWith("dev.stockpot."))
        .forEach(module -> versions.put(module.name(), version(module)));
    return versions;
  }

  private static String version(ModuleDescriptor module) {
    return module.rawVersion().orElse("unknown");
  }
}
