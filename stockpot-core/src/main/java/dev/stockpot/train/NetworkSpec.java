package dev.stockpot.train;

import dev.stockpot.internal.json.JsonWriter;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A network that Stockpot builds itself: small ones, whose parameters have documented names.
///
/// Its file is a JSON object: `{"network": "cnn", "inputs": 1, "channels": [16, 32], "classes":
/// 10}`.
public sealed interface NetworkSpec {
  /// Words for `network`.
  List<String> KINDS = List.of("mlp", "cnn", "vit", "text");

  /// Fully connected layers with ReLU: `layers.0` and so on, then `head`.
  ///
  /// @param inputs numbers per example, after flattening
  /// @param hidden width of each hidden layer; may be empty
  record Mlp(int inputs, List<Integer> hidden, int classes) implements NetworkSpec {
    public Mlp {
      hidden = List.copyOf(hidden);
    }
  }

  /// Blocks of a 3×3 convolution (`blocks.0.conv`), batch normalisation if asked for
  /// (`blocks.0.norm`) and ReLU; 2×2 max pooling between blocks; `head`.
  ///
  /// @param inputs channels of the images
  /// @param size of the square images, where the head sees every place; without it the head sees
  ///   the mean over places
  /// @param channels of each block, at least one
  record Cnn(int inputs, OptionalInt size, List<Integer> channels, boolean batchNorm, int classes)
      implements NetworkSpec {
    public Cnn {
      channels = List.copyOf(channels);
    }
  }

  /// A vision transformer, layer norm first: `patch`, `positions`, blocks (`blocks.0.norm1`,
  /// `.attention.qkv`, `.attention.out`, `.norm2`, `.mlp.up`, `.mlp.down`), `norm`, the mean over
  /// patches, `head`.
  ///
  /// @param inputs channels of the images
  /// @param size of the square images
  /// @param patch side of a patch, which divides the size
  record Vit(int inputs, int size, int patch, int width, int depth, int heads, int classes)
      implements NetworkSpec {}

  /// A transformer encoder over tokens: `tokens`, `positions`, blocks and norm as in [Vit], the
  /// mean over tokens that are not padding, `head`. Token 0 is padding.
  ///
  /// @param vocabulary number of tokens, padding included
  /// @param length most tokens of an example
  record Text(int vocabulary, int length, int width, int depth, int heads, int classes)
      implements NetworkSpec {}

  /// Number of logits.
  int classes();

  /// Reads its file.
  ///
  /// @throws RecipeException saying what is wrong with it
  static NetworkSpec read(Path file) {
    try {
      return parse(Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new RecipeException(file + ": is not UTF-8 text");
    } catch (IllegalArgumentException e) {
      throw new RecipeException(file + ": describes no network: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads a description.
  ///
  /// @throws IllegalArgumentException saying what is wrong with it
  static NetworkSpec parse(String json) {
    NetworkMembers given = NetworkMembers.of(json);
    NetworkSpec spec =
        switch (given.word("network", KINDS)) {
          case "mlp" ->
              new Mlp(given.count("inputs"), given.counts("hidden"), given.count("classes"));
          case "cnn" ->
              new Cnn(
                  given.count("inputs"),
                  given.optionalCount("size"),
                  given.counts("channels"),
                  given.flag("batch-norm"),
                  given.count("classes"));
          case "vit" ->
              new Vit(
                  given.count("inputs"),
                  given.count("size"),
                  given.divisor("patch", "size"),
                  given.count("width"),
                  given.count("depth"),
                  given.divisor("heads", "width"),
                  given.count("classes"));
          default ->
              new Text(
                  given.count("vocabulary"),
                  given.count("length"),
                  given.count("width"),
                  given.count("depth"),
                  given.divisor("heads", "width"),
                  given.count("classes"));
        };
    given.refuseOthers();
    return spec;
  }

  /// The word for `network`.
  default String kind() {
    return switch (this) {
      case Mlp _ -> "mlp";
      case Cnn _ -> "cnn";
      case Vit _ -> "vit";
      case Text _ -> "text";
    };
  }

  /// The content of its file.
  default String json() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("network", kind());
    switch (this) {
      case Mlp(int inputs, List<Integer> hidden, int _) -> {
        members.put("inputs", inputs);
        members.put("hidden", hidden);
      }
      case Cnn(int inputs, OptionalInt size, List<Integer> channels, boolean batchNorm, int _) -> {
        members.put("inputs", inputs);
        size.ifPresent(side -> members.put("size", side));
        members.put("channels", channels);
        members.put("batch-norm", batchNorm);
      }
      case Vit(int inputs, int size, int patch, int width, int depth, int heads, int _) -> {
        members.put("inputs", inputs);
        members.put("size", size);
        members.put("patch", patch);
        members.put("width", width);
        members.put("depth", depth);
        members.put("heads", heads);
      }
      case Text(int vocabulary, int length, int width, int depth, int heads, int _) -> {
        members.put("vocabulary", vocabulary);
        members.put("length", length);
        members.put("width", width);
        members.put("depth", depth);
        members.put("heads", heads);
      }
    }
    members.put("classes", classes());
    return JsonWriter.write(JsonWriter.of(members)) + "\n";
  }
}
