package dev.stockpot.cli;

import dev.stockpot.Progress;
import dev.stockpot.Progress.Total;
import dev.stockpot.Progress.Unit;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Comparison;
import dev.stockpot.checkpoint.ElementReader;
import dev.stockpot.checkpoint.OpenOptions;
import dev.stockpot.checkpoint.TensorBytes;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.checkpoint.TensorStatistics;
import dev.stockpot.cli.config.Ingredients;
import dev.stockpot.cli.options.BaseOption;
import dev.stockpot.cli.options.OutputOptions;
import dev.stockpot.cli.options.ThreadsOption;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.cli.terminal.Text;
import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.internal.text.Counted;
import dev.stockpot.lora.Adapters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `stockpot verify`: whether a checkpoint is sound, and what it should be.
@Command(
    name = "verify",
    description = {
      "Checks a checkpoint: its structure, that no value is NaN or infinite, the SHA-256 of its"
          + " files against a run's manifest.json (one in its folder or the one above is found),"
          + " and its tensors, bit for bit, against another checkpoint.",
      "Exit code 0: all is well; 2: it is not, and what differs is printed."
    },
    footer = {
      "  stockpot verify soup.safetensors",
      "  stockpot verify run/greedy/model.safetensors --manifest run/manifest.json",
      "  stockpot verify llama-soup soup.safetensors"
    })
final class VerifyCommand implements Callable<Integer> {
  private static final int NOT_FINE = 2;

  private final Terminal terminal;

  @Mixin private OutputOptions output;
  @Mixin private ThreadsOption threads;
  @Mixin private BaseOption base;

  @Parameters(index = "0", paramLabel = "A", description = "The checkpoint.")
  private Path path;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "B",
      description = "A checkpoint whose tensors it should have.")
  private Optional<Path> other;

  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      description = "The manifest.json with its SHA-256.")
  private Optional<Path> manifest;

  private final List<String> faults = new ArrayList<>();

  VerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try (Checkpoint checkpoint = open(path)) {
      Optional<ManifestHashes> hashes = checkHashes(checkpoint);
      checkNumbers(checkpoint);
      if (other.isPresent()) {
        try (Checkpoint expected = open(other.get())) {
          checkBytes(checkpoint, expected);
        }
      }
      Optional<Path> compared = hashes.map(ManifestHashes::file);
      if (output.json()) {
        terminal.print(JsonWriter.of(document(checkpoint, compared)));
      } else {
        terminal.print(text(checkpoint, compared));
      }
      return faults.isEmpty() ? 0 : NOT_FINE;
    }
  }

  private Checkpoint open(Path named) {
    return new Adapters()
        .open(Ingredients.find(named), base.path().map(Ingredients::find), OpenOptions.NONE);
  }

  /// @return what was compared with; absent if there is no manifest that knows the checkpoint
  private Optional<ManifestHashes> checkHashes(Checkpoint checkpoint) {
    Optional<ManifestHashes> found =
        manifest
            .or(() -> ManifestHashes.beside(checkpoint.path()))
            .map(ManifestHashes::read)
            // One that merely lies there may be of other files.
            .filter(it ->
                manifest.isPresent()
                    || checkpoint.files().stream().anyMatch(file -> it.of(file).isPresent()));
    if (found.isEmpty()) {
      return found;
    }
    Map<Path, String> actual =
        Hashes.of(checkpoint.files(), threads.threads(), output.progress(terminal));
    actual.forEach((file, hash) -> {
      Optional<String> expected = found.get().of(file);
      if (expected.isEmpty()) {
        faults.add(file + ": is not in " + found.get().file());
      } else if (!expected.get().equals(hash)) {
        faults.add(
            file
                + ": SHA-256 is "
                + hash
                + ", but "
                + found.get().file()
                + " says "
                + expected.get());
      }
    });
    return found;
  }

  private void checkNumbers(Checkpoint checkpoint) {
    List<TensorSpec> floats =
        checkpoint.tensors().values().stream().filter(spec -> spec.dtype().isFloat()).toList();
    ElementReader reader = new ElementReader();
    try (Progress.Task task = begin("reading", floats)) {
      for (TensorSpec spec : floats) {
        TensorStatistics found = TensorStatistics.of(checkpoint, spec.name(), reader).orElseThrow();
        if (found.nans() + found.infinities() > 0) {
          faults.add(
              "tensor '%s': %s NaN and %s infinite of %s elements"
                  .formatted(
                      Text.printable(spec.name()),
                      Quantities.count(found.nans()),
                      Quantities.count(found.infinities()),
                      Quantities.count(found.elements())));
        }
        task.advance(spec.bytes());
      }
    }
  }

  private void checkBytes(Checkpoint checkpoint, Checkpoint expected) {
    Map<String, String> headers = Comparison.headers(checkpoint, expected);
    headers.forEach((name, what) -> faults.add("tensor '" + Text.printable(name) + "': " + what));
    List<TensorSpec> common =
        checkpoint.tensors().values().stream()
            .filter(spec -> !headers.containsKey(spec.name()))
            .toList();
    try (Progress.Task task = begin("comparing", common)) {
      for (TensorSpec spec : common) {
        OptionalLong differs = TensorBytes.firstDifference(checkpoint, expected, spec.name());
        if (differs.isPresent()) {
          faults.add(
              "tensor '%s': differs from that in %s, first at byte %d of %d"
                  .formatted(
                      Text.printable(spec.name()),
                      expected.path(),
                      differs.getAsLong(),
                      spec.bytes()));
        }
        task.advance(spec.bytes());
      }
    }
  }

  private Progress.Task begin(String what, List<TensorSpec> tensors) {
    long bytes = tensors.stream().mapToLong(TensorSpec::bytes).sum();
    return output.progress(terminal).begin(what, new Total(bytes, Unit.BYTES));
  }

  private String text(Checkpoint checkpoint, Optional<Path> compared) {
    if (!faults.isEmpty()) {
      return path + ": not as it should be\n  " + String.join("\n  ", faults) + "\n";
    }
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: sound: %s, %s, no NaN or infinity%n"
            .formatted(
                path,
                Counted.of(checkpoint.tensors().size(), "tensor"),
                Counted.of(parameters(checkpoint), "parameter")));
    compared.ifPresent(file -> text.append("SHA-256 as in ").append(file).append('\n'));
    other.ifPresent(file -> text.append("bit for bit the tensors of ").append(file).append('\n'));
    return text.toString();
  }

  private Map<String, Object> document(Checkpoint checkpoint, Optional<Path> compared) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("checkpoint", path.toString());
    document.put("fine", faults.isEmpty());
    document.put("tensors", checkpoint.tensors().size());
    document.put("parameters", parameters(checkpoint));
    document.put("manifest", compared.map(Path::toString).orElse(null));
    document.put("other", other.map(Path::toString).orElse(null));
    document.put("faults", faults);
    return document;
  }

  private static long parameters(Checkpoint checkpoint) {
    return checkpoint.tensors().values().stream().mapToLong(TensorSpec::elements).sum();
  }
}
