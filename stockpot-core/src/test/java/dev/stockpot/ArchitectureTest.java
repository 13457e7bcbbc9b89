package dev.stockpot;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packages use each other in one direction only; the JDK's own `jdeps` reads who uses whom.
class ArchitectureTest {

  private static final String ROOT = "dev.stockpot";

  /// What a package may use besides itself and the root package, by names relative to the root.
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          entry("", Set.of()),
          entry("internal.io", Set.of()),
          entry("internal.text", Set.of()),
          entry("internal.work", Set.of("internal.io")),
          entry("internal.json", Set.of("internal.text")),
          entry("internal.kernel", Set.of()),
          entry("internal.image", Set.of("internal.io")),
          entry("internal.linear", Set.of()),
          entry("internal.pickle", Set.of("internal.io", "internal.text")),
          entry("internal.protobuf", Set.of()),
          entry("statistics", Set.of()),
          entry("internal.zip", Set.of("internal.io", "internal.text")),
          entry(
              "checkpoint",
              Set.of(
                  "internal.io",
                  "internal.json",
                  "internal.kernel",
                  "internal.pickle",
                  "internal.protobuf",
                  "internal.text",
                  "internal.zip")),
          entry(
              "lora",
              Set.of(
                  "checkpoint",
                  "internal.io",
                  "internal.json",
                  "internal.linear",
                  "internal.text",
                  "internal.work")),
          entry(
              "merge",
              Set.of(
                  "checkpoint",
                  "internal.io",
                  "internal.json",
                  "internal.kernel",
                  "internal.text",
                  "internal.work")),
          entry(
              "eval",
              Set.of(
                  "checkpoint",
                  "internal.image",
                  "internal.io",
                  "internal.json",
                  "internal.kernel",
                  "internal.text",
                  "internal.work")),
          entry("method", Set.of("checkpoint", "merge", "internal.kernel", "internal.text")),
          entry(
              "recipe",
              Set.of("checkpoint", "merge", "method", "eval", "internal.io", "internal.json")),
          entry("diagnose", Set.of("checkpoint", "recipe", "internal.json", "internal.work")),
          entry("tokenizer", Set.of("checkpoint", "recipe", "internal.io", "internal.json")),
          entry(
              "plan",
              Set.of(
                  "checkpoint",
                  "merge",
                  "method",
                  "recipe",
                  "tokenizer",
                  "internal.io",
                  "internal.json",
                  "internal.text")),
          entry(
              "search",
              Set.of(
                  "checkpoint",
                  "merge",
                  "method",
                  "eval",
                  "recipe",
                  "statistics",
                  "internal.io",
                  "internal.json",
                  "internal.kernel",
                  "internal.work")),
          entry(
              "train",
              Set.of(
                  "checkpoint",
                  "merge",
                  "method",
                  "eval",
                  "recipe",
                  "internal.io",
                  "internal.json",
                  "internal.work")));

  private static final Pattern ARROW = Pattern.compile("^ +(\\S+) +-> +(\\S+) .*$");

  /// Package `user` uses package `used`; full names.
  record Edge(String user, String used) {}

  @Test
  void packagesUseOnlyWhatLiesBelowThem() throws Exception {
    assertThat(violations(edges(mainClasses()))).isEmpty();
  }

  @Test
  void anArrowUpwardsIsAViolation() {
    Edge down = new Edge("dev.stockpot.merge", "dev.stockpot.checkpoint");
    Edge up = new Edge("dev.stockpot.checkpoint", "dev.stockpot.merge");
    Edge aside = new Edge("dev.stockpot.eval", "dev.stockpot.merge");
    Edge fromRoot = new Edge("dev.stockpot", "dev.stockpot.checkpoint");
    Edge toRoot = new Edge("dev.stockpot.internal.io", "dev.stockpot");
    Edge toJdk = new Edge("dev.stockpot.checkpoint", "java.util");

    assertThat(violations(List.of(down, up, aside, fromRoot, toRoot, toJdk)))
        .containsExactly(
            "dev.stockpot.checkpoint must not use dev.stockpot.merge",
            "dev.stockpot.eval must not use dev.stockpot.merge",
            "dev.stockpot must not use dev.stockpot.checkpoint");
  }

  @Test
  void aPackageWithoutARuleIsAViolation() {
    assertThat(violations(List.of(new Edge("dev.stockpot.soup", "java.lang"))))
        .containsExactly("dev.stockpot.soup has no rule in ArchitectureTest");
  }

  @Test
  void anArrowUpwardsInCompiledClassesIsFound(@TempDir Path folder) throws Exception {
    Path upper = folder.resolve("Upper.java");
    Path lower = folder.resolve("Lower.java");
    Files.writeString(upper, "package dev.stockpot.merge; public class Upper {}");
    Files.writeString(
        lower, "package dev.stockpot.checkpoint; class Lower { dev.stockpot.merge.Upper upper; }");
    Path classes = folder.resolve("classes");
    run("javac", "-d", classes.toString(), upper.toString(), lower.toString());

    assertThat(violations(edges(classes)))
        .containsExactly("dev.stockpot.checkpoint must not use dev.stockpot.merge");
  }

  private static List<String> violations(List<Edge> edges) {
    List<String> violations = new ArrayList<>();
    for (Edge edge : edges) {
      if (!isOurs(edge.user())) {
        continue;
      }
      Set<String> allowed = MAY_USE.get(relative(edge.user()));
      if (allowed == null) {
        violations.add(edge.user() + " has no rule in ArchitectureTest");
      } else if (isOurs(edge.used())
          && !edge.used().equals(ROOT)
          && !edge.used().equals(edge.user())
          && !allowed.contains(relative(edge.used()))) {
        violations.add(edge.user() + " must not use " + edge.used());
      }
    }
    return violations.stream().distinct().toList();
  }

  private static boolean isOurs(String name) {
    return name.equals(ROOT) || name.startsWith(ROOT + ".");
  }

  private static String relative(String name) {
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
  }

  private static List<Edge> edges(Path classes) {
    return run("jdeps", "-verbose:package", "--multi-release", "base", classes.toString())
        .lines()
        .map(ARROW::matcher)
        .filter(Matcher::matches)
        .map(arrow -> new Edge(arrow.group(1), arrow.group(2)))
        .toList();
  }

  private static String run(String name, String... arguments) {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out);
    int code = ToolProvider.findFirst(name).orElseThrow().run(writer, writer, arguments);
    assertThat(code).as("exit code of %s, which printed:%n%s", name, out).isZero();
    return out.toString();
  }

  private static Path mainClasses() throws IOException {
    return Path.of("target", "classes").toRealPath();
  }
}
