package dev.stockpot.cli.miniature;

import static dev.stockpot.cli.miniature.Members.list;
import static dev.stockpot.cli.miniature.Members.map;
import static dev.stockpot.cli.miniature.Members.member;
import static dev.stockpot.cli.miniature.Members.number;
import static dev.stockpot.cli.miniature.Members.sets;

import dev.stockpot.cli.miniature.Pool.Foreign;
import dev.stockpot.cli.miniature.Pool.Pairs;
import dev.stockpot.cli.miniature.Pool.Twins;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A pool as a file: when it is there, the pool has been measured.
public final class PoolFile {
  private PoolFile() {}

  /// Writes a pool, whole or not at all.
  public static void write(Path file, Pool pool) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("results", pool.results());
    document.put("models", pool.models());
    document.put("distances", pool.distances());
    Map<String, Object> pairs = new LinkedHashMap<>();
    pairs.put("advantage", pool.pairs().advantage());
    pairs.put("approximation", pool.pairs().approximation());
    document.put("pairs", pairs);
    Map<String, Object> twins = new LinkedHashMap<>();
    twins.put("norms", pool.twins().norms());
    twins.put("cosines", pool.twins().cosines());
    twins.put("singles", pool.twins().singles());
    twins.put("pair", pool.twins().pair());
    twins.put("stock", pool.twins().stock());
    twins.put("all", pool.twins().all());
    document.put("twins", twins);
    Map<String, Object> foreign = new LinkedHashMap<>();
    foreign.put("line", pool.foreign().line());
    foreign.put("middle", pool.foreign().middle());
    document.put("foreign", foreign);
    AtomicFile.writeString(file, JsonWriter.pretty(JsonWriter.of(document)), true);
  }

  /// Reads what was [written][#write].
  ///
  /// @return nothing if it was not yet
  public static Optional<Pool> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Json json = JsonReader.read(Files.readAllBytes(file));
      Json pairs = member(json, "pairs");
      Json twins = member(json, "twins");
      Json foreign = member(json, "foreign");
      return Optional.of(
          new Pool(
              map(member(json, "results"), Members::sets),
              list(member(json, "models"), Members::text),
              map(member(json, "distances"), Members::number),
              new Pairs(number(member(pairs, "advantage")), number(member(pairs, "approximation"))),
              new Twins(
                  list(member(twins, "norms"), Members::number),
                  list(member(twins, "cosines"), Members::number),
                  list(member(twins, "singles"), Members::sets),
                  sets(member(twins, "pair")),
                  sets(member(twins, "stock")),
                  sets(member(twins, "all"))),
              new Foreign(number(member(foreign, "line")), number(member(foreign, "middle")))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
