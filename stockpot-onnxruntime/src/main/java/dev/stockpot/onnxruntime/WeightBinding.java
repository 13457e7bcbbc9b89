package dev.stockpot.onnxruntime;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Onnx;
import dev.stockpot.checkpoint.OnnxGraph;
import dev.stockpot.checkpoint.OnnxInitializer;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.checkpoint.ValueBinding;
import dev.stockpot.checkpoint.Widening;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.EvaluatorSpec;
import dev.stockpot.eval.Names;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which tensor of a checkpoint fills which initializer of a graph: the one of the same name.
///
/// @param filled dtype per name in the graph; the checkpoint's is that or one it widens from
///   exactly
/// @param notes what the user may want to know
record WeightBinding(SequencedMap<String, DType> filled, List<String> notes) {
  /// ONNX Runtime's Java API takes buffers up to this size.
  private static final long MAX_BYTES = Integer.MAX_VALUE - 8L;

  private static final Pattern EXPORTER_NAME = Pattern.compile("onnx::.*|val_.*");
  private static final Pattern BATCH_NORM = Pattern.compile("(.*\\.)?running_(mean|var)");

  WeightBinding {
    notes = List.copyOf(notes);
  }

  /// Compares a graph with a checkpoint.
  ///
  /// @param constants names (globs with `*`) of initializers that keep the graph's value
  /// @throws EvaluationException listing everything that does not fit
  static WeightBinding of(OnnxGraph graph, List<String> constants, Checkpoint weights) {
    Predicate<String> constant = Names.globs(constants);
    Map<String, TensorSpec> tensors = weights.tensors();
    TreeMap<String, DType> filled = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    List<String> kept = new ArrayList<>();
    List<String> different = new ArrayList<>();
    for (OnnxInitializer initializer : graph.initializers().values()) {
      String name = initializer.name();
      TensorSpec tensor = tensors.get(name);
      if (tensor == null) {
        if (initializer.dtype().filter(DType::isFloat).isEmpty()) {
          kept.add(name);
        } else if (!constant.test(name)) {
          missing.add(name);
        }
      } else if (constant.test(name)) {
        different.add(
            "tensor '" + name + "': is listed under constants:, which keeps the graph's own value");
      } else {
        difference(initializer, tensor)
            .ifPresentOrElse(
                what -> different.add("tensor '" + name + "': " + what),
                () -> filled.put(name, initializer.dtype().orElseThrow()));
      }
    }
    List<TensorSpec> spare =
        tensors.values().stream()
            .filter(tensor -> !graph.initializers().containsKey(tensor.name()))
            .toList();
    List<String> extra =
        spare.stream().filter(tensor -> tensor.dtype().isFloat()).map(TensorSpec::name).toList();
    if (!missing.isEmpty() || !extra.isEmpty() || !different.isEmpty()) {
      throw new EvaluationException(
          Stream.of(
                  Stream.of(graph.path() + " does not fit the tensors of " + weights.path() + ":"),
                  lines(missing, name -> "initializer '" + name + "': no tensor of that name"),
                  lines(extra, name -> "tensor '" + name + "': no initializer of that name"),
                  lines(different, line -> line),
                  advice(missing, extra, false))
              .flatMap(stream -> stream)
              .collect(Collectors.joining("\n")));
    }
    List<String> notes = new ArrayList<>();
    Names.note(graph.path() + ": initializers that no tensor fills keep the graph's value", kept)
        .ifPresent(notes::add);
    for (DType.Kind kind : List.of(DType.Kind.INTEGER, DType.Kind.RAW)) {
      Names.note(
              weights.path()
                  + (kind == DType.Kind.INTEGER ? ": integer" : ": raw")
                  + " tensors that the graph does not take",
              spare.stream()
                  .filter(tensor -> tensor.dtype().kind() == kind)
                  .map(TensorSpec::name)
                  .toList())
          .ifPresent(notes::add);
    }
    return new WeightBinding(filled, notes);
  }

  /// What fills which initializer of a graph by the values of the checkpoint it was exported from.
  ///
  /// @throws EvaluationException listing every float initializer and every float tensor for which
  ///   the values do not tell
  static ValueBinding byValue(EvaluatorSpec.Network network, Path base) {
    try (Checkpoint graph = new Onnx().open(network.graph());
        Checkpoint exported = Checkpoints.open(base)) {
      ValueBinding binding = ValueBinding.of(graph, exported, Names.globs(network.constants()));
      if (!binding.faults().isEmpty()) {
        throw new EvaluationException(
            Stream.of(
                    Stream.of(
                        graph.path()
                            + ": the values of "
                            + base
                            + " do not tell what fills every initializer:"),
                    lines(binding.faults(), line -> line),
                    advice(
                        List.copyOf(binding.unfilled().keySet()),
                        List.copyOf(binding.unused().keySet()),
                        true))
                .flatMap(stream -> stream)
                .collect(Collectors.joining("\n")));
      }
      return binding;
    }
  }

  private static Optional<String> difference(OnnxInitializer initializer, TensorSpec tensor) {
    if (!tensor.shape().equals(initializer.shape())) {
      return Optional.of(
          "shape " + tensor.shape() + " differs from " + initializer.shape() + " in the graph");
    }
    if (initializer.dtype().isEmpty()) {
      return Optional.of("the graph has elements of ONNX type " + initializer.type() + " there");
    }
    DType wanted = initializer.dtype().get();
    if (OnnxTypes.runtimeType(wanted).isEmpty()) {
      return Optional.of("ONNX Runtime's Java API cannot fill initializers of type " + wanted);
    }
    if (tensor.dtype() != wanted && !Widening.isExact(tensor.dtype(), wanted)) {
      return Optional.of(
          tensor.dtype().isFloat() && wanted.isFloat()
              ? tensor.dtype()
                  + " does not fit into the graph's "
                  + wanted
                  + " without rounding; write the checkpoint with --out-dtype "
                  + wanted
              : "is " + tensor.dtype() + ", but the graph has " + wanted + " there");
    }
    long bytes = tensor.withDType(wanted).bytes();
    if (bytes > MAX_BYTES) {
      return Optional.of(
          "takes "
              + bytes
              + " bytes as "
              + wanted
              + "; ONNX Runtime's Java API takes at most "
              + MAX_BYTES);
    }
    return Optional.empty();
  }

  private static Stream<String> lines(List<String> items, UnaryOperator<String> line) {
    return items.stream().map(item -> "  " + line.apply(item));
  }

  private static Stream<String> advice(List<String> missing, List<String> extra, boolean byValue) {
    if (missing.isEmpty() && extra.isEmpty()) {
      return Stream.empty();
    }
    List<String> advice = new ArrayList<>();
    if (extra.stream().anyMatch(BATCH_NORM.asMatchPredicate())) {
      advice.add("The exporter folded BatchNorm into other weights; that cannot be undone here.");
    }
    if (missing.stream().anyMatch(EXPORTER_NAME.asMatchPredicate())) {
      advice.add(
          "The exporter renamed or folded weights."
              + (byValue
                  ? ""
                  : " Those it only renamed or transposed are found by value: name the checkpoint"
                      + " it exported under evaluator: bind:."));
    }
    advice.add(
        "Export the model so that initializers keep the checkpoint's names: torch.onnx.export(...,"
            + " dynamo=True, optimize=False), or the legacy exporter with"
            + " do_constant_folding=False.");
    if (!missing.isEmpty()) {
      advice.add(
          "An initializer that is the graph's own constant can be listed under evaluator:"
              + " constants: ["
              + missing.getFirst()
              + "].");
    }
    return advice.stream();
  }
}
