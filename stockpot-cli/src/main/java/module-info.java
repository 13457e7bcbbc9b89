/// The `stockpot` command.
module dev.stockpot.cli {
  requires dev.stockpot.core;
  requires dev.stockpot.onnxruntime;
  requires dev.stockpot.report;
  requires info.picocli;
  requires jdk.management; // com.sun.management.OperatingSystemMXBean
  requires org.snakeyaml.engine.v2;

  opens dev.stockpot.cli to
      info.picocli;
  opens dev.stockpot.cli.options to
      info.picocli;
}
