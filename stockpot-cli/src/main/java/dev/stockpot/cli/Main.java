package dev.stockpot.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// The `stockpot` command.
@Command(
    name = "stockpot",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Averages the weights of fine-tuned checkpoints.")
public final class Main implements Runnable {

  private Main() {}

  /// Runs the command and ends the process with its exit code.
  ///
  /// @param args as typed by the user
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }

  /// The version the build wrote beside this class.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
      Properties properties = new Properties();
      try (InputStream in = Main.class.getResourceAsStream("build.properties")) {
        properties.load(in);
      }
      return new String[] {"stockpot " + properties.getProperty("version")};
    }
  }
}
