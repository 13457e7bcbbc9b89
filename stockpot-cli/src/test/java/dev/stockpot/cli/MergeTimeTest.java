package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.method.MethodDefinition;
import dev.stockpot.method.Methods;
import dev.stockpot.method.Parameter;
import dev.stockpot.method.Parameter.Scope;
import dev.stockpot.method.Parameters;
import dev.stockpot.plan.PlannedCheckpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MergeTimeTest {
  @Test
  void figuresAreOfMethods() {
    assertThat(Methods.ALL.stream().map(MethodDefinition::name).toList())
        .containsAll(MergeTime.NANOSECONDS.keySet());
  }

  /// A billion elements of two bytes: two seconds to write them, and what the method takes.
  @Test
  void timesAreThoseOfTheMethod() {
    assertThat(time("linear", 1)).contains(Duration.ofMillis(300 + 2000 + 2000));
    assertThat(time("linear", 2)).contains(Duration.ofMillis(300 + 2000 + 1000));
    assertThat(time("slerp", 2)).contains(Duration.ofMillis(300 + 2000 + 2000));
    assertThat(time("della", 2)).contains(Duration.ofMillis(300 + 2000 + 70_000));
    assertThat(time("regmean", 2)).isEmpty();
  }

  /// Of two inputs.
  private static Optional<Duration> time(String name, int threads) {
    MethodDefinition method = Methods.named(name).orElseThrow();
    boolean based = method.base() != MethodDefinition.Base.MEMBER;
    Map<String, Object> global = values(method, Scope.GLOBAL);
    Map<String, Object> each = values(method, Scope.EACH);
    Parameters parameters =
        new Parameters(based, global, based ? List.of(each) : List.of(each, each));
    List<TensorSpec> specs = List.of(new TensorSpec("w", DType.BF16, List.of(1_000_000_000L)));
    Checkpoint checkpoint = new PlannedCheckpoint(Path.of("m"), specs, Map.of());
    MergePlan plan =
        MergePlan.of(
            List.of(checkpoint, checkpoint), method.create().apply(parameters), Optional.empty());
    return MergeTime.of(plan, threads);
  }

  private static Map<String, Object> values(MethodDefinition method, Scope scope) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Parameter parameter : method.parameters()) {
      if (parameter.scope() == scope) {
        Object value = parameter.name().equals("density") ? 0.5 : parameter.fallback().orElse(0.5);
        values.put(parameter.name(), value);
      }
    }
    return values;
  }
}
