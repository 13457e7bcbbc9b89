package dev.stockpot.cli.miniature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClaimsTest {
  private static final Pool POOL = TestPools.pool(0.125);

  @Test
  void gainsAreOverTheModelThatIsBestOnSelect() {
    assertThat(POOL.best()).isEqualTo("b");
    assertThat(value("The greedy soup is never worse than")).isZero();
    assertThat(value("The greedy soup is better than the best single model on test"))
        .isEqualTo(0.125);
    assertThat(value("The greedy soup is better than the best single model on the shifts"))
        .isEqualTo(0.0625);
  }

  @Test
  void shiftsCountAlike() {
    assertThat(POOL.accuracy("a", Pool.SHIFTS)).isEqualTo(0.5);
  }

  /// As `std(ddof=1) / mean` and `spearmanr` of NumPy and SciPy have it.
  @Test
  void spreadsAndCorrelations() {
    assertThat(value("Models trained alike lie on a thin shell")).isCloseTo(0.02, offset(1e-12));
    assertThat(value("… and so do the cosines")).isCloseTo(0.02, offset(1e-12));
    assertThat(value("In a sweep, too")).isCloseTo(-1, offset(1e-12));
  }

  @Test
  void aSoupAcrossPreTrainingsIsComparedWithTheMeanOfTheTwoAccuracies() {
    assertThat(value("Soups need a shared initialisation")).isEqualTo(0.5);
  }

  @Test
  void everyClaimIsDeclaredOnceAndGivesANumber() {
    List<Claim> claims = Claims.all();

    assertThat(claims.stream().map(Claim::text).filter(text -> !text.startsWith("…")))
        .doesNotHaveDuplicates();
    assertThat(claims).allSatisfy(claim -> assertThat(claim.of().applyAsDouble(POOL)).isFinite());
    assertThat(claims.getFirst().text()).doesNotStartWith("…");
  }

  private static double value(String beginning) {
    return Claims.all().stream()
        .filter(claim -> claim.text().startsWith(beginning))
        .findFirst()
        .orElseThrow()
        .of()
        .applyAsDouble(POOL);
  }
}
