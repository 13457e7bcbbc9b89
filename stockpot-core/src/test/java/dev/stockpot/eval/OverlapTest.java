package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Examples of two numbers.
class OverlapTest {
  @TempDir private Path folder;

  @Test
  void setsWithoutCommonExamplesPass() {
    try (Dataset select = set("select", 1, 2, 3, 4);
        Dataset test = set("test", 2, 1, 1, 3, 4, 4);
        Dataset shift = set("shift", 2, 1)) {
      assertThatCode(() -> Overlap.check(select, List.of(test, shift))).doesNotThrowAnyException();
      assertThatCode(() -> Overlap.check(select, List.of())).doesNotThrowAnyException();
    }
  }

  @Test
  void everySetThatSharesExamplesIsNamed() {
    try (Dataset select = set("select", 1, 2, 3, 4, 5, 6, 3, 4);
        Dataset test = set("test", 9, 9, 3, 4, 1, 2, 3, 4);
        Dataset shift = set("shift-a", 8, 8, 7, 7);
        Dataset other = set("shift-b", 5, 6)) {
      assertThatThrownBy(() -> Overlap.check(select, List.of(test, shift, other)))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              """
              set 'test': shares 3 of its 4 examples with 'select': the first is example 1, which\
               is example 1 there
              set 'shift-b': shares 1 of its 1 examples with 'select': the first is example 0,\
               which is example 2 there; what is chosen on an example must not be reported on it:\
               take the shared ones out of one of the two\
              """);
    }
  }

  private Dataset set(String name, float... values) {
    long n = values.length / 2;
    return Datasets.open(
        new SetSpec(
            name,
            Role.ID,
            new SetSpec.Source.Arrays(
                TestArrays.floats(folder.resolve(name + "-x.npy"), List.of(n, 2L), values),
                TestArrays.labels(folder.resolve(name + "-y.npy"), new long[(int) n]))),
        InputSpec.AS_IS);
  }
}
