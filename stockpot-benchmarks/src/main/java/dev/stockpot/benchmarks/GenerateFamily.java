package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Writes a made-up family of checkpoints.
///
///     stockpot-benchmarks/run family --folder DIR [--members 4] [--gigabytes 1] [--dtype BF16]
public final class GenerateFamily {
  private GenerateFamily() {}

  /// Writes the family and prints its files.
  ///
  /// @param args as above
  public static void main(String[] args) throws IOException {
    Options options =
        Options.parse(
            Map.of("--folder", "family", "--members", "4", "--gigabytes", "1", "--dtype", "BF16"),
            args);
    Family family =
        new Family(
            options.count("--members"),
            options.gigabytes("--gigabytes"),
            DType.valueOf(options.text("--dtype")));
    for (Path file : family.write(Path.of(options.text("--folder")))) {
      System.out.println(file + " " + Files.size(file));
    }
  }
}
