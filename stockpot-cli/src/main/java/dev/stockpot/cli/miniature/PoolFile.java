package dev.stockpot.cli.miniature;

import dev.stockpot.cli.miniature.Pool.Foreign;
import dev.stockpot.cli.miniature.Pool.Pair;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/// A pool as a file: when it is there, the pool has been measured.
public final class PoolFile {
  private PoolFile() {}

  /// Writes a pool, whole or not at all.
  public static void write(Path file, Pool pool) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("results", pool.results());
    document.put("models", pool.models());
    document.put("distances", pool.distances());
    document.put(
        "pairs",
        pool.pairs().stream()
            .map(pair -> {
              Map<String, Object> members = new LinkedHashMap<>();
              members.put("first", pair.first());
              members.put("second", pair.second());
              members.put("angle", pair.angle());
              members.put("advantage", pair.advantage());
              members.put("measured", pair.measured());
              members.put("approximated", pair.approximated());
              return members;
            })
            .toList());
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
      Json twins = member(json, "twins");
      Json foreign = member(json, "foreign");
      return Optional.of(
          new Pool(
              map(member(json, "results"), PoolFile::sets),
              list(member(json, "models"), PoolFile::text),
              map(member(json, "distances"), PoolFile::number),
              list(member(json, "pairs"), PoolFile::pair),
              new Twins(
                  list(member(twins, "norms"), PoolFile::number),
                  list(member(twins, "cosines"), PoolFile::number),
                  list(member(twins, "singles"), PoolFile::sets),
                  sets(member(twins, "pair")),
                  sets(member(twins, "stock")),
                  sets(member(twins, "all"))),
              new Foreign(number(member(foreign, "line")), number(member(foreign, "middle")))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Pair pair(Json json) {
    return new Pair(
        text(member(json, "first")),
        text(member(json, "second")),
        number(member(json, "angle")),
        number(member(json, "advantage")),
        number(member(json, "measured")),
        number(member(json, "approximated")));
  }

  /// Set → metric → value.
  private static Map<String, Map<String, Double>> sets(Json json) {
    return map(json, metrics -> map(metrics, PoolFile::number));
  }

  private static Json member(Json json, String name) {
    return ((Json.Obj) json).members().get(name);
  }

  private static <T> SequencedMap<String, T> map(Json json, Function<Json, T> value) {
    SequencedMap<String, T> map = new LinkedHashMap<>();
    ((Json.Obj) json).members().forEach((name, member) -> map.put(name, value.apply(member)));
    return map;
  }

  private static <T> List<T> list(Json json, Function<Json, T> value) {
    return ((Json.Arr) json).elements().stream().map(value).toList();
  }

  private static String text(Json json) {
    return ((Json.Str) json).value();
  }

  /// What is not defined is written as null.
  private static double number(Json json) {
    return json instanceof Json.Num number ? number.asDouble() : Double.NaN;
  }
}
