package dev.stockpot.cli;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.cli.terminal.Quantities;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.cli.terminal.Text;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.internal.io.Ending;
import dev.stockpot.internal.text.Nearest;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// What the user is told when a command fails, and the exit code: 2 for the user's mistake, 1 for
/// anything else.
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  static final int USERS_MISTAKE = 2;
  static final int OTHER = 1;

  private final Terminal terminal;
  private final BooleanSupplier debug;

  /// @param debug whether stack traces are printed; asked when something has failed
  Failures(Terminal terminal, BooleanSupplier debug) {
    this.terminal = terminal;
    this.debug = debug;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    return tell(e, message(e) + "\nTry: " + command + " --help", USERS_MISTAKE);
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine commandLine, ParseResult parsed) {
    return tell(e);
  }

  /// Tells about a failure.
  ///
  /// @return the exit code
  int tell(Throwable e) {
    // What fails because the user ends the command is not worth a word.
    Ending.beginning().lock();
    try {
      return switch (e) {
        case CheckpointException _, RecipeException _, EvaluationException _ ->
            tell(e, e.getMessage(), USERS_MISTAKE);
        case UncheckedIOException unchecked -> tellIo(unchecked.getCause(), e);
        case IOException io -> tellIo(io, e);
        case OutOfMemoryError _ ->
            tell(
                e,
                "out of memory ("
                    + e.getMessage()
                    + "; the limit is "
                    + Quantities.memory(Runtime.getRuntime().maxMemory())
                    + "); allow more: STOCKPOT_JAVA_OPTS=-Xmx4g stockpot ...",
                OTHER);
        default ->
            tell(
                e,
                "unexpected: "
                    + e
                    + "\nThis is a fault in Stockpot. Please report it with what --debug prints.",
                OTHER);
      };
    } finally {
      Ending.beginning().unlock();
    }
  }

  /// A file that is missing or closed to the user is the user's to mend; a full disk is nobody's
  /// mistake, but no fault of Stockpot's either.
  private int tellIo(IOException io, Throwable e) {
    return switch (io) {
      case NoSuchFileException missing ->
          tell(e, missing.getFile() + ": no such file or folder", USERS_MISTAKE);
      case AccessDeniedException denied ->
          tell(e, denied.getFile() + ": permission denied", USERS_MISTAKE);
      case FileSystemException other -> tell(e, other.getFile() + ": " + reason(other), OTHER);
      default -> tell(e, e instanceof UncheckedIOException ? plain(e) : io.getMessage(), OTHER);
    };
  }

  private static String reason(FileSystemException e) {
    return e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
  }

  /// The message without the class name that [UncheckedIOException] copies from its cause.
  private static String plain(Throwable e) {
    String cause = e.getCause().toString();
    return cause.equals(e.getMessage())
        ? String.valueOf(e.getCause().getMessage())
        : e.getMessage();
  }

  private int tell(Throwable e, String message, int code) {
    for (String line : ("stockpot: " + message).lines().toList()) {
      terminal.tell(Text.printable(line));
    }
    if (debug.getAsBoolean()) {
      e.printStackTrace(terminal.err());
    }
    return code;
  }

  private static String message(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      String message = e.getMessage();
      return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    }
    CommandLine commandLine = e.getCommandLine();
    String word = unmatched.getUnmatched().getFirst();
    if (unmatched.isUnknownOption()) {
      String name = word.replaceFirst("=.*", "");
      List<String> options = new ArrayList<>();
      commandLine.getCommandSpec().options().forEach(option -> options.add(option.longestName()));
      return "unknown option '" + name + "'" + near(name, options);
    }
    if (!commandLine.getSubcommands().isEmpty()) {
      List<String> commands = List.copyOf(commandLine.getSubcommands().keySet());
      return "unknown command '" + word + "'" + Nearest.hint(word, commands);
    }
    return "too many arguments: "
        + unmatched.getUnmatched().stream().collect(Collectors.joining(" "));
  }

  private static String near(String word, List<String> known) {
    return Nearest.to(word, known).map(it -> "; did you mean '" + it + "'?").orElse("");
  }
}
