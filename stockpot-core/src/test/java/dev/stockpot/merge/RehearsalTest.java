package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.method.MethodDefinition;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import dev.stockpot.method.Methods;
import dev.stockpot.method.Parameter;
import dev.stockpot.method.Parameters;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RehearsalTest {
  private static final List<DType> INPUTS = List.of(DType.BF16, DType.BF16, DType.BF16);

  static Stream<MethodDefinition> methods() {
    return Methods.ALL.stream().filter(method -> method.statistics() == Statistics.NONE);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everyMethodMergesMadeUpTensors(MethodDefinition definition) throws InterruptedException {
    boolean base = definition.base() == Base.REQUIRED || definition.base() == Base.ONE_OF_TWO;
    int ingredients = Math.clamp(2, definition.fewest(), definition.most());
    Counting method = new Counting(definition.create().apply(parameters(definition, base)));
    for (DType dtype : List.of(DType.BF16, DType.F16, DType.F32, DType.F64, DType.F8_E4M3)) {
      List<DType> inputs = Collections.nCopies(ingredients + (base ? 1 : 0), dtype);
      Rehearsal.of(method, inputs, dtype, Optional.of(DType.BF16), 2).work();
    }
    assertThat(method.begun).hasValue(2 * 5);
  }

  @Test
  void endsWhenTheWorkBegins() throws InterruptedException {
    Counting method = new Counting(linear());
    Rehearsal rehearsal = Rehearsal.of(method, INPUTS, DType.BF16, Optional.empty(), 1000);
    rehearsal.close();
    rehearsal.work();
    assertThat(method.begun).hasValue(0);
  }

  @Test
  void aMethodThatFailsDoesNotConcernIt() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    MergeMethod failing =
        new MergeMethod() {
          @Override
          public String name() {
            return "failing";
          }

          @Override
          public Stage begin(Layer layer) {
            asked.countDown();
            throw new IllegalArgumentException("what the merge itself would tell");
          }
        };
    List<Thread> before = rehearsals();
    try (Rehearsal _ = Rehearsal.begin(failing, INPUTS, DType.BF16, Optional.empty())) {
      assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
      for (Thread thread : rehearsals()) {
        if (!before.contains(thread)) {
          assertThat(thread.join(Duration.ofMinutes(1))).isTrue();
        }
      }
    }
  }

  private static List<Thread> rehearsals() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("rehearsal"))
        .toList();
  }

  private static MergeMethod linear() {
    MethodDefinition linear = Methods.named("linear").orElseThrow();
    return linear.create().apply(parameters(linear, false));
  }

  /// Values that every parameter may have.
  private static Parameters parameters(MethodDefinition definition, boolean base) {
    int ingredients = Math.clamp(2, definition.fewest(), definition.most());
    Map<String, Object> global = new HashMap<>();
    Map<String, Object> each = new HashMap<>();
    for (Parameter parameter : definition.parameters()) {
      (parameter.scope() == Parameter.Scope.GLOBAL ? global : each)
          .put(parameter.name(), parameter.fallback().orElse(0.5));
    }
    return new Parameters(base, global, Collections.nCopies(ingredients, each));
  }

  /// Counts tensors.
  private record Counting(MergeMethod method, AtomicInteger begun) implements MergeMethod {
    Counting(MergeMethod method) {
      this(method, new AtomicInteger());
    }

    @Override
    public String name() {
      return method.name();
    }

    @Override
    public Stage begin(Layer layer) {
      begun.incrementAndGet();
      return method.begin(layer);
    }
  }
}
