package dev.stockpot.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.stockpot.diagnose.Diagnosis.Severity;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiagnosesTest {
  @TempDir private Path folder;

  private Family family;

  @BeforeEach
  void make() {
    family = new Family(folder, "a", "b", "c", "d", "e");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingIsWrongWithAFamily(boolean withBase) {
    assertThat(Diagnoses.of(family.survey(withBase))).isEmpty();
  }

  @Test
  void equalModelsAreDuplicates() {
    family.copy("b", "d");
    assertThat(Diagnoses.of(family.survey(true)))
        .containsExactly(
            new Diagnosis(
                "duplicate-ingredients",
                Severity.WARNING,
                "b and d are the same model: all their tensors are equal",
                "name it once, or averages count it more often than the others"));
  }

  @Test
  void modelThatIsTheBaseIsADuplicate() {
    family.copy("base", "c");
    assertThat(Diagnoses.of(family.survey(true)))
        .extracting(Diagnosis::name, Diagnosis::message)
        .containsExactly(
            tuple(
                "duplicate-ingredients",
                "c and the base are the same model: all their tensors are equal"));
  }

  @Test
  void oneElementMakesAnotherModel() {
    family.copy("b", "d");
    family.values("d", "bias")[7] += 1e-12;
    assertThat(Diagnoses.of(family.survey(true))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void headOfEachModelsOwnIsTold(boolean withBase) {
    for (String name : List.of("a", "b", "c", "d", "e")) {
      family.restart(name, "head.weight");
    }
    assertThat(Diagnoses.of(family.survey(withBase)))
        .singleElement()
        .satisfies(diagnosis -> {
          assertThat(diagnosis.name()).isEqualTo("head-not-shared");
          assertThat(diagnosis.severity()).isEqualTo(Severity.WARNING);
          assertThat(diagnosis.message())
              .matches(
                  "tensor 'head.weight': the ingredients did not start from the same values:"
                      + " median cosine -?0\\.0\\d, in other tensors above 0\\.90");
          assertThat(diagnosis.advice())
              .isEqualTo(
                  "fine-tune all from one checkpoint that has this tensor; averages of strangers"
                      + " are near chance");
        });
  }

  @Test
  void modelWithAHeadOfItsOwnIsNamed() {
    family.restart("d", "head.weight");
    assertThat(Diagnoses.of(family.survey(false)))
        .filteredOn(diagnosis -> diagnosis.name().equals("head-not-shared"))
        .singleElement()
        .satisfies(diagnosis ->
            assertThat(diagnosis.message())
                .matches(
                    "tensor 'head.weight': d did not start from the same values as the others:"
                        + " median cosine -?0\\.0\\d, in other tensors above 0\\.90"));
  }

  @Test
  void strangersAreToldAsSuch() {
    for (String name : List.of("a", "b", "c", "d", "e")) {
      family.restart(name, "head.weight");
      family.restart(name, "body.weight");
    }
    assertThat(Diagnoses.of(family.survey(false)))
        .singleElement()
        .satisfies(diagnosis -> {
          assertThat(diagnosis.name()).isEqualTo("unrelated-ingredients");
          assertThat(diagnosis.severity()).isEqualTo(Severity.SEVERE);
          assertThat(diagnosis.note())
              .matches(
                  "unrelated-ingredients: the ingredients did not start from one checkpoint: the"
                      + " median cosine between their weights is -?0\\.0\\d; average only models"
                      + " that were fine-tuned from the same one");
        });
  }

  @Test
  void modelThatMovedFarIsTold() {
    family.stretch("c", 4);
    assertThat(Diagnoses.of(family.survey(true)))
        .singleElement()
        .satisfies(diagnosis -> {
          assertThat(diagnosis.name()).isEqualTo("norm-outlier");
          assertThat(diagnosis.message())
              .matches(
                  "c lies 8\\.\\d\\d from the base, the others typically 2\\.\\d\\d \\(robust"
                      + " z-score of the logarithm 1\\d\\.\\d; more than 3\\.5 is told\\)");
          assertThat(diagnosis.advice())
              .isEqualTo(
                  "look at its learning rate and scores; the uniform soup takes it as it is, greedy"
                      + " only if it helps");
        });
  }

  @Test
  void modelThatHardlyMovedIsTold() {
    family.stretch("c", 0.1);
    assertThat(Diagnoses.of(family.survey(true)))
        .singleElement()
        .satisfies(diagnosis -> {
          assertThat(diagnosis.name()).isEqualTo("norm-outlier");
          assertThat(diagnosis.advice())
              .isEqualTo(
                  "it has hardly been fine-tuned; see whether the checkpoint is the right one");
        });
  }

  @Test
  void runningStatisticsAreTold() {
    family.add("norm.running_mean", 1, 2);
    family.add("norm.running_var", 1, 2);
    assertThat(Diagnoses.of(family.survey(true)))
        .containsExactly(
            new Diagnosis(
                "batch-norm",
                Severity.WARNING,
                "2 tensors are running statistics of activations ('norm.running_mean'), which"
                    + " averaging spoils",
                "estimate them again on training data in the averaged model, or accuracies can be"
                    + " near chance"));
  }

  @Test
  void whatIsNotFiniteIsCounted() {
    family.values("b", "bias")[3] = Double.NaN;
    family.values("b", "bias")[4] = Double.NEGATIVE_INFINITY;
    family.values("b", "head.weight")[0] = Double.NaN;
    family.values("base", "bias")[9] = Double.NaN;
    assertThat(Diagnoses.of(family.survey(true)))
        .containsExactly(
            new Diagnosis(
                "not-finite",
                Severity.SEVERE,
                "b: tensor 'bias' has 1 NaN and 1 infinite of 40 elements, and 1 more tensors have"
                    + " such",
                "leave the model out: every average with it has them too"),
            new Diagnosis(
                "not-finite",
                Severity.SEVERE,
                "the base: tensor 'bias' has 1 NaN and 0 infinite of 40 elements",
                "leave the model out: every average with it has them too"));
  }

  @Test
  void missingBaseNamesTheRecipesThatNeedIt() {
    assertThat(Diagnoses.missingBase(List.of("stock", "wise-ft")).note())
        .isEqualTo(
            "missing-base: no base is given, but needed by stock, wise-ft; name the pre-trained"
                + " checkpoint as base");
  }

  @Test
  void documentListsWhatWasFound() {
    assertThat(Diagnosis.document(List.of(Diagnoses.missingBase(List.of("stock")))))
        .isEqualTo(
            """
            {
              "diagnostics": [
                {
                  "name": "missing-base",
                  "severity": "severe",
                  "message": "no base is given, but needed by stock",
                  "advice": "name the pre-trained checkpoint as base"
                }
              ]
            }
            """);
    assertThat(Diagnosis.document(List.of())).isEqualTo("{\n  \"diagnostics\": []\n}\n");
  }

  @Test
  void manyNamesAreCutShort() {
    assertThat(Words.list(List.of("a"))).isEqualTo("a");
    assertThat(Words.list(List.of("a", "b", "c"))).isEqualTo("a, b and c");
    assertThat(Words.list(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i")))
        .isEqualTo("a, b, c, d, e, f, g and 2 others");
  }
}
