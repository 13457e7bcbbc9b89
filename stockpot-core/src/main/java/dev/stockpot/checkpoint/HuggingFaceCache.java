package dev.stockpot.checkpoint;

import dev.stockpot.internal.io.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Models that Hugging Face's tools have downloaded: `models--org--name/snapshots/<commit>`, where
/// `refs/main` holds the commit.
///
/// @param folder of the cache; need not be there
/// @see <a href="https://huggingface.co/docs/huggingface_hub/guides/manage-cache">the cache</a>
public record HuggingFaceCache(Path folder) {
  private static final Pattern MODEL =
      Pattern.compile("([A-Za-z0-9_][\\w.-]{0,95})/([A-Za-z0-9_][\\w.-]{0,95})");
  private static final Pattern FILE =
      Pattern.compile("\\.(safetensors|pt|pth|bin|ckpt|onnx|gguf|json|npy|yml|yaml)$");
  private static final Pattern MODEL_FOLDER = Pattern.compile("models--(.+?)--(.+)");
  private static final Pattern REVISION = Pattern.compile("[\\w][\\w./-]{0,255}");
  private static final String MAIN = "main";

  /// Where the tools keep it: `HF_HUB_CACHE`, else `hub` in `HF_HOME`, else in
  /// `XDG_CACHE_HOME/huggingface`, else in `~/.cache/huggingface`.
  ///
  /// @param environment of the process
  /// @param home of the user
  public static HuggingFaceCache of(Map<String, String> environment, Path home) {
    return new HuggingFaceCache(
        folder(environment, "HF_HUB_CACHE")
            .or(() -> folder(environment, "HF_HOME").map(it -> it.resolve("hub")))
            .or(() ->
                folder(environment, "XDG_CACHE_HOME").map(it -> it.resolve("huggingface/hub")))
            .orElse(home.resolve(".cache/huggingface/hub")));
  }

  /// Whether a word could be the name of a model, `org/name`; a file's is not.
  public static boolean isModel(String word) {
    return MODEL.matcher(word).matches()
        && !word.contains("--")
        && !word.contains("..")
        && !FILE.matcher(word).find();
  }

  /// The `org/name` of a folder in such a cache.
  public static Optional<String> modelOf(Path snapshot) {
    Path absolute = snapshot.toAbsolutePath().normalize();
    int count = absolute.getNameCount();
    if (count < 3 || !absolute.getName(count - 2).toString().equals("snapshots")) {
      return Optional.empty();
    }
    Matcher matcher = MODEL_FOLDER.matcher(absolute.getName(count - 3).toString());
    return matcher.matches()
        ? Optional.of(matcher.group(1) + "/" + matcher.group(2))
        : Optional.empty();
  }

  /// The folder of a model as of its main branch, if that has been downloaded.
  ///
  /// @param model `org/name`
  /// @throws CheckpointException if the cache cannot be read
  public Optional<Path> find(String model) {
    return find(model, MAIN);
  }

  /// The folder of a model as of a branch, a tag or a commit, if that has been downloaded.
  ///
  /// @param model `org/name`
  /// @throws CheckpointException if the cache cannot be read
  public Optional<Path> find(String model, String revision) {
    Path home = folder.resolve("models--" + model.replace("/", "--"));
    if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
      return Optional.empty();
    }
    Path snapshot = home.resolve("snapshots").resolve(revision);
    Path ref = home.resolve("refs").resolve(revision);
    if (!Files.isRegularFile(ref)) {
      return Optional.of(snapshot).filter(Files::isDirectory);
    }
    try {
      String commit = Files.readString(ref).strip();
      if (!commit.matches("[0-9a-zA-Z]{1,64}")) {
        throw CheckpointException.of(ref, "holds no commit; download the model again");
      }
      return Optional.of(home.resolve("snapshots").resolve(commit)).filter(Files::isDirectory);
    } catch (IOException e) {
      throw CheckpointException.of(ref, "cannot be read: " + IoReason.of(e));
    }
  }

  private static Optional<Path> folder(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .filter(value -> !value.isBlank())
        .map(Path::of);
  }
}
