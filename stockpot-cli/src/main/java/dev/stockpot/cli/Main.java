package dev.stockpot.cli;

import dev.stockpot.cli.options.Declared;
import dev.stockpot.cli.terminal.Capabilities;
import dev.stockpot.cli.terminal.Terminal;
import dev.stockpot.internal.io.Ending;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SequencedMap;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/// The `stockpot` command.
///
/// A new command is a class and a line in [#commands].
public final class Main implements Runnable {
  private final OptionSpec debug =
      OptionSpec.builder("--debug")
          .type(boolean.class)
          .scopeType(ScopeType.INHERIT)
          .description("Print stack traces, as STOCKPOT_DEBUG=1 does.")
          .build();
  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("stockpot");

  private Main() {}

  /// Runs the command and ends the process with its exit code.
  ///
  /// @param args as typed by the user
  public static void main(String[] args) {
    // Picocli looks for methods that read types which no option has.
    System.setProperty("picocli.converters.excludes", ".*");
    Capabilities can = Capabilities.of(System.getProperties(), System.getenv());
    Terminal terminal =
        new Terminal(
            new FileOutputStream(FileDescriptor.out),
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, can.errCharset()),
            can);
    // After Ctrl-C the shell's prompt should not stand behind a progress bar.
    Ending.add(terminal::clear);
    int code = run(terminal, System.getenv(), args);
    // System.exit looks in every jar for somebody who logs that; the JVM also ends with this
    // thread.
    if (code != 0 || Thread.activeCount() > 1) {
      System.exit(code);
    }
  }

  /// Runs the command.
  ///
  /// @return its exit code
  static int run(Terminal terminal, Map<String, String> environment, String... args) {
    Main main = new Main();
    boolean alwaysDebug = !environment.getOrDefault("STOCKPOT_DEBUG", "0").matches("|0");
    Failures failures = new Failures(terminal, () -> Declared.isSet(main.debug) || alwaysDebug);
    try {
      int code = main.commandLine(terminal, failures, args).execute(args);
      terminal.flush();
      return code;
    } catch (Throwable e) {
      // Picocli passes errors on, such as OutOfMemoryError.
      return failures.tell(e);
    }
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /// Every command by its name, in the order of the help.
  private static SequencedMap<String, Supplier<Object>> commands(Terminal terminal) {
    SequencedMap<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("demo", () -> new DemoCommand(terminal));
    commands.put("cook", () -> new CookCommand(terminal));
    commands.put("finetune", () -> new FinetuneCommand(terminal));
    commands.put("uniform", () -> new UniformCommand(terminal));
    commands.put("merge", () -> MergeCommand.of(terminal));
    commands.put("greedy", () -> new GreedyCommand(terminal));
    commands.put("learned", () -> new LearnedCommand(terminal));
    commands.put("recalibrate", () -> new RecalibrateCommand(terminal));
    commands.put("statistics", () -> new StatisticsCommand(terminal));
    commands.put("stock", () -> new StockCommand(terminal));
    commands.put("evaluate", () -> new EvaluateCommand(terminal));
    commands.put("interpolate", () -> new InterpolateCommand(terminal));
    commands.put("landscape", () -> new LandscapeCommand(terminal));
    commands.put("pairs", () -> new PairsCommand(terminal));
    commands.put("report", () -> new ReportCommand(terminal));
    commands.put("inspect", () -> new InspectCommand(terminal));
    commands.put("compare", () -> new CompareCommand(terminal));
    commands.put("verify", () -> new VerifyCommand(terminal));
    commands.put("convert", () -> new ConvertCommand(terminal));
    commands.put("extract-lora", () -> new ExtractLoraCommand(terminal));
    commands.put("miniatures", () -> new MiniaturesCommand(terminal));
    commands.put("warm-up", () -> new WarmUpCommand());
    return commands;
  }

  private CommandSpec declare() {
    spec.scopeType(ScopeType.INHERIT).versionProvider(new Version()).addOption(debug);
    spec.usageMessage()
        .sortOptions(false)
        .synopsisHeading("Usage: ")
        .descriptionHeading("%n")
        .parameterListHeading("%n")
        .optionListHeading("%nOptions:%n")
        .commandListHeading("%nCommands:%n")
        .footerHeading("%nExample:%n")
        .description("Turns fine-tuned checkpoints into one better model by averaging weights.")
        .footer("  stockpot inspect model.safetensors --stats");
    addHelp(spec);
    return spec;
  }

  /// Picocli's own are annotated fields.
  private static void addHelp(CommandSpec command) {
    command
        .addOption(
            OptionSpec.builder("-h", "--help")
                .type(boolean.class)
                .usageHelp(true)
                .description("Show this help message and exit.")
                .build())
        .addOption(
            OptionSpec.builder("-V", "--version")
                .type(boolean.class)
                .versionHelp(true)
                .description("Print version information and exit.")
                .build());
  }

  private CommandLine commandLine(Terminal terminal, Failures failures, String... args) {
    CommandLine commandLine = new CommandLine(declare());
    SequencedMap<String, Supplier<Object>> commands = commands(terminal);
    // To declare all commands, most by annotations, takes longer than a small merge: one may be
    // enough, or none.
    if (args.length > 0 && commands.containsKey(args[0])) {
      commands.keySet().retainAll(List.of(args[0]));
    } else if (List.of(args).equals(List.of("--version"))) {
      commands.clear();
    }
    for (Supplier<Object> command : commands.values()) {
      CommandLine subcommand = new CommandLine(command.get());
      addHelp(subcommand.getCommandSpec());
      commandLine.addSubcommand(subcommand);
    }
    return commandLine
        .setOut(new PrintWriter(terminal.printer(), true))
        .setColorScheme(
            Help.defaultColorScheme(terminal.can().colour() ? Help.Ansi.ON : Help.Ansi.OFF))
        .setUsageHelpWidth(Math.clamp(terminal.can().columns(), 60, 100))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false)
        .registerConverter(Path.class, Path::of)
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures);
  }

  /// The version the build wrote beside this class.
  static String version() {
    Properties properties = new Properties();
    try (InputStream in = Main.class.getResourceAsStream("build.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }

  /// For `--version`.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"stockpot " + version()};
    }
  }
}
