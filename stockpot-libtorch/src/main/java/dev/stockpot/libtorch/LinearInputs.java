package dev.stockpot.libtorch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.GraphFunction;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What a network's linear layers see as it runs: XᵀX over the rows of their inputs, in float64, by
/// the name of the layer's weight.
///
/// A layer is known by the parameter that it multiplies by, whatever it is called and however the
/// network comes to it. A weight that is used several times has the sum over its uses.
final class LinearInputs implements AutoCloseable {
  /// A script, since it goes into the graphs of scripts. `rows` counts rows by weight; there are no
  /// sums where nothing is summed.
  private static final String SEE =
      """
      def see(x: Tensor, weight: Tensor, weights: List[Tensor], sums: List[Tensor], rows: Tensor):
          for i in range(len(weights)):
              if weight is weights[i]:
                  seen = x.detach().to(rows).reshape([-1, weight.size(1)])
                  rows[i] += seen.size(0)
                  if len(sums) > 0:
                      if sums[i].numel() == 0:
                          sums[i] = torch.mm(seen.t(), seen)
                      else:
                          sums[i].addmm_(seen.t(), seen)
      """;

  private final List<String> names = new ArrayList<>();
  private final List<Tensor> matrices = new ArrayList<>();
  private final IValue weights;
  private final IValue sums;
  private final IValue rows;

  private LinearInputs(SequencedMap<String, Tensor> parameters, boolean isSumming) {
    parameters.forEach((name, parameter) -> {
      if (parameter.dim() == 2) {
        names.add(name);
        matrices.add(parameter);
      }
    });
    try (PointerScope _ = new PointerScope()) {
      weights = list(matrices).retainReference();
      sums =
          list(isSumming ? matrices.stream().map(_ -> zeros(0)).toList() : List.of())
              .retainReference();
      rows = new IValue(zeros(names.size())).retainReference();
    }
  }

  /// Only counts.
  ///
  /// @param parameters of the network
  static LinearInputs counting(SequencedMap<String, Tensor> parameters) {
    return new LinearInputs(parameters, false);
  }

  /// Sums up.
  ///
  /// @param parameters of the network
  static LinearInputs summing(SequencedMap<String, Tensor> parameters) {
    return new LinearInputs(parameters, true);
  }

  /// A layer runs.
  ///
  /// @param x `[…, in]`
  /// @param weight `[out, in]`; counts if it is a parameter
  void see(Tensor x, Tensor weight) {
    IValueVector arguments = new IValueVector(new IValue(x), new IValue(weight));
    arguments().forEach(arguments::push_back);
    Script.FUNCTION.apply(arguments);
  }

  /// What [#see] does, as a graph of x, the weight, and what [#arguments] gives.
  static Graph graph() {
    return Script.FUNCTION.graph();
  }

  /// What the graph adds to.
  List<IValue> arguments() {
    return List.of(weights, sums, rows);
  }

  /// Widths of the inputs that were seen, by the weight's name.
  SequencedMap<String, Long> widths() {
    SequencedMap<String, Long> widths = new LinkedHashMap<>();
    try (PointerScope _ = new PointerScope()) {
      float[] counts = Tensors.floats(rows.toTensor());
      for (int i = 0; i < counts.length; i++) {
        if (counts[i] > 0) {
          widths.put(names.get(i), matrices.get(i).size(1));
        }
      }
    }
    return widths;
  }

  /// XᵀX of what was seen, by the weight's name: float64; until this is closed, or sees more.
  SequencedMap<String, MemorySegment> sums() {
    SequencedMap<String, MemorySegment> found = new LinkedHashMap<>();
    try (PointerScope _ = new PointerScope()) {
      TensorVector all = sums.toTensorVector();
      for (int i = 0; i < names.size(); i++) {
        long bytes = Double.BYTES * all.get(i).numel();
        if (bytes > 0) {
          found.put(names.get(i), TensorFiles.memory(all.get(i), bytes));
        }
      }
    }
    return found;
  }

  @Override
  public void close() {
    arguments().forEach(IValue::close);
  }

  private static IValue list(List<Tensor> tensors) {
    GenericList list = new GenericList(new TensorList().elementType());
    tensors.forEach(tensor -> list.push_back(new IValue(tensor)));
    return new IValue(list);
  }

  private static Tensor zeros(long size) {
    return torch.zeros(
        new long[] {size}, new TensorOptions().dtype(new ScalarTypeOptional(ScalarType.Double)));
  }

  /// Compiled when it is first needed.
  private static final class Script {
    static final CompilationUnit UNIT = torch.compile(SEE).retainReference();
    static final GraphFunction FUNCTION =
        new GraphFunction(UNIT.get_function(new QualifiedName("see"))).retainReference();
  }
}
