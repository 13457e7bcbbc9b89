package dev.stockpot.cli;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.MergePlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The config.json of a model in Hugging Face layout, as far as averaging changes it: the dtype.
final class ModelConfig {
  /// A dtype in the whole document, parts of a model included. Within a string the quotes would
  /// have backslashes.
  private static final Pattern DTYPE =
      Pattern.compile(
          "(\"(?:torch_)?dtype\"\\s*:\\s*\")(?:"
              + String.join("|", DType.TORCH_NAMES.values())
              + ")\"");

  private ModelConfig() {}

  /// The config of the first ingredient with the output's dtype, if that is another; every other
  /// byte stays.
  static Optional<String> of(Path folder, MergePlan plan) {
    Set<DType> before = floats(plan.ingredients().getFirst().tensors().values());
    Set<DType> after = floats(plan.output());
    Path config = folder.resolve("config.json");
    if (after.size() != 1 || after.equals(before) || !Files.isRegularFile(config)) {
      return Optional.empty();
    }
    String name = DType.TORCH_NAMES.get(after.iterator().next());
    try {
      return Optional.of(DTYPE.matcher(Files.readString(config)).replaceAll("$1" + name + "\""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<DType> floats(Collection<TensorSpec> tensors) {
    Set<DType> floats = EnumSet.noneOf(DType.class);
    tensors.stream().map(TensorSpec::dtype).filter(DType::isFloat).forEach(floats::add);
    return floats;
  }
}
