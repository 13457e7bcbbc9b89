import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Checks or restores the format of every source file: Java by google-java-format; other texts have
/// no trailing blanks and end with one newline.
///
/// The build runs it with JDK 25 because the formatter needs a newer Java than Maven may run on.
/// `mvn verify` checks, `mvn -N -Pformat process-sources` formats.
final class Format {
  private static final Set<String> SKIPPED_FOLDERS = Set.of("target", "node_modules");
  private static final Set<String> TEXTS = Set.of("md", "xml", "yml", "yaml", "sh");

  private Format() {}

  /// Formats.
  ///
  /// @param args `check` or `apply`, then the root folder
  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    Path root = Path.of(args[1]);
    List<Path> javaFiles = new ArrayList<>();
    List<Path> unclean = new ArrayList<>();
    for (Path file : files(root)) {
      String extension = file.toString().substring(file.toString().lastIndexOf('.') + 1);
      if (extension.equals("java")) {
        javaFiles.add(file);
      } else if (TEXTS.contains(extension) && !isClean(file, apply)) {
        unclean.add(file);
      }
    }
    unclean.forEach(System.out::println);
    boolean javaIsClean = javaFiles.isEmpty() || googleJavaFormat(javaFiles, apply) == 0;
    if (!apply && (!unclean.isEmpty() || !javaIsClean)) {
      System.out.println("Not formatted: the files above. Run: mvn -N -Pformat process-sources");
    }
    System.exit(javaIsClean && (apply || unclean.isEmpty()) ? 0 : 1);
  }

  private static List<Path> files(Path root) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean hidden = name.startsWith(".") && !name.equals(".github");
            boolean skipped = !folder.equals(root) && (hidden || SKIPPED_FOLDERS.contains(name));
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files.add(file);
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return files;
  }

  private static int googleJavaFormat(List<Path> files, boolean apply) throws Exception {
    Stream<String> mode =
        apply ? Stream.of("--replace") : Stream.of("--dry-run", "--set-exit-if-changed");
    String[] arguments =
        Stream.concat(mode, files.stream().map(Path::toString)).toArray(String[]::new);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    int code = new Main(out, out, System.in).format(arguments);
    out.flush();
    return code;
  }

  private static boolean isClean(Path file, boolean apply) throws IOException {
    String text = Files.readString(file);
    String clean = text.replaceAll("[ \t\r]+(?=\n|$)", "").stripTrailing() + "\n";
    if (apply && !clean.equals(text)) {
      Files.writeString(file, clean);
    }
    return clean.equals(text);
  }
}
