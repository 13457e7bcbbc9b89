package dev.stockpot.internal.pickle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// A value of a pickle, as data.
///
/// Values may be shared and may hold themselves, so they are compared by identity and must never be
/// walked without a bound.
public sealed interface Pickled {

  /// The name of a class or function, which is never looked up.
  record Global(String module, String name) implements Pickled {

    /// As Python writes it: `torch.FloatStorage`.
    public String dotted() {
      return module + "." + name;
    }
  }

  /// A truth value.
  record Bool(boolean value) implements Pickled {}

  /// An integer of at most 64 bits.
  record Int(long value) implements Pickled {}

  /// Text.
  record Text(String value) implements Pickled {}

  /// Something that lies outside the pickle.
  ///
  /// @param id what it is known by
  record Persistent(Pickled id) implements Pickled {}

  /// What nobody here needs: None, a real number, bytes, an integer beyond 64 bits.
  enum Other implements Pickled {
    OTHER
  }

  /// A list, tuple or set.
  final class Items implements Pickled {
    /// The tuple of nothing.
    static final Items EMPTY_TUPLE = tuple(List.of());

    private final List<Pickled> items;

    private Items(List<Pickled> items) {
      this.items = items;
    }

    static Items tuple(List<Pickled> items) {
      return new Items(items);
    }

    static Items list(List<Pickled> items) {
      return new Items(new ArrayList<>(items));
    }

    /// Adds members, or returns false if it is a tuple.
    boolean add(List<Pickled> more) {
      if (!(items instanceof ArrayList<Pickled> list)) {
        return false;
      }
      list.addAll(more);
      return true;
    }

    /// The members in order.
    public List<Pickled> items() {
      return Collections.unmodifiableList(items);
    }
  }

  /// A dictionary.
  final class Dict implements Pickled {
    // Pairs of key and value in turn. No hash table: the hash of a shared key can take for ever.
    private List<Pickled> pairs = List.of();

    Dict() {}

    void add(List<Pickled> more) {
      if (pairs.isEmpty()) {
        pairs = new ArrayList<>(more.size());
      }
      pairs.addAll(more);
    }

    /// The values under keys that are texts, in the order of Python: where a key was first set, the
    /// value that was set last.
    public SequencedMap<String, Pickled> texts() {
      SequencedMap<String, Pickled> texts = new LinkedHashMap<>();
      for (int i = 0; i < pairs.size(); i += 2) {
        if (pairs.get(i) instanceof Text(String key)) {
          texts.put(key, pairs.get(i + 1));
        }
      }
      return texts;
    }
  }

  /// What a function or class would return, if it were called.
  ///
  /// @param function what would be called
  /// @param arguments what it would be given
  /// @param entries what was set on the result, as on a dictionary
  record Call(Pickled function, List<Pickled> arguments, Dict entries) implements Pickled {

    /// Whether a global of that name would be called.
    public boolean isTo(String dotted) {
      return function instanceof Global global && global.dotted().equals(dotted);
    }
  }
}
