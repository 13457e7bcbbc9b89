package dev.stockpot.lora;

import dev.stockpot.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// An `adapter_config.json`: what PEFT says of a LoRA adapter besides its tensors, as far as it
/// matters to the weights.
///
/// @param rank r, at least 1
/// @param alpha α, finite; the scale of B·A is α/r
/// @param rsLora whether the scale is α/√r instead
/// @param fanInFanOut whether the base's weights are stored as [in, out], as GPT-2's are
/// @param rankPattern other ranks, by patterns of module names; the first that fits
/// @param alphaPattern other α likewise
/// @param targets the adapted modules as the config names them; for people
/// @param base the model it was trained on: a path, or `org/name`
/// @see <a href="https://huggingface.co/docs/peft/package_reference/lora">LoraConfig</a>
/// @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021, "LoRA"</a>
/// @see <a href="https://arxiv.org/abs/2312.03732">Kalajdzievski 2023, "rsLoRA"</a>
public record AdapterConfig(
    int rank,
    double alpha,
    boolean rsLora,
    boolean fanInFanOut,
    SequencedMap<String, Integer> rankPattern,
    SequencedMap<String, Double> alphaPattern,
    List<String> targets,
    Optional<String> base) {
  /// The file's name.
  public static final String FILE = "adapter_config.json";

  /// @throws IllegalArgumentException for ranks below 1 and α that are not finite
  public AdapterConfig {
    rankPattern = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(rankPattern));
    alphaPattern = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(alphaPattern));
    targets = List.copyOf(targets);
    if (rank < 1 || rankPattern.values().stream().anyMatch(other -> other < 1)) {
      throw new IllegalArgumentException("ranks " + rank + " " + rankPattern);
    }
    if (!Double.isFinite(alpha) || !alphaPattern.values().stream().allMatch(Double::isFinite)) {
      throw new IllegalArgumentException("alpha " + alpha + " " + alphaPattern);
    }
  }

  /// One rank and α for all.
  public AdapterConfig(
      int rank, double alpha, boolean fanInFanOut, List<String> targets, Optional<String> base) {
    this(
        rank,
        alpha,
        false,
        fanInFanOut,
        new LinkedHashMap<>(),
        new LinkedHashMap<>(),
        targets,
        base);
  }

  /// Reads a file.
  ///
  /// @throws CheckpointException if it is not valid, or asks for more than W + s·BA
  public static AdapterConfig read(Path file) {
    return AdapterConfigFile.read(file);
  }

  /// The document that PEFT reads.
  public String json() {
    return AdapterConfigFile.write(this);
  }

  /// The rank of a module.
  ///
  /// @param module its name in the base, such as `model.layers.0.self_attn.q_proj`
  public int rank(String module) {
    return pattern(rankPattern, module).orElse(rank);
  }

  /// What B·A of a module is multiplied by.
  public double scale(String module) {
    double a = pattern(alphaPattern, module).orElse(alpha);
    return a / (rsLora ? Math.sqrt(rank(module)) : rank(module));
  }

  private static <T> Optional<T> pattern(Map<String, T> patterns, String module) {
    return patterns.entrySet().stream()
        .filter(entry -> ModulePattern.matches(entry.getKey(), module))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
