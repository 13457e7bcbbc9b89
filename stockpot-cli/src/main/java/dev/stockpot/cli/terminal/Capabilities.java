package dev.stockpot.cli.terminal;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;

/// What the two ends of a process can show.
///
/// The JVM does not tell whether stderr is a terminal, nor how wide; the launcher asks the shell
/// and passes `stockpot.stdout.tty`, `stockpot.stderr.tty` and `stockpot.columns`.
///
/// @param outIsTerminal whether stdout is
/// @param errRedraws whether stderr is a terminal on which a line can be drawn again
/// @param colour whether stdout may be coloured
/// @param columns width of the terminal, at least 20
/// @param outCharset of stdout: the terminal's, or UTF-8 for files and pipes
/// @param errCharset of stderr, likewise
public record Capabilities(
    boolean outIsTerminal,
    boolean errRedraws,
    boolean colour,
    int columns,
    Charset outCharset,
    Charset errCharset) {

  private static final int DEFAULT_COLUMNS = 80;

  /// What the launcher and the environment say.
  public static Capabilities of(Properties properties, Map<String, String> environment) {
    boolean out = "true".equals(properties.getProperty("stockpot.stdout.tty"));
    boolean err = "true".equals(properties.getProperty("stockpot.stderr.tty"));
    boolean dumb = "dumb".equals(environment.get("TERM"));
    boolean noColor = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    String columns =
        properties.getProperty("stockpot.columns", environment.getOrDefault("COLUMNS", ""));
    return new Capabilities(
        out,
        err && !dumb,
        out && !dumb && !noColor,
        columns.matches("[1-9][0-9]{0,4}")
            ? Math.max(20, Integer.parseInt(columns))
            : DEFAULT_COLUMNS,
        charset(out, properties.getProperty("stdout.encoding")),
        charset(err, properties.getProperty("stderr.encoding")));
  }

  /// Whether stdout shows more than ASCII.
  public boolean outUnicode() {
    return outIsTerminal && outCharset.equals(StandardCharsets.UTF_8);
  }

  /// Whether stderr shows more than ASCII.
  public boolean errUnicode() {
    return errRedraws && errCharset.equals(StandardCharsets.UTF_8);
  }

  private static Charset charset(boolean terminal, String name) {
    return terminal && name != null && Charset.isSupported(name)
        ? Charset.forName(name)
        : StandardCharsets.UTF_8;
  }
}
