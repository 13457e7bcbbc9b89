package dev.stockpot.libtorch;

import dev.stockpot.eval.EvaluationException;
import dev.stockpot.train.NetworkSpec;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A network that Stockpot builds, as [NetworkSpec] says, with zeros for weights.
final class BuiltInNetwork implements TorchNetwork {
  private static final double BATCH_NORM_MOMENTUM = 0.1;
  private static final double EPSILON = 1e-5;

  private final Path path;
  private final NetworkSpec spec;
  private final SequencedMap<String, Tensor> parameters = new LinkedHashMap<>();
  private final SequencedMap<String, Tensor> buffers = new LinkedHashMap<>();
  private boolean training;
  private Optional<LinearInputs> listening = Optional.empty();

  /// @param path for messages
  BuiltInNetwork(Path path, NetworkSpec spec) {
    Libtorch.load();
    this.path = path;
    this.spec = spec;
    try (PointerScope _ = new PointerScope()) {
      switch (spec) {
        case NetworkSpec.Mlp(int inputs, List<Integer> hidden, int _) -> {
          int width = inputs;
          for (int i = 0; i < hidden.size(); i++) {
            linear("layers." + i, hidden.get(i), width);
            width = hidden.get(i);
          }
          linear("head", spec.classes(), width);
        }
        case NetworkSpec.Cnn(
                int inputs,
                OptionalInt size,
                List<Integer> channels,
                boolean batchNorm,
                int _) -> {
          int width = inputs;
          for (int i = 0; i < channels.size(); i++) {
            String block = "blocks." + i;
            parameter(block + ".conv.weight", channels.get(i), width, 3, 3);
            if (batchNorm) {
              norm(block + ".norm", channels.get(i));
              buffer(block + ".norm.running_mean", channels.get(i));
              buffer(block + ".norm.running_var", channels.get(i));
            } else {
              parameter(block + ".conv.bias", channels.get(i));
            }
            width = channels.get(i);
          }
          int side = size.orElse(1) >> (size.isPresent() ? channels.size() - 1 : 0);
          linear("head", spec.classes(), width * side * side);
        }
        case NetworkSpec.Vit vit -> {
          parameter("patch.weight", vit.width(), vit.inputs(), vit.patch(), vit.patch());
          parameter("patch.bias", vit.width());
          int side = vit.size() / vit.patch();
          parameter("positions", (long) side * side, vit.width());
          blocks(vit.depth(), vit.width());
          linear("head", spec.classes(), vit.width());
        }
        case NetworkSpec.Text text -> {
          parameter("tokens.weight", text.vocabulary(), text.width());
          parameter("positions", text.length(), text.width());
          blocks(text.depth(), text.width());
          linear("head", spec.classes(), text.width());
        }
      }
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public SequencedMap<String, Tensor> parameters() {
    return Collections.unmodifiableSequencedMap(parameters);
  }

  @Override
  public SequencedMap<String, Tensor> buffers() {
    return Collections.unmodifiableSequencedMap(buffers);
  }

  @Override
  public List<String> inputs() {
    return List.of(spec instanceof NetworkSpec.Text ? "input_ids" : "x");
  }

  @Override
  public void train(boolean training) {
    this.training = training;
  }

  @Override
  public Tensor forward(List<Tensor> inputs) {
    Tensor x = inputs.getFirst();
    try {
      return switch (spec) {
        case NetworkSpec.Mlp mlp -> {
          Tensor y = x.flatten(1, -1);
          for (int i = 0; i < mlp.hidden().size(); i++) {
            y = torch.relu(linear("layers." + i, y));
          }
          yield linear("head", y);
        }
        case NetworkSpec.Cnn cnn -> convolutions(cnn, x);
        case NetworkSpec.Vit vit -> {
          Tensor patches =
              torch.conv2d(
                  x,
                  parameters.get("patch.weight"),
                  optional("patch.bias"),
                  new long[] {vit.patch(), vit.patch()},
                  new long[] {0, 0},
                  new long[] {1, 1},
                  1);
          Tensor y = patches.flatten(2, -1).transpose(1, 2).add(parameters.get("positions"));
          for (int i = 0; i < vit.depth(); i++) {
            y = block("blocks." + i, y, vit.heads(), new TensorOptional());
          }
          yield linear("head", norm("norm", y).mean(1));
        }
        case NetworkSpec.Text text -> tokens(text, x.to(ScalarType.Long));
      };
    } catch (RuntimeException e) {
      throw new EvaluationException(path + ": " + Libtorch.reason(e), e);
    }
  }

  @Override
  public void listen(List<Tensor> values, LinearInputs inputs) {
    listening = Optional.of(inputs);
    try {
      forward(values);
    } finally {
      listening = Optional.empty();
    }
  }

  @Override
  public void close() {
    parameters.values().forEach(Tensor::close);
    buffers.values().forEach(Tensor::close);
  }

  private Tensor convolutions(NetworkSpec.Cnn cnn, Tensor x) {
    Tensor y = x;
    int blocks = cnn.channels().size();
    for (int i = 0; i < blocks; i++) {
      String block = "blocks." + i;
      y =
          torch.conv2d(
              y,
              parameters.get(block + ".conv.weight"),
              cnn.batchNorm() ? new TensorOptional() : optional(block + ".conv.bias"),
              new long[] {1, 1},
              new long[] {1, 1},
              new long[] {1, 1},
              1);
      if (cnn.batchNorm()) {
        y =
            torch.batch_norm(
                y,
                optional(block + ".norm.weight"),
                optional(block + ".norm.bias"),
                new TensorOptional(buffers.get(block + ".norm.running_mean")),
                new TensorOptional(buffers.get(block + ".norm.running_var")),
                training,
                BATCH_NORM_MOMENTUM,
                EPSILON,
                false);
      }
      y = torch.relu(y);
      if (i < blocks - 1) {
        y = torch.max_pool2d(y, 2, 2);
      }
    }
    return linear("head", cnn.size().isPresent() ? y.flatten(1, -1) : y.mean(2, 3));
  }

  private Tensor tokens(NetworkSpec.Text text, Tensor ids) {
    long length = ids.size(1);
    Tensor mask = ids.ne(new Scalar(0));
    Tensor y =
        torch
            .embedding(parameters.get("tokens.weight"), ids)
            .add(parameters.get("positions").narrow(0, 0, length));
    // Every token sees those that are no padding.
    TensorOptional seen = new TensorOptional(mask.unsqueeze(1).unsqueeze(1));
    for (int i = 0; i < text.depth(); i++) {
      y = block("blocks." + i, y, text.heads(), seen);
    }
    Tensor weights = mask.to(ScalarType.Float);
    Tensor count = weights.sum(1).clamp_min(new Scalar(1)).unsqueeze(1);
    return linear("head", norm("norm", y).mul(weights.unsqueeze(2)).sum(1).div(count));
  }

  /// Attention and a wider layer, each added to what comes in.
  private Tensor block(String name, Tensor x, int heads, TensorOptional seen) {
    long n = x.size(0);
    long length = x.size(1);
    long width = x.size(2);
    Tensor parts =
        linear(name + ".attention.qkv", norm(name + ".norm1", x))
            .view(n, length, 3, heads, width / heads)
            .permute(2, 0, 3, 1, 4);
    Tensor attended =
        torch.scaled_dot_product_attention(
            parts.select(0, 0),
            parts.select(0, 1),
            parts.select(0, 2),
            seen,
            0,
            false,
            new DoubleOptional(),
            false);
    Tensor y =
        x.add(linear(name + ".attention.out", attended.transpose(1, 2).reshape(n, length, width)));
    Tensor wide = torch.gelu(linear(name + ".mlp.up", norm(name + ".norm2", y)));
    return y.add(linear(name + ".mlp.down", wide));
  }

  private Tensor linear(String name, Tensor x) {
    Tensor weight = parameters.get(name + ".weight");
    listening.ifPresent(inputs -> inputs.see(x, weight));
    return torch.linear(x, weight, optional(name + ".bias"));
  }

  private Tensor norm(String name, Tensor x) {
    return torch.layer_norm(
        x,
        new long[] {x.size(-1)},
        optional(name + ".weight"),
        optional(name + ".bias"),
        EPSILON,
        false);
  }

  private TensorOptional optional(String name) {
    return new TensorOptional(parameters.get(name));
  }

  private void blocks(int depth, int width) {
    for (int i = 0; i < depth; i++) {
      String block = "blocks." + i;
      norm(block + ".norm1", width);
      linear(block + ".attention.qkv", 3 * width, width);
      linear(block + ".attention.out", width, width);
      norm(block + ".norm2", width);
      linear(block + ".mlp.up", 4 * width, width);
      linear(block + ".mlp.down", width, 4 * width);
    }
    norm("norm", width);
  }

  private void norm(String name, int width) {
    parameter(name + ".weight", width);
    parameter(name + ".bias", width);
  }

  private void linear(String name, int outputs, int inputs) {
    parameter(name + ".weight", outputs, inputs);
    parameter(name + ".bias", outputs);
  }

  private void parameter(String name, long... shape) {
    parameters.put(
        name, new Tensor(torch.zeros(shape).set_requires_grad(true)).<Tensor>retainReference());
  }

  private void buffer(String name, long... shape) {
    buffers.put(name, new Tensor(torch.zeros(shape)).<Tensor>retainReference());
  }
}
