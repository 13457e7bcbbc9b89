package dev.stockpot.cli.miniature;

import static dev.stockpot.cli.miniature.Pool.SELECT;
import static dev.stockpot.cli.miniature.Pool.SHIFTS;
import static dev.stockpot.cli.miniature.Pool.TEST;

import dev.stockpot.cli.miniature.Claim.Unit;
import dev.stockpot.cli.miniature.Finding.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/// `docs/miniatures.md`: what the pools of every task say to the claims, what did not reproduce as
/// plainly as what did.
///
/// @param tasks what each is about, by its name, in the order of the document
/// @param pools of each task
public record Document(SequencedMap<String, String> tasks, SequencedMap<String, List<Pool>> pools) {

  private static final Map<String, String> PAPERS =
      Map.of(
          "soups", "[soups](https://arxiv.org/abs/2203.05482)",
          "stock", "[stock](https://arxiv.org/abs/2403.19522)");

  private static final String BEST = "best single model on select";

  private static final List<String> CANDIDATES =
      List.of(
          Claims.BASE,
          BEST,
          Claims.UNIFORM,
          Claims.GREEDY,
          Claims.LEARNED,
          Claims.BY_LAYER,
          Claims.ENSEMBLE,
          Claims.GREEDY_ENSEMBLE);

  /// The text.
  public String text() {
    SequencedMap<String, List<Finding>> findings = new LinkedHashMap<>();
    pools.forEach((task, its) ->
        findings.put(task, Claims.all().stream().map(claim -> Finding.of(claim, its)).toList()));
    StringBuilder text = new StringBuilder(head(findings));
    text.append("\n## What did not reproduce\n\n").append(failures(findings));
    findings.forEach((task, its) -> text.append('\n').append(section(task, its)));
    return text.toString();
  }

  private String head(SequencedMap<String, List<Finding>> findings) {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # The papers in miniature

        Written by `examples/miniatures/run`, which trains all of it on the machine at hand; do not\
         edit. Every claim of the two papers that small networks can speak to is a check, declared\
         in the code (`Claims.java`) with its measure, its direction and its threshold before\
         anything was run, and asked of independent pools.

        A **pool** is a network pre-trained from a seed of its own, %d fine-tunes with\
         hyperparameters drawn at random for this pool, %d more that differ in their seed only, and\
         everything cooked from them. The data are the same for all pools. A claim is **reproduced**\
         if the 95 %% interval of its mean over pools (paired, BCa bootstrap, 10 000 resamples) lies\
         on the claimed side of the threshold, **contradicted** if it lies on the other side, and\
         **open** if it holds the threshold. Of this many checks a few come out wrong by chance. Small\
         networks, tiny data: what does not reproduce here may hold at scale, and what does may not.

        | task | pools | reproduced | contradicted | open |
        |---|---|---|---|---|
        """
            .formatted(models(), twins()));
    findings.forEach((task, its) ->
        text.append(
            "| [%s](#%s) | %d | %d | %d | %d |%n"
                .formatted(
                    task,
                    task,
                    pools.get(task).size(),
                    count(its, Outcome.REPRODUCED),
                    count(its, Outcome.CONTRADICTED),
                    count(its, Outcome.OPEN))));
    return text.toString();
  }

  private String failures(SequencedMap<String, List<Finding>> findings) {
    StringBuilder text = new StringBuilder();
    findings.forEach((task, its) -> {
      for (int i = 0; i < its.size(); i++) {
        Finding finding = its.get(i);
        if (finding.outcome() != Outcome.REPRODUCED) {
          text.append(
              "- %s, %s: %s: %s, declared %s.%n"
                  .formatted(
                      task,
                      finding.outcome().word(),
                      whole(its, i),
                      measured(finding),
                      declared(finding.claim())));
        }
      }
    });
    return text.isEmpty() ? "Nothing: all of it did.\n" : text.toString();
  }

  private String section(String task, List<Finding> findings) {
    StringBuilder text = new StringBuilder("## %s%n%n%s%n%n".formatted(task, tasks.get(task)));
    text.append(
        "| mean over pools, % | select | test | shifts | ECE on test |\n|---|---|---|---|---|\n");
    List<Pool> its = pools.get(task);
    for (String candidate : CANDIDATES) {
      text.append(
          "| %s | %s | %s | %s | %s |%n"
              .formatted(
                  candidate,
                  mean(its, candidate, SELECT, Pool.ACCURACY),
                  mean(its, candidate, TEST, Pool.ACCURACY),
                  mean(its, candidate, SHIFTS, Pool.ACCURACY),
                  mean(its, candidate, TEST, "ece")));
    }
    text.append(
        "\n| claim | paper | declared | mean over pools | pools | |\n|---|---|---|---|---|---|\n");
    for (Finding finding : findings) {
      text.append(
          "| %s | %s | %s | %s | %d of %d | %s |%n"
              .formatted(
                  finding.claim().text(),
                  PAPERS.get(finding.claim().source()),
                  declared(finding.claim()),
                  measured(finding),
                  finding.agreeing(),
                  finding.values().size(),
                  finding.outcome().word()));
    }
    return text.toString();
  }

  private int models() {
    return pools.firstEntry().getValue().getFirst().models().size();
  }

  private int twins() {
    return pools.firstEntry().getValue().getFirst().twins().singles().size();
  }

  private static long count(List<Finding> findings, Outcome outcome) {
    return findings.stream().filter(finding -> finding.outcome() == outcome).count();
  }

  private static String mean(List<Pool> pools, String candidate, String set, String metric) {
    double mean =
        pools.stream()
            .mapToDouble(
                pool -> pool.value(candidate.equals(BEST) ? pool.best() : candidate, set, metric))
            .average()
            .orElse(Double.NaN);
    return Double.isNaN(mean) ? "" : String.format(Locale.ROOT, "%.2f", 100 * mean);
  }

  /// A claim that begins with `… and` continues the one before it.
  private static String whole(List<Finding> findings, int index) {
    String text = findings.get(index).claim().text();
    int first = index;
    List<String> parts = new ArrayList<>(List.of(text));
    while (parts.getFirst().startsWith("…")) {
      first--;
      parts.addFirst(findings.get(first).claim().text());
    }
    return String.join(" ", parts);
  }

  private static String declared(Claim claim) {
    String threshold = figure(claim, claim.threshold());
    return switch (claim.side()) {
      case ALWAYS_AT_LEAST -> "always ≥ " + threshold;
      case ABOVE -> "> " + threshold;
      case BELOW -> "< " + threshold;
    };
  }

  private static String measured(Finding finding) {
    Claim claim = finding.claim();
    return "%s (%s … %s)%s"
        .formatted(
            figure(claim, finding.mean()),
            figure(claim, finding.interval().low()),
            figure(claim, finding.interval().high()),
            claim.unit() == Unit.POINTS ? " points" : "");
  }

  private static String figure(Claim claim, double value) {
    if (value == 0) {
      return "0";
    }
    return switch (claim.unit()) {
      case POINTS -> String.format(Locale.ROOT, "%+.2f", 100 * value);
      case NUMBER -> String.format(Locale.ROOT, "%+.3f", value);
    };
  }
}
