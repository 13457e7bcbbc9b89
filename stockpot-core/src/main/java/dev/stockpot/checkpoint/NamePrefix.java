package dev.stockpot.checkpoint;

import java.util.Collection;
import java.util.List;

/// What training puts before the names of all tensors: wrappers that hold a model as a part.
public final class NamePrefix {
  /// `DataParallel`, a module within a task's module, `torch.compile`.
  private static final List<String> WRAPPERS = List.of("module.", "model.", "_orig_mod.");

  private NamePrefix() {}

  /// The wrappers' names, one or several, that every name begins with; empty if there is none.
  public static String common(Collection<String> names) {
    String prefix = "";
    while (!names.isEmpty()) {
      String so = prefix;
      List<String> more =
          WRAPPERS.stream()
              .filter(wrapper -> names.stream().allMatch(name -> name.startsWith(so + wrapper)))
              .toList();
      if (more.isEmpty()) {
        break;
      }
      prefix += more.getFirst();
    }
    return prefix;
  }
}
