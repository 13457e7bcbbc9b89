package dev.stockpot.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.Progress;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurveyTest {
  @TempDir private Path folder;

  @Test
  void movesAreThoseFromTheBase() {
    Family family = new Family(folder, "a", "b");
    Layer body = layer(family.survey(true), "body.weight");
    double[] base = family.values("base", "body.weight");
    double[] a = family.values("a", "body.weight");
    double[] b = family.values("b", "body.weight");
    assertThat(body.moves().get(0, 1)).isCloseTo(product(a, b, base), within(1e-12));
    assertThat(body.moves().get(1, 1)).isCloseTo(product(b, b, base), within(1e-12));
    double[] zero = new double[a.length];
    assertThat(body.weights().get(0, 1)).isCloseTo(product(a, b, zero), within(1e-9));
    assertThat(body.weights().get(0, 0)).isCloseTo(product(a, a, zero), within(1e-9));
    assertThat(body.baseNorm().orElseThrow())
        .isCloseTo(Math.sqrt(product(base, base, zero)), within(1e-9));
  }

  @Test
  void withoutABaseMovesAreThoseFromTheMean() {
    Family family = new Family(folder, "a", "b", "c");
    Layer body = layer(family.survey(false), "body.weight");
    double[] a = family.values("a", "body.weight");
    double[] b = family.values("b", "body.weight");
    double[] c = family.values("c", "body.weight");
    double[] mean =
        IntStream.range(0, a.length).mapToDouble(i -> (a[i] + b[i] + c[i]) / 3).toArray();
    assertThat(body.moves().get(0, 1)).isCloseTo(product(a, b, mean), within(1e-9));
    assertThat(body.moves().get(2, 2)).isCloseTo(product(c, c, mean), within(1e-9));
    assertThat(body.baseNorm()).isEmpty();
  }

  @Test
  void whatIsNotFiniteCountsAsZeroInAll() {
    Family family = new Family(folder, "a", "b");
    Family other = new Family(folder, "a", "b");
    family.values("a", "bias")[5] = Double.NaN;
    List.of("base", "a", "b").forEach(name -> other.values(name, "bias")[5] = 0);
    assertThat(layer(family.survey(true), "bias").moves().get(0, 1))
        .isEqualTo(layer(other.survey(true), "bias").moves().get(0, 1));
  }

  @Test
  void anyNumberOfThreadsGivesTheSameDocumentAndEveryByteIsReadOnce() {
    Family family = new Family(folder, "a", "b", "c");
    AtomicLong read = new AtomicLong();
    AtomicLong total = new AtomicLong();
    Progress progress =
        (_, expected) -> {
          total.set(expected.amount());
          return read::addAndGet;
        };
    String one = Geometry.document(family.survey(true));
    assertThat(Geometry.document(family.survey(true, 3, progress))).isEqualTo(one);
    assertThat(read).hasValue(total.get()).hasValue(4 * 8 * (40 * 30 + 40 + 10 * 40));
  }

  @Test
  void documentHasNormsAnglesAndCosinesByLayer() {
    Family family = new Family(folder, "a", "b", "c");
    family.add("norm.running_var", 5);
    family.copy("base", "b");
    Map<String, Json> document = members(JsonReader.read(Geometry.document(family.survey(true))));
    assertThat(document.keySet()).containsExactly("ingredients", "origin", "total", "layers");
    assertThat(document.get("origin")).isEqualTo(new Json.Str("base"));
    Map<String, Json> total = members(document.get("total"));
    assertThat(total.keySet())
        .containsExactly("elements", "norms", "cosine", "mean_angle_degrees", "cosines");
    assertThat(total.get("elements")).isEqualTo(new Json.Num("1640"));
    assertThat(elements(total.get("norms"))).hasSize(3).element(1).isEqualTo(new Json.Num("0.0"));
    assertThat(elements(total.get("cosines")))
        .hasSize(3)
        .first()
        .as("of a model that did not move")
        .isEqualTo(Json.Null.NULL);
    assertThat(elements(document.get("layers")))
        .extracting(layer -> members(layer).get("name"))
        .containsExactly(
            new Json.Str("bias"),
            new Json.Str("body.weight"),
            new Json.Str("head.weight"),
            new Json.Str("norm.running_var"));
    assertThat(members(elements(document.get("layers")).getFirst()).keySet())
        .containsExactly(
            "name", "elements", "base_norm", "norms", "cosine", "mean_angle_degrees", "cosines");
  }

  /// More elements than are read at once.
  @Test
  void longTensorsAreReadBlockByBlock() {
    Family family = new Family(folder, "a", "b");
    double[] ones = new double[1 << 20];
    Arrays.fill(ones, 0.5);
    family.add("long", ones);
    Arrays.fill(family.values("a", "long"), 1);
    family.values("b", "long")[ones.length - 1] = 3;
    DotProducts moves = layer(family.survey(true), "long").moves();
    assertThat(moves.get(0, 0)).isEqualTo(0.25 * ones.length);
    assertThat(moves.get(0, 1)).isEqualTo(1.25);
    assertThat(moves.get(1, 1)).isEqualTo(6.25);
  }

  private static Layer layer(Survey survey, String name) {
    return survey.layers().stream()
        .filter(layer -> layer.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static double product(double[] x, double[] y, double[] from) {
    return IntStream.range(0, x.length).mapToDouble(i -> (x[i] - from[i]) * (y[i] - from[i])).sum();
  }

  private static Map<String, Json> members(Json object) {
    return ((Json.Obj) object).members();
  }

  private static List<Json> elements(Json array) {
    return ((Json.Arr) array).elements();
  }
}
