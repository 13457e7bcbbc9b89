package dev.stockpot.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.merge.Precision;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PassthroughTest {

  @Test
  void everyElementIsScaled() {
    for (Precision precision : Precision.values()) {
      for (List<Long> shape : Plain.SHAPES) {
        double[] w = Plain.random(precision, 1, Plain.elements(shape), 1, 3)[0];
        assertThat(Plain.mix(new Passthrough(1), precision, shape, w)).isEqualTo(w);
        assertThat(Plain.mix(new Passthrough(-0.5), precision, shape, w))
            .isEqualTo(Plain.times(-0.5, w));
        Plain.assertSame(
            Plain.mix(new Passthrough(0.3), precision, shape, w),
            Plain.times(0.3, w),
            precision,
            w);
      }
    }
  }

  @Test
  void theScaleIsOneUnlessTheConfigSaysOtherwise() {
    assertThat(Passthrough.DEFINITION.parameters()).containsExactly(Parameter.each("scale", 1));
    assertThat(
            Passthrough.DEFINITION
                .create()
                .apply(new Parameters(false, Map.of(), List.of(Map.of("scale", 2.0)))))
        .isEqualTo(new Passthrough(2));
  }

  @Test
  void whatItCannotDoIsTold() {
    assertThatThrownBy(() -> new Passthrough(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scale NaN is not a finite number");
    assertThatThrownBy(
            () -> Plain.mix(new Passthrough(1), Precision.FLOAT32, List.of(1L), new double[2][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("passthrough takes 1 inputs; here are 2");
  }
}
