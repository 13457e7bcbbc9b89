import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// Rewrites the classes of a jar in today's class-file format, with the stack maps that it asks
/// for; their code stays as it is.
///
/// The JVM's cache of loaded classes leaves out those that are older than Java 6, and verifies them
/// the slow way at each start. The build runs this on picocli, whose classes are of Java 5.
final class Renew {
  private static final ClassTransform RENEWED =
      ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
          .andThen((builder, element) -> {
            if (element instanceof ClassFileVersion) {
              builder.withVersion(ClassFile.latestMajorVersion(), 0);
            } else {
              builder.with(element);
            }
          });

  private Renew() {}

  /// Renews.
  ///
  /// @param args the jar, which is replaced
  public static void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    ClassFile format = format(entries);
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        ZipEntry renewed = new ZipEntry(entry.getKey());
        renewed.setTime(0); // the same bytes from every build
        out.putNextEntry(renewed);
        out.write(
            isClass(entry.getKey())
                ? format.transformClass(format.parse(entry.getValue()), RENEWED)
                : entry.getValue());
      }
    }
  }

  private static boolean isClass(String name) {
    return name.endsWith(".class") && !name.endsWith("module-info.class");
  }

  private static ClassFile format(Map<String, byte[]> entries) {
    ClassHierarchyResolver resolver =
        ClassHierarchyResolver.ofResourceParsing(
                description -> {
                  String descriptor = description.descriptorString();
                  String name = descriptor.substring(1, descriptor.length() - 1) + ".class";
                  byte[] own = entries.get(name);
                  return own == null
                      ? ClassLoader.getSystemResourceAsStream(name)
                      : new ByteArrayInputStream(own);
                })
            .cached();
    return ClassFile.of(
        ClassHierarchyResolverOption.of(resolver),
        StackMapsOption.GENERATE_STACK_MAPS,
        ConstantPoolSharingOption.NEW_POOL);
  }
}
