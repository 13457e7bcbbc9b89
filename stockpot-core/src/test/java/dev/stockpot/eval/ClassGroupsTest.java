package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.eval.ClassGroups.Labels;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassGroupsTest {
  private static final Predictions LOGITS =
      TestArrays.predictions(4, 9, 1, 2, 3, 9, 3, Float.NaN, 1, -5, -1, -2, -3);

  @Test
  void logitOfAGroupIsTheLargestOfItsClasses() {
    ClassGroups groups = new ClassGroups(List.of(List.of(3), List.of(1, 2)), Labels.LISTED);
    Predictions seen = groups.of("test", LOGITS);
    assertThat(seen.width()).isEqualTo(2);
    assertThat(TestArrays.values(seen)).containsExactly(3, 2, /**/ 1, Float.NaN, /**/ -3, -1);
  }

  @Test
  void accuracyIsThatAmongTheClassesListed() {
    // Class 0 has the largest logit twice, and is not listed.
    ClassGroups subset = new ClassGroups(List.of(List.of(3), List.of(1)), Labels.MODEL);
    Targets.Classes labels = subset.of("test", new Targets.Classes(new int[] {3, 1, 1}));
    assertThat(labels.labels()).containsExactly(0, 1, 1);
    assertThat(new Accuracy().of(subset.of("test", LOGITS), labels)).isEqualTo(1);
    assertThat(new Accuracy().of(LOGITS, new Targets.Classes(new int[] {3, 1, 1})))
        .isEqualTo(1 / 3.0);
  }

  @Test
  void labelsOfTheModelBecomeTheirGroup() {
    ClassGroups groups = new ClassGroups(List.of(List.of(3, 0), List.of(1, 2)), Labels.MODEL);
    assertThat(groups.of("test", new Targets.Classes(new int[] {0, 1, 2, 3})).labels())
        .containsExactly(0, 1, 1, 0);
  }

  @Test
  void labelsThatAreListedStay() {
    ClassGroups groups = new ClassGroups(List.of(List.of(3), List.of(1)), Labels.LISTED);
    assertThat(groups.of("test", new Targets.Classes(new int[] {0, 1, 1})).labels())
        .containsExactly(0, 1, 1);
  }

  @Test
  void namesLabelsAndClassesThatAreNotThere() {
    ClassGroups listed = new ClassGroups(List.of(List.of(3), List.of(7)), Labels.LISTED);
    assertThatThrownBy(() -> listed.of("shift-a", new Targets.Classes(new int[] {0, 2})))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'shift-a': example 1 has the label 2, but 2 are listed (0 to 1); labels are places"
                + " in that list; if they are the model's classes, say so with 'labels-are:"
                + " model'");
    ClassGroups model = new ClassGroups(List.of(List.of(3), List.of(7)), Labels.MODEL);
    assertThatThrownBy(() -> model.of("shift-a", new Targets.Classes(new int[] {3, 2})))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'shift-a': example 1 has the label 2, which is none of the classes listed for the"
                + " set; list it, or leave the example out; if labels are places in that list, say"
                + " so with 'labels-are: listed'");
    assertThatThrownBy(() -> listed.of("shift-a", LOGITS))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'shift-a': class 7 is listed for it, but the model has 4 classes (0 to 3)");
  }

  @Test
  void refusesGroupsThatAreNone() {
    for (List<List<Integer>> none :
        List.of(List.<List<Integer>>of(), List.of(List.<Integer>of()))) {
      assertThatThrownBy(() -> new ClassGroups(none, Labels.LISTED))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no classes");
    }
    assertThatThrownBy(() -> new ClassGroups(List.of(List.of(1), List.of(2, 1)), Labels.LISTED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("class 1 is negative or listed twice");
  }
}
