package dev.stockpot.cli;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import dev.stockpot.checkpoint.CheckpointWriter;
import dev.stockpot.checkpoint.Checkpoints;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Language models of a few hundred parameters, in Hugging Face layout.
final class TinyModels {
  static final int WIDTH = 4;

  private TinyModels() {}

  /// Llama's tensors with random values, and a config.json.
  static void llama(Path folder, long seed, int layers, int rows) {
    write(folder, specs(layers, rows), seed);
    text(
        folder.resolve("config.json"),
        """
        {
          "architectures": ["LlamaForCausalLM"],
          "layer_types": [%s],
          "num_hidden_layers": %d,
          "tie_word_embeddings": false,
          "torch_dtype": "float32",
          "vocab_size": %d
        }
        """
            .formatted(
                String.join(
                    ", ",
                    java.util.stream.IntStream.range(0, layers)
                        .mapToObj(layer -> "\"type-" + layer + "\"")
                        .toList()),
                layers,
                rows));
  }

  static List<TensorSpec> specs(int layers, int rows) {
    List<TensorSpec> specs = new ArrayList<>();
    specs.add(spec("model.embed_tokens.weight", rows, WIDTH));
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "model.layers." + layer + ".";
      specs.add(spec(prefix + "input_layernorm.weight", WIDTH));
      specs.add(spec(prefix + "self_attn.q_proj.weight", WIDTH, WIDTH));
      specs.add(spec(prefix + "mlp.up_proj.weight", 2 * WIDTH, WIDTH));
    }
    specs.add(spec("model.norm.weight", WIDTH));
    specs.add(spec("lm_head.weight", rows, WIDTH));
    return specs;
  }

  static TensorSpec spec(String name, long... shape) {
    return new TensorSpec(name, DType.F32, java.util.Arrays.stream(shape).boxed().toList());
  }

  /// Tensors of F32 with random values.
  static void write(Path target, List<TensorSpec> specs, long seed) {
    Random random = new Random(seed);
    try (CheckpointWriter writer = Checkpoints.create(target, specs, Map.of(), Durability.CACHED)) {
      for (TensorSpec spec : specs) {
        ByteBuffer bytes = ByteBuffer.allocate((int) spec.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
          bytes.putFloat((float) random.nextGaussian());
        }
        writer.write(spec.name(), 0, bytes.flip());
      }
      writer.commit();
    }
  }

  /// A tokenizer.json with so many words, and tokens added after them.
  static void tokenizer(Path folder, int words, String... added) {
    List<String> vocabulary = new ArrayList<>();
    for (int i = 0; i < words; i++) {
      vocabulary.add("\"word" + i + "\": " + i);
    }
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < added.length; i++) {
      tokens.add(
          "{\"id\": %d, \"content\": \"%s\", \"special\": true}".formatted(words + i, added[i]));
    }
    text(
        folder.resolve("tokenizer.json"),
        "{\"version\": \"1.0\", \"model\": {\"type\": \"BPE\", \"vocab\": {"
            + String.join(", ", vocabulary)
            + "}, \"merges\": []}, \"added_tokens\": ["
            + String.join(", ", tokens)
            + "]}");
    text(folder.resolve("tokenizer_config.json"), "{\"added_tokens_decoder\": {}}");
  }

  static void text(Path file, String text) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The values of an F32 tensor.
  static float[] values(Path checkpoint, String tensor) {
    try (Checkpoint open = Checkpoints.open(checkpoint)) {
      return values(open, tensor);
    }
  }

  /// The values of an F32 tensor.
  static float[] values(Checkpoint checkpoint, String tensor) {
    int size = (int) checkpoint.tensors().get(tensor).bytes();
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    checkpoint.read(tensor, 0, bytes);
    float[] values = new float[size / 4];
    bytes.flip().asFloatBuffer().get(values);
    return values;
  }

  /// A row of an F32 tensor.
  static float[] row(Path checkpoint, String tensor, int row) {
    float[] all = values(checkpoint, tensor);
    return java.util.Arrays.copyOfRange(all, row * WIDTH, (row + 1) * WIDTH);
  }
}
