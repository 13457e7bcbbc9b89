package dev.stockpot.checkpoint;

import dev.stockpot.internal.pickle.Pickled;
import dev.stockpot.internal.pickle.Pickled.Call;
import dev.stockpot.internal.pickle.Pickled.Dict;
import dev.stockpot.internal.pickle.Pickled.Items;
import dev.stockpot.internal.pickle.Pickled.Text;
import dev.stockpot.internal.text.Excerpt;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/// The dictionary of a PyTorch file that holds the weights.
///
/// @param key path from the outermost dictionary, with dots; [#OUTERMOST] for that itself
/// @param tensors its values that are tensors, still as data
record PyTorchDictionary(String key, SequencedMap<String, Pickled> tensors) {
  /// The path of the outermost dictionary.
  static final String OUTERMOST = ".";

  /// What training scripts call the weights, innermost part of the path.
  private static final Set<String> WEIGHTS =
      Set.of(
          "state_dict",
          "model_state_dict",
          "model_state",
          "model_dict",
          "model",
          "module",
          "net",
          "network",
          "weights",
          "params",
          "ema",
          "ema_state_dict",
          "state_dict_ema",
          "model_ema",
          "ema_model",
          "params_ema",
          "teacher",
          "student");

  private static final int DEEPEST = 8;
  private static final int MOST_LISTED = 10;

  /// Finds the dictionary.
  ///
  /// @param root what the file holds
  /// @param key where the user says it is
  /// @throws CheckpointException if there is none, or several could be meant
  static PyTorchDictionary find(Path file, Pickled root, Optional<String> key) {
    if (PyTorchTensor.isTensor(root)) {
      throw CheckpointException.of(
          file, "holds a single tensor without a name; save a dictionary of tensors");
    }
    List<PyTorchDictionary> all = candidates(root);
    if (key.isPresent()) {
      return at(root, key.get())
          .map(entries -> new PyTorchDictionary(key.get(), tensorsIn(entries)))
          .filter(found -> !found.tensors().isEmpty())
          .orElseThrow(() ->
              CheckpointException.of(
                  file,
                  "no dictionary of tensors at key '"
                      + Excerpt.of(key.get())
                      + "'; "
                      + (all.isEmpty() ? "there is none" : "there are " + listed(all))));
    }
    List<PyTorchDictionary> named = all.stream().filter(PyTorchDictionary::isNamed).toList();
    List<PyTorchDictionary> meant = named.isEmpty() ? all : named;
    if (meant.size() == 1) {
      return meant.getFirst();
    }
    if (meant.isEmpty()) {
      return empty(file, root);
    }
    throw CheckpointException.of(
        file, "several dictionaries hold tensors: " + listed(meant) + "; choose one with --key");
  }

  private static PyTorchDictionary empty(Path file, Pickled root) {
    Optional<SequencedMap<String, Pickled>> entries = entries(root);
    if (entries.isPresent() && entries.get().isEmpty()) {
      return new PyTorchDictionary(OUTERMOST, entries.get());
    }
    throw CheckpointException.of(
        file,
        "holds no dictionary of tensors"
            + entries
                .map(found -> ", only " + Excerpt.of(String.join(", ", found.keySet())))
                .orElse(""));
  }

  private boolean isNamed() {
    return WEIGHTS.contains(key.substring(key.lastIndexOf('.') + 1));
  }

  private static String listed(List<PyTorchDictionary> dictionaries) {
    String list =
        dictionaries.stream()
            .limit(MOST_LISTED)
            .map(each -> "'" + Excerpt.of(each.key()) + "' (" + each.tensors().size() + ")")
            .collect(Collectors.joining(", "));
    int more = dictionaries.size() - MOST_LISTED;
    return more > 0 ? list + " and " + more + " more" : list;
  }

  /// A dictionary on the way to others.
  private record Visit(String path, int depth, SequencedMap<String, Pickled> entries) {}

  /// Every dictionary with tensors that texts lead to, the outermost first, each once.
  private static List<PyTorchDictionary> candidates(Pickled root) {
    List<PyTorchDictionary> found = new ArrayList<>();
    Set<Pickled> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Queue<Visit> queue = new ArrayDeque<>();
    seen.add(root);
    entries(root).ifPresent(entries -> queue.add(new Visit(OUTERMOST, 0, entries)));
    while (!queue.isEmpty()) {
      Visit visit = queue.remove();
      PyTorchDictionary dictionary =
          new PyTorchDictionary(visit.path(), tensorsIn(visit.entries()));
      if (!dictionary.tensors().isEmpty()) {
        found.add(dictionary);
      }
      for (Map.Entry<String, Pickled> entry : visit.entries().entrySet()) {
        // An optimizer's state has the shapes of the weights, but is none.
        if (visit.depth() < DEEPEST && !entry.getKey().startsWith("optim")) {
          enqueue(visit, entry, seen, queue);
        }
      }
    }
    return found;
  }

  private static void enqueue(
      Visit visit, Map.Entry<String, Pickled> entry, Set<Pickled> seen, Queue<Visit> queue) {
    Optional<SequencedMap<String, Pickled>> inner = entries(entry.getValue());
    if (inner.isPresent() && seen.add(entry.getValue())) {
      String path = visit.depth() == 0 ? entry.getKey() : visit.path() + "." + entry.getKey();
      queue.add(new Visit(path, visit.depth() + 1, inner.get()));
    }
  }

  /// The dictionary at a path; keys may have dots themselves.
  private static Optional<SequencedMap<String, Pickled>> at(Pickled value, String path) {
    Optional<SequencedMap<String, Pickled>> entries = entries(value);
    if (path.equals(OUTERMOST) || entries.isEmpty()) {
      return entries;
    }
    for (Map.Entry<String, Pickled> entry : entries.get().entrySet()) {
      String key = entry.getKey();
      Optional<SequencedMap<String, Pickled>> found = Optional.empty();
      if (path.equals(key)) {
        found = entries(entry.getValue());
      } else if (!key.isEmpty() && path.startsWith(key + ".")) {
        found = at(entry.getValue(), path.substring(key.length() + 1));
      }
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static SequencedMap<String, Pickled> tensorsIn(SequencedMap<String, Pickled> entries) {
    SequencedMap<String, Pickled> tensors = new LinkedHashMap<>();
    entries.forEach((name, value) -> {
      if (PyTorchTensor.isTensor(value)) {
        tensors.put(name, value);
      }
    });
    return tensors;
  }

  /// The entries under texts of a dictionary, ordered or not.
  private static Optional<SequencedMap<String, Pickled>> entries(Pickled value) {
    return switch (value) {
      case Dict dict -> Optional.of(dict.texts());
      case Call call when call.isTo(PyTorchTypes.ORDERED_DICT) -> {
        SequencedMap<String, Pickled> entries = new LinkedHashMap<>();
        // Python 2 hands the entries over when it makes the dictionary.
        call.arguments().stream()
            .filter(Items.class::isInstance)
            .flatMap(pairs -> ((Items) pairs).items().stream())
            .forEach(pair -> putPair(entries, pair));
        entries.putAll(call.entries().texts());
        yield Optional.of(entries);
      }
      default -> Optional.empty();
    };
  }

  private static void putPair(SequencedMap<String, Pickled> entries, Pickled pair) {
    if (pair instanceof Items items
        && items.items().size() == 2
        && items.items().getFirst() instanceof Text(String key)) {
      entries.put(key, items.items().getLast());
    }
  }
}
