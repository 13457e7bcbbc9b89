package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricPathTest {
  private static final String HERE = "dev.stockpot.eval.MetricPathTest$";

  private final MetricPath path = new MetricPath(List.of());

  /// The share of examples whose label is 0.
  public static class Zeros implements Metric {
    @Override
    public String name() {
      return "zeros";
    }

    @Override
    public boolean higherIsBetter() {
      return true;
    }

    @Override
    public boolean fits(Targets targets) {
      return targets instanceof Targets.Classes;
    }

    @Override
    public double of(Predictions predictions, Targets targets) {
      int[] labels = ((Targets.Classes) targets).labels();
      return java.util.Arrays.stream(labels).filter(label -> label == 0).count()
          / (double) labels.length;
    }
  }

  public static final class Impostor extends Zeros {
    @Override
    public String name() {
      return "accuracy";
    }
  }

  public static final class Particular extends Zeros {
    public Particular(int number) {
      assertThat(number).isZero();
    }
  }

  public static final class Failing extends Zeros {
    public Failing() {
      throw new IllegalStateException("no luck");
    }
  }

  public abstract static class Abstract extends Zeros {}

  @Test
  void findsStockpotsOwnAndClasses() {
    assertThat(path.find("top-3")).contains(new TopK(3));
    assertThat(path.find("acuracy")).isEmpty();
    assertThat(path.providers()).isEmpty();
    Metric own = path.find(HERE + "Zeros").orElseThrow();
    assertThat(own.of(TestArrays.predictions(2, 1, 2, 3, 4), new Targets.Classes(new int[] {0, 1})))
        .isEqualTo(0.5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Impostor | calls itself 'accuracy', as one of Stockpot's own; give it another name",
        "Particular | needs to be a public class with a public constructor without parameters",
        "Abstract | needs to be a public class with a public constructor without parameters",
        "Failing | its constructor failed: java.lang.IllegalStateException: no luck",
        "None | no such class; name the jar that it is in under 'metric-path'",
      })
  void saysWhyAClassIsNoMetricToUse(String name, String message) {
    assertThatThrownBy(() -> path.find(HERE + name))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("metric '" + HERE + name + "': " + message);
  }

  @Test
  void saysThatAClassIsNoMetricAtAll() {
    assertThatThrownBy(() -> path.find("java.lang.String"))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "metric 'java.lang.String': is no dev.stockpot.eval.Metric; let the class implement"
                + " it");
  }

  @Test
  void saysThatAJarIsNotThere() {
    assertThatThrownBy(() -> new MetricPath(List.of(Path.of("not-there.jar"))))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("not-there.jar: no such file or folder; name the jar of your metric");
  }
}
