package dev.stockpot.libtorch;

import dev.stockpot.eval.EvaluationException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Argument;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.FunctionSchema;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.NamedTensor;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.named_buffer_iterator;
import org.bytedeco.pytorch.named_buffer_list;
import org.bytedeco.pytorch.named_parameter_iterator;
import org.bytedeco.pytorch.named_parameter_list;

/// A network that PyTorch saved as TorchScript, from `torch.jit.script` or `torch.jit.trace`.
final class TorchScript implements TorchNetwork {
  private final Path path;
  private final JitModule module;
  private final SequencedMap<String, Tensor> parameters;
  private final SequencedMap<String, Tensor> buffers;
  private final List<String> inputs;
  private Optional<ListeningScript> listening = Optional.empty();

  private TorchScript(Path path, JitModule module) {
    this.path = path;
    this.module = module;
    parameters = Collections.unmodifiableSequencedMap(parameters(module));
    buffers = Collections.unmodifiableSequencedMap(buffers(module));
    inputs = inputs(module);
  }

  /// Opens a file.
  ///
  /// @throws EvaluationException if it is none that libtorch reads
  static TorchScript open(Path path) {
    Libtorch.load();
    // Calls are replaced by what they do, so that the graph shows every operation (for this
    // thread).
    torch.getInlineEverythingMode().put(true);
    try {
      JitModule module = torch.load(path.toString());
      module.eval();
      return new TorchScript(path, module);
    } catch (RuntimeException e) {
      throw new EvaluationException(
          path
              + ": is no TorchScript file that libtorch reads ("
              + Libtorch.reason(e)
              + "); save the model by torch.jit.script(model).save(path)",
          e);
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public SequencedMap<String, Tensor> parameters() {
    return parameters;
  }

  @Override
  public SequencedMap<String, Tensor> buffers() {
    return buffers;
  }

  @Override
  public List<String> inputs() {
    return inputs;
  }

  @Override
  public Tensor forward(List<Tensor> values) {
    IValue output;
    try {
      output =
          module.forward(new IValueVector(values.stream().map(IValue::new).toArray(IValue[]::new)));
    } catch (RuntimeException e) {
      throw new EvaluationException(path + ": " + Libtorch.reason(e), e);
    }
    if (output.isTuple() && output.toTuple().size() > 0) {
      output = output.toTuple().elements().get(0);
    }
    if (!output.isTensor()) {
      throw new EvaluationException(
          path
              + ": gives neither a tensor nor a tuple that begins with one; wrap the model so that"
              + " forward returns its logits");
    }
    return output.toTensor();
  }

  @Override
  public void listen(List<Tensor> values, LinearInputs to) {
    // Without gradients scripts take shortcuts that do several layers at once.
    try (AutoGradMode _ = new AutoGradMode(true)) {
      if (listening.isEmpty()) {
        listening = Optional.of(new ListeningScript(module));
      }
      listening.get().run(values, to);
    } catch (RuntimeException e) {
      throw new EvaluationException(path + ": " + Libtorch.reason(e), e);
    }
  }

  @Override
  public void train(boolean training) {
    module.train(training);
  }

  @Override
  public void close() {
    parameters.values().forEach(Tensor::close);
    buffers.values().forEach(Tensor::close);
    listening.ifPresent(ListeningScript::close);
    module.close();
  }

  /// By size: an iterator's end is not found by comparing.
  private static SequencedMap<String, Tensor> parameters(JitModule module) {
    SequencedMap<String, Tensor> found = new LinkedHashMap<>();
    try (PointerScope _ = new PointerScope()) {
      named_parameter_list list = module.named_parameters();
      named_parameter_iterator next = list.begin();
      for (long i = list.size(); i > 0; i--) {
        put(next.access(), found);
        next.increment();
      }
    }
    return found;
  }

  private static SequencedMap<String, Tensor> buffers(JitModule module) {
    SequencedMap<String, Tensor> found = new LinkedHashMap<>();
    try (PointerScope _ = new PointerScope()) {
      named_buffer_list list = module.named_buffers();
      named_buffer_iterator next = list.begin();
      for (long i = list.size(); i > 0; i--) {
        put(next.access(), found);
        next.increment();
      }
    }
    return found;
  }

  /// Keeps a handle of its own on the tensor: the one inside the pair goes with the iterator.
  private static void put(NamedTensor named, SequencedMap<String, Tensor> found) {
    found.put(named.name().getString(), new Tensor(named.value()).<Tensor>retainReference());
  }

  /// Names of what `forward` takes, without `self` and what has a default.
  private static List<String> inputs(JitModule module) {
    List<String> names = new ArrayList<>();
    try (PointerScope _ = new PointerScope()) {
      FunctionSchema schema = module.get_method("forward").function().getSchema();
      Argument arguments = schema.arguments();
      for (long i = 1; i < module.get_method("forward").num_inputs(); i++) {
        Argument argument = arguments.getPointer(i);
        if (!argument.default_value().has_value()) {
          names.add(argument.name().getString());
        }
      }
    }
    return List.copyOf(names);
  }
}
