package dev.stockpot.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.Progress;
import dev.stockpot.Progress.Total;
import dev.stockpot.Progress.Unit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final long SECOND = 1_000_000_000;
  private static final String ERASE = "\r\u001b[K";

  private long now;

  @Test
  void barShowsPercentRateAndTimeLeftAndIsGoneAtTheEnd() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Progress progress = bar(err, 100);
    Progress.Task task = progress.begin("averaging", new Total(4_000_000, Unit.BYTES));
    now += SECOND;
    task.advance(1_000_000);
    task.close();
    assertThat(text(err))
        .isEqualTo(
            "averaging                         0 %  0 B of 4 MB"
                + ERASE
                + "averaging █████                  25 %  1 MB/s  3.0 s left"
                + ERASE);
  }

  @Test
  void barIsDrawnAtMostTenTimesASecond() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Progress.Task task = bar(err, 100).begin("reading", new Total(10, Unit.CANDIDATES));
    err.reset();
    now += 99_000_000;
    task.advance(1);
    assertThat(text(err)).isEmpty();
    now += 1_000_000;
    task.advance(1);
    assertThat(text(err))
        .startsWith(ERASE + "reading ████                   20 %  2/10 candidates");
  }

  @Test
  void whatIsSkippedSaysNothingAboutTheSpeed() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Progress.Task task = bar(err, 100).begin("fine-tuning", new Total(100, Unit.EXAMPLES));
    task.skip(50);
    err.reset();
    now += SECOND;
    task.advance(10);
    assertThat(text(err))
        .isEqualTo(ERASE + "fine-tuning ████████████           60 %  10 examples/s  4.0 s left");
  }

  @Test
  void innermostTaskIsTheDetailAndTheLineIsCut() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Progress progress = bar(err, 60);
    Progress.Task whole = progress.begin("cooking", new Total(8, Unit.CANDIDATES));
    Progress.Task detail = progress.begin("evaluating ft-03", new Total(100, Unit.EXAMPLES));
    err.reset();
    now += SECOND;
    detail.advance(62);
    assertThat(text(err))
        .isEqualTo(ERASE + "cooking                         0 %  0/8 candidates · eval…");
    err.reset();
    detail.close();
    detail.close();
    whole.close();
    assertThat(text(err)).endsWith(ERASE);
  }

  @Test
  void severalAtOnceHaveALineEach() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Progress progress = bar(err, 100);
    Progress.Task whole = progress.begin("fine-tuning", new Total(200, Unit.EXAMPLES));
    Progress.Task second = progress.beginOneOfSeveral("run-01", new Total(100, Unit.EXAMPLES));
    Progress.Task first = progress.beginOneOfSeveral("run-00", new Total(100, Unit.EXAMPLES));
    now += SECOND;
    second.advance(25);
    now += SECOND;
    first.advance(50);
    err.reset();
    now += SECOND;
    whole.advance(75);
    assertThat(text(err))
        .isEqualTo(
            ERASE
                + "\u001b[A\u001b[K".repeat(2)
                + "fine-tuning ███████▌               37 %  25 examples/s  5.0 s left\n"
                + "  run-00 ██████████             50 %  3.0 s left\n"
                + "  run-01 █████                  25 %  9.0 s left");
    first.close();
    now += SECOND;
    err.reset();
    whole.advance(1);
    assertThat(text(err)).contains("run-01").doesNotContain("run-00");
    second.close();
    err.reset();
    whole.close();
    assertThat(text(err)).isEqualTo(ERASE + "\u001b[A\u001b[K");
  }

  @Test
  void aLogsLinesTellOfSeveralAtOnce() {
    List<String> lines = new ArrayList<>();
    Progress progress = new ProgressLines(lines::add, () -> now);
    Progress.Task whole = progress.begin("fine-tuning", new Total(200, Unit.EXAMPLES));
    Progress.Task run = progress.beginOneOfSeveral("run-00", new Total(100, Unit.EXAMPLES));
    progress.beginOneOfSeveral("run-01", new Total(100, Unit.EXAMPLES));
    now += 10 * SECOND;
    run.advance(50);
    run.close();
    whole.close();
    assertThat(lines)
        .containsExactly(
            "fine-tuning ...",
            "fine-tuning: 0 %, 0/200 examples; run-00 50 %, 10 s left; run-01 0 %",
            "fine-tuning: stopped at 0 % after 10 s");
  }

  @Test
  void linesAreWrittenAtBeginAndEndAndEveryTenSeconds() {
    List<String> lines = new ArrayList<>();
    Progress progress = new ProgressLines(lines::add, () -> now);
    Progress.Task whole = progress.begin("cooking", new Total(4, Unit.CANDIDATES));
    Progress.Task detail = progress.begin("evaluating", new Total(10, Unit.EXAMPLES));
    now += 9 * SECOND;
    detail.advance(1);
    now += SECOND;
    detail.advance(1);
    now += SECOND;
    detail.advance(1);
    detail.close();
    whole.advance(1);
    now += 10 * SECOND;
    whole.advance(1);
    whole.close();
    assertThat(lines)
        .containsExactly(
            "cooking ...",
            "cooking: 0 %, 0/4 candidates; evaluating 20 %",
            "cooking: 50 %, 2/4 candidates, 21 s left",
            "cooking: stopped at 50 % after 21 s");
  }

  @Test
  void endTellsTheRate() {
    List<String> lines = new ArrayList<>();
    Progress progress = new ProgressLines(lines::add, () -> now);
    try (Progress.Task task = progress.begin("reading", new Total(2000, Unit.EXAMPLES))) {
      now += 2 * SECOND;
      task.advance(2000);
    }
    assertThat(lines).containsExactly("reading ...", "reading: done in 2.0 s, 1,000 examples/s");
  }

  @Test
  void wordsStandAboveTheBar() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    StatusLine status = new StatusLine(stream(err));
    status.show("bar");
    status.above("note: x");
    assertThat(text(err)).isEqualTo("bar" + ERASE + "note: x\nbar");
  }

  @Test
  void dumbTerminalsAreNotRedrawn() {
    Properties properties = new Properties();
    properties.setProperty("stockpot.stderr.tty", "true");
    properties.setProperty("stockpot.stdout.tty", "true");
    properties.setProperty("stockpot.columns", "132");
    Capabilities full = Capabilities.of(properties, Map.of());
    Capabilities dumb = Capabilities.of(properties, Map.of("TERM", "dumb"));
    Capabilities plain = Capabilities.of(properties, Map.of("NO_COLOR", "1"));
    Capabilities none = Capabilities.of(new Properties(), Map.of("COLUMNS", "7"));
    assertThat(List.of(full.errRedraws(), full.colour())).containsExactly(true, true);
    assertThat(List.of(dumb.errRedraws(), dumb.colour())).containsExactly(false, false);
    assertThat(List.of(plain.errRedraws(), plain.colour())).containsExactly(true, false);
    assertThat(List.of(none.errRedraws(), none.colour())).containsExactly(false, false);
    assertThat(List.of(full.columns(), none.columns())).containsExactly(132, 20);
  }

  private Progress bar(ByteArrayOutputStream err, int columns) {
    Capabilities can =
        new Capabilities(true, true, true, columns, StandardCharsets.UTF_8, StandardCharsets.UTF_8);
    return new ProgressBar(new StatusLine(stream(err)), can, () -> now);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
