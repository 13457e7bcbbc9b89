package dev.stockpot.lora;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.text.Excerpt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which of an adapter's tensors goes to which of a base.
///
/// @param updates by the base's tensor
/// @param whole the adapter's tensors that take the base's place, by the base's tensor
record Binding(Map<String, Update> updates, Map<String, TensorSpec> whole) {

  /// How a weight is adapted.
  ///
  /// @param transposed whether the weight's rows are A's columns
  record Update(LowRank lowRank, boolean transposed) {}

  /// Binds by names and shapes.
  ///
  /// @throws CheckpointException listing everything that does not fit
  static Binding of(Adapter adapter, Checkpoint base) {
    Map<String, Update> updates = new LinkedHashMap<>();
    Map<String, TensorSpec> whole = new LinkedHashMap<>();
    List<CheckpointException> faults = new ArrayList<>();
    adapter
        .whole()
        .forEach((name, spec) -> {
          try {
            TensorSpec target = find(adapter, base, spec, name);
            checkWhole(adapter, base, spec, target);
            TensorSpec before = whole.putIfAbsent(target.name(), spec);
            if (before != null) {
              throw fault(adapter, spec, twice(target, base, before));
            }
          } catch (CheckpointException e) {
            faults.add(e);
          }
        });
    adapter
        .modules()
        .forEach((module, lowRank) -> {
          try {
            TensorSpec target = find(adapter, base, lowRank.a(), module + ".weight");
            Update update = update(adapter, base, lowRank, target);
            Update before = updates.putIfAbsent(target.name(), update);
            if (before != null) {
              throw fault(adapter, lowRank.a(), twice(target, base, before.lowRank().a()));
            }
          } catch (CheckpointException e) {
            faults.add(e);
          }
        });
    if (!faults.isEmpty()) {
      throw CheckpointException.all(adapter.path() + ": does not fit its base", faults);
    }
    return new Binding(updates, whole);
  }

  /// The base's tensor of that name, or the one that differs by what its model's class puts in
  /// front: `transformer.h.0.mlp` of the adapter is `h.0.mlp` in a file of the inner model.
  private static TensorSpec find(Adapter adapter, Checkpoint base, TensorSpec own, String name) {
    TensorSpec exact = base.tensors().get(name);
    if (exact != null) {
      return exact;
    }
    int dot = name.indexOf('.');
    TensorSpec inner = base.tensors().get(name.substring(dot + 1));
    if (inner != null && name.indexOf('.', dot + 1) >= 0) {
      return inner;
    }
    List<TensorSpec> outer =
        base.tensors().values().stream()
            .filter(spec -> spec.name().endsWith("." + name))
            .limit(2)
            .toList();
    if (outer.size() == 1) {
      return outer.getFirst();
    }
    throw fault(
        adapter,
        own,
        "adapts '"
            + Excerpt.of(name)
            + "', which is not in "
            + base.path()
            + (name.equals("lm_head.weight")
                ? "; where config.json has tie_word_embeddings it is the embedding itself"
                : "; is that the adapter's base?"));
  }

  private static void checkWhole(
      Adapter adapter, Checkpoint base, TensorSpec own, TensorSpec target) {
    if (!own.shape().equals(target.shape())) {
      throw fault(
          adapter,
          own,
          "shape "
              + own.shape()
              + " differs from "
              + target.shape()
              + " of '"
              + Excerpt.of(target.name())
              + "' in "
              + base.path()
              + ", whose place it takes");
    }
    if (own.dtype() != target.dtype() && !(own.dtype().isFloat() && target.dtype().isFloat())) {
      throw fault(
          adapter,
          own,
          "dtype " + own.dtype() + " differs from " + target.dtype() + " in " + base.path());
    }
  }

  private static Update update(
      Adapter adapter, Checkpoint base, LowRank lowRank, TensorSpec target) {
    if (!target.dtype().isFloat()) {
      throw fault(
          adapter,
          lowRank.a(),
          "adapts '"
              + Excerpt.of(target.name())
              + "', which is "
              + target.dtype()
              + " in "
              + base.path()
              + "; give the base unquantised, in a float type");
    }
    List<Long> shape = target.shape();
    boolean straight =
        switch (lowRank.kind()) {
          case LINEAR -> shape.equals(List.of(lowRank.out(), lowRank.in()));
          case EMBEDDING -> false;
          case CONVOLUTION ->
              !shape.isEmpty()
                  && shape.getFirst() == lowRank.out()
                  && shape
                      .subList(1, shape.size())
                      .equals(lowRank.a().shape().subList(1, lowRank.a().shape().size()));
        };
    boolean across =
        switch (lowRank.kind()) {
          case LINEAR, EMBEDDING -> shape.equals(List.of(lowRank.in(), lowRank.out()));
          case CONVOLUTION -> false;
        };
    // PEFT's flag is one for all modules, yet what it does goes by the module's class: only where
    // the shape leaves both does the flag decide.
    Optional<Boolean> transposed =
        straight && across
            ? Optional.of(adapter.config().fanInFanOut())
            : straight || across ? Optional.of(across) : Optional.empty();
    return new Update(
        lowRank,
        transposed.orElseThrow(() ->
            fault(
                adapter,
                lowRank.a(),
                "B·A is %s × %s, but '%s' has shape %s in %s"
                    .formatted(
                        lowRank.out(),
                        lowRank.in(),
                        Excerpt.of(target.name()),
                        shape,
                        base.path()))));
  }

  private static String twice(TensorSpec target, Checkpoint base, TensorSpec before) {
    return "goes to '%s' in %s, as '%s' does"
        .formatted(Excerpt.of(target.name()), base.path(), Excerpt.of(before.name()));
  }

  private static CheckpointException fault(Adapter adapter, TensorSpec own, String what) {
    return CheckpointException.of(adapter.tensors().path(), own.name(), what);
  }
}
