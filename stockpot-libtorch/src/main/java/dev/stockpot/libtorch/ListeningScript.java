package dev.stockpot.libtorch;

import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Argument;
import org.bytedeco.pytorch.Block;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.FunctionSchema;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Method;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;

/// A script whose linear layers tell what they see: a copy of its graph, with a piece put before
/// each that tells it.
///
/// A linear layer is a product of something and a transposed matrix. Operations that do several
/// layers at once are not looked into.
final class ListeningScript implements AutoCloseable {
  private final JitModule module;
  private final CompilationUnit unit;
  private final Function function;

  /// @param module stays open as long
  ListeningScript(JitModule module) {
    this.module = module;
    try (PointerScope _ = new PointerScope()) {
      Graph graph = module.get_method("forward").graph().copy();
      ValueVector places = new ValueVector();
      for (long i = 2; i < LinearInputs.graph().inputs().size(); i++) {
        places.push_back(graph.addInput().setType(LinearInputs.graph().inputs().get(i).type()));
      }
      listen(graph, graph.block(), places);
      unit = new CompilationUnit().retainReference();
      function = unit.create_function(new QualifiedName("forward"), graph).retainReference();
    }
  }

  /// Runs the script; what it gives is let go.
  void run(List<Tensor> values, LinearInputs inputs) {
    IValueVector arguments = new IValueVector(new IValue(module._ivalue()));
    values.forEach(value -> arguments.push_back(new IValue(value)));
    Method forward = module.get_method("forward");
    FunctionSchema schema = forward.function().getSchema();
    for (long i = arguments.size(); i < forward.num_inputs(); i++) {
      Argument argument = schema.arguments().getPointer(i);
      arguments.push_back(argument.default_value().get());
    }
    inputs.arguments().forEach(arguments::push_back);
    function.apply(arguments);
  }

  @Override
  public void close() {
    function.close();
    unit.close();
  }

  private static void listen(Graph graph, Block block, ValueVector places) {
    long end = block.return_node().address();
    for (JitNode node = block.nodes().front(); node.address() != end; node = node.next()) {
      switch (kind(node)) {
        case "aten::linear" -> tell(graph, node, node.input(0), node.input(1), places);
        case "aten::matmul", "aten::mm" -> product(graph, node, 0, places);
        case "aten::addmm" -> product(graph, node, 1, places);
        default -> {}
      }
      for (long i = 0; i < node.blocks().size(); i++) {
        listen(graph, node.blocks().get(i), places);
      }
    }
  }

  private static void product(Graph graph, JitNode node, long left, ValueVector places) {
    transposed(node.input(left + 1).node())
        .ifPresent(weight -> tell(graph, node, node.input(left), weight, places));
  }

  /// The matrix that a node transposes.
  private static Optional<Value> transposed(JitNode node) {
    return switch (kind(node)) {
      case "aten::t", "aten::transpose", "aten::numpy_T" -> Optional.of(node.input(0));
      default -> Optional.empty();
    };
  }

  private static void tell(Graph graph, JitNode before, Value x, Value weight, ValueVector places) {
    ValueVector values = new ValueVector(x, weight);
    for (long i = 0; i < places.size(); i++) {
      values.push_back(places.get(i));
    }
    graph.setInsertPoint(before);
    torch.insertGraph(graph, LinearInputs.graph(), values);
  }

  private static String kind(JitNode node) {
    return node.kind().toQualString().getString();
  }
}
