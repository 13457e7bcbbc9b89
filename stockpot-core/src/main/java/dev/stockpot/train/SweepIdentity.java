package dev.stockpot.train;

import dev.stockpot.eval.Datasets;
import dev.stockpot.eval.SetSpec;
import dev.stockpot.internal.io.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What all runs of a sweep depend on: files count by their content, not by where they are.
public final class SweepIdentity {
  private SweepIdentity() {}

  /// Every file that runs are trained from.
  ///
  /// @param base the files of the base
  public static List<Path> files(SweepSpec spec, List<Path> base) {
    List<Path> files = new ArrayList<>(base);
    switch (spec.trainer()) {
      case TrainerSpec.Command command ->
          // A program or script among the words; data that it reads is its own care.
          command.words().stream()
              .map(word -> command.folder().resolve(word.replace("\0", "")))
              .filter(Files::isRegularFile)
              .forEach(files::add);
      case TrainerSpec.Network network -> {
        if (network.graph() instanceof TrainerSpec.Graph.TorchScript(Path file)) {
          files.add(file);
        }
        sets(network).forEach(set -> files.addAll(Datasets.files(set.source())));
      }
    }
    return files.stream().distinct().toList();
  }

  /// A digest.
  ///
  /// @param hashes SHA-256 of [#files]
  /// @param threads that a run computes with, on which its last bits may depend
  public static String of(SweepSpec spec, Map<Path, String> hashes, int threads) {
    List<Object> parts = new ArrayList<>(List.of("sweep 1", threads, spec.stock()));
    switch (spec.trainer()) {
      case TrainerSpec.Command command -> parts.addAll(List.of(command.words(), command.output()));
      case TrainerSpec.Network network -> {
        parts.addAll(
            List.of(
                network.graph(),
                network.head(),
                network.newHead(),
                network.freeze(),
                network.ema(),
                network.input(),
                network.task().metric()));
        sets(network).forEach(set -> parts.add(set.source()));
      }
    }
    String text = parts.toString();
    List<Path> longestFirst =
        hashes.keySet().stream()
            .sorted(Comparator.comparingInt((Path path) -> -path.toString().length()))
            .toList();
    for (Path path : longestFirst) {
      text = text.replace(path.toString(), hashes.get(path));
    }
    return Sha256.ofText(text + hashes.values());
  }

  private static Stream<SetSpec> sets(TrainerSpec.Network network) {
    return Stream.concat(Stream.of(network.train()), network.select().stream());
  }
}
