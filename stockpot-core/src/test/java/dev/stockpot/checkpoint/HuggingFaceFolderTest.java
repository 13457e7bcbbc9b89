package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.CheckpointFormat.Durability;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceFolderTest {
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 32, 33, 64, 100, 5_000_000_000L})
  void shardsOfAnySizeAreReadBack(long shardBytes) {
    Path model = folder.resolve("model");
    List<TensorSpec> specs = specs(0, 1, 7, 8, 9, 17);
    write(model, new HuggingFaceFolder(shardBytes, Optional.empty(), Map.of()), specs);

    try (Checkpoint checkpoint = Checkpoints.open(model)) {
      assertThat(checkpoint.path()).isEqualTo(model);
      assertThat(checkpoint.tensors().values()).containsExactlyInAnyOrderElementsOf(specs);
      assertThat(checkpoint.metadata()).isEqualTo(Map.of("format", "pt", "a", "b"));
      for (TensorSpec spec : specs) {
        byte[] expected = content(spec);
        assertThat(checkpoint.tensor(spec.name()).data().toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(expected);
        ByteBuffer read = ByteBuffer.allocate(expected.length);
        checkpoint.read(spec.name(), 0, read);
        assertThat(read.array()).isEqualTo(expected);
      }
    }
    assertThat(folder.toFile().list()).containsExactly("model");
  }

  @Test
  void smallModelsAreOneFileAndLargeOnesShardsWithAnIndex() throws IOException {
    write(folder.resolve("one"), new HuggingFaceFolder(), specs(8, 8, 8));
    assertThat(names(folder.resolve("one"))).containsExactly("model.safetensors");

    write(folder.resolve("two"), sized(64), specs(8, 8, 17, 1));
    assertThat(names(folder.resolve("two")))
        .containsExactly(
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors",
            INDEX);
    assertThat(folder.resolve("two").resolve(INDEX))
        .hasContent(
            """
            {
              "metadata": {
                "total_size": 136
              },
              "weight_map": {
                "t0": "model-00001-of-00003.safetensors",
                "t1": "model-00001-of-00003.safetensors",
                "t2": "model-00002-of-00003.safetensors",
                "t3": "model-00003-of-00003.safetensors"
              }
            }
            """);
  }

  @Test
  void companionsAreCopiedAndTextsWinOverThem() throws IOException {
    Path like = Files.createDirectory(folder.resolve("like"));
    Files.writeString(like.resolve("config.json"), "{}");
    Files.writeString(like.resolve("README.md"), "of another model");
    Files.writeString(folder.resolve("blob"), "tokens");
    Files.createSymbolicLink(like.resolve("tokenizer.json"), folder.resolve("blob"));
    Path model = folder.resolve("model");
    Map<String, String> texts = Map.of("config.json", "{\"a\":1}");
    write(model, new HuggingFaceFolder(99, Optional.of(like), texts), specs(1));

    assertThat(names(model)).containsExactly("config.json", "model.safetensors", "tokenizer.json");
    assertThat(model.resolve("config.json")).hasContent("{\"a\":1}");
    assertThat(model.resolve("tokenizer.json")).hasContent("tokens");
    assertThat(model.resolve("tokenizer.json")).isRegularFile();
    assertThat(Files.isSymbolicLink(model.resolve("tokenizer.json"))).isFalse();
  }

  @Test
  void onlyNamesWithoutExtensionAreFolders() throws IOException {
    assertThat(Checkpoints.formatOf(Path.of("soup"))).isInstanceOf(HuggingFaceFolder.class);
    assertThat(Checkpoints.formatOf(Path.of("Qwen2.5-0.5B"))).isInstanceOf(HuggingFaceFolder.class);
    assertThat(Checkpoints.formatOf(Path.of("a.safetensors"))).isInstanceOf(Safetensors.class);
    Path dotted = Files.createDirectory(folder.resolve("soup.v2"));
    assertThat(Checkpoints.formatOf(dotted)).isInstanceOf(HuggingFaceFolder.class);
  }

  @Test
  void nothingIsLeftUnlessItIsCommitted() {
    Path model = folder.resolve("model");
    try (CheckpointWriter writer =
        Checkpoints.create(model, specs(1, 2), Map.of(), Durability.CACHED)) {
      writer.write("t0", 0, ByteBuffer.allocate(4));
      assertThatThrownBy(() -> writer.write("x", 0, ByteBuffer.allocate(4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no tensor 'x'");
      assertThatThrownBy(writer::commit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("tensor 't1': byte 0 was not written");
    }
    assertThat(folder).isEmptyDirectory();
    List<TensorSpec> twice = List.of(specs(1).getFirst(), specs(2).getFirst());
    assertThatThrownBy(() -> write(model, sized(1), twice))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two tensors named 't0'");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anEmptyFolderIsFilledAndOthersAreRefused() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    write(empty, new HuggingFaceFolder(), specs(1));
    assertThat(names(empty)).containsExactly("model.safetensors");

    assertThatThrownBy(() -> write(empty, new HuggingFaceFolder(), specs(1)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            empty + ": cannot be written: it is not empty; name a new folder, or delete it");
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> write(file, new HuggingFaceFolder(), specs(1)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": cannot be written: it is a file; name a new folder");
    assertThatThrownBy(() -> write(Path.of(""), new HuggingFaceFolder(), specs(1)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(": cannot be written: it is the working folder; name a new folder in it");
    assertThat(names(folder)).containsExactly("empty", "file");
  }

  @Test
  void oneFileWinsOverShardsAndSafetensorsOverPyTorch() throws IOException {
    write(folder.resolve("a"), sized(1), specs(1, 1));
    Path model = folder.resolve("a");
    Files.writeString(model.resolve("pytorch_model.bin"), "not looked at");
    assertThat(tensors(model)).containsExactly("t0", "t1");
    write(folder.resolve("b"), new HuggingFaceFolder(), specs(1));
    Files.copy(folder.resolve("b/model.safetensors"), model.resolve("model.safetensors"));
    assertThat(tensors(model)).containsExactly("t0");
  }

  @Test
  void filesAreTheIndexAndTheShards() {
    write(folder.resolve("a"), sized(1), specs(1, 1));
    try (Checkpoint checkpoint = Checkpoints.open(folder.resolve("a"))) {
      assertThat(checkpoint.files())
          .containsExactly(
              folder.resolve("a").resolve(INDEX),
              folder.resolve("a/model-00001-of-00002.safetensors"),
              folder.resolve("a/model-00002-of-00002.safetensors"));
    }
  }

  @Test
  void linksLikeThoseOfTheCacheAreFollowed() throws IOException {
    write(folder.resolve("a"), new HuggingFaceFolder(), specs(1));
    Path blob = Files.move(folder.resolve("a/model.safetensors"), folder.resolve("blob"));
    Files.createSymbolicLink(folder.resolve("a/model.safetensors"), blob);
    assertThat(tensors(folder.resolve("a"))).containsExactly("t0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ > : is not valid JSON: the JSON document ends too early, at byte 1",
        "[] > : is an array instead of an object, at byte 0",
        "{} > : has no weight_map",
        "{'weight_map':[]} > : weight_map is an array instead of an object",
        "{'weight_map':{'a':1}} > : tensor 'a': its shard is a number instead of a file name"
      })
  void indexesThatAreNoneAreRefused(String example) throws IOException {
    List<String> parts = List.of(example.split(" > "));
    Path index = index(parts.getFirst());
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(index + parts.getLast());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../a", "/etc/passwd", "b/a", "..", ".", "", " ", "b\\\\a", "C:a", "a\\u0000"})
  void shardsNeverLeaveTheFolder(String name) throws IOException {
    Path index = index("{'weight_map':{'t':'" + name + "'}}");
    String shown = name.replace("\\\\", "\\");
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            index
                + ": tensor 't': its shard is '"
                + shown
                + "'; shards lie in the folder of their index, so a path in their name is refused");
  }

  @Test
  void missingShardsAreNamed() throws IOException {
    Path model = folder.resolve("a");
    write(model, sized(1), specs(1, 1, 1));
    Files.delete(model.resolve("model-00002-of-00003.safetensors"));
    String fault =
        model.resolve(INDEX)
            + ": shard model-0000%d-of-00003.safetensors is missing, with 1 tensors; is the"
            + " download complete?";
    assertThatThrownBy(() -> Checkpoints.open(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(fault.formatted(2));
    Files.delete(model.resolve("model-00003-of-00003.safetensors"));
    Files.createDirectory(model.resolve("model-00003-of-00003.safetensors"));
    assertThatThrownBy(() -> Checkpoints.open(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            model
                + ": shards are missing, 2 faults:\n  "
                + fault.formatted(2)
                + "\n  "
                + fault.formatted(3));
  }

  @Test
  void indexAndShardsMustAgree() throws IOException {
    write(folder.resolve("x"), new HuggingFaceFolder(), specs(1, 1, 1));
    Files.move(folder.resolve("x/model.safetensors"), folder.resolve("x.safetensors"));
    Files.copy(folder.resolve("x.safetensors"), folder.resolve("y.safetensors"));
    Path index =
        index("{'weight_map':{'t0':'x.safetensors','t1':'y.safetensors','new':'y.safetensors'}}");
    Path x = folder.resolve("x.safetensors");
    Path y = folder.resolve("y.safetensors");
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            String.join(
                "\n  ",
                folder + ": the index and the shards do not agree, 5 faults:",
                x + ": tensor 't1': is also in y.safetensors by " + INDEX,
                x + ": tensor 't2': is not in " + INDEX,
                y + ": tensor 't0': is also in x.safetensors by " + INDEX,
                y + ": tensor 't2': is not in " + INDEX,
                index + ": tensor 'new': is not in its shard y.safetensors"));
  }

  @Test
  void aTensorInTheWrongShardIsTold() throws IOException {
    write(folder.resolve("a"), sized(1), specs(1, 1));
    Path first = folder.resolve("a/model-00001-of-00002.safetensors");
    Path second = folder.resolve("a/model-00002-of-00002.safetensors");
    Path third = Files.move(first, folder.resolve("third"));
    Files.move(second, first);
    Files.move(third, second);
    assertThatThrownBy(() -> Checkpoints.open(folder.resolve("a")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            first + ": tensor 't1': belongs in model-00002-of-00002.safetensors by " + INDEX);
  }

  @Test
  void totalSizeIsNotCompared() throws IOException {
    write(folder.resolve("x"), new HuggingFaceFolder(), specs(1));
    Files.move(folder.resolve("x/model.safetensors"), folder.resolve("x.safetensors"));
    index("{'metadata':{'total_size':7},'weight_map':{'t0':'x.safetensors'}}");
    assertThat(tensors(folder)).containsExactly("t0");
  }

  @Test
  void openingReadsOnlyHeaders() throws IOException {
    Path counters = Path.of("/proc/thread-self/io");
    Assumptions.assumeTrue(Files.isReadable(counters), "this system counts bytes per thread");
    Path small = Files.createDirectory(folder.resolve("small"));
    sparse(small, 2, 8);
    tensors(small); // Loads classes.
    Path large = Files.createDirectory(folder.resolve("large"));
    long headers = sparse(large, 50, 2_000_000_000L);

    long before = bytesRead(counters);
    List<String> names = tensors(large);
    long after = bytesRead(counters);

    assertThat(names).hasSize(50);
    // The counters themselves are a file of some hundred bytes.
    assertThat(after - before).isBetween(headers, headers + 1024);
  }

  /// Shards with holes for data, so that they take no room on the disk.
  private static long sparse(Path folder, int shards, long bytes) throws IOException {
    Map<String, String> map = new TreeMap<>();
    long headers = 0;
    for (int i = 0; i < shards; i++) {
      String text =
          "{\"t%d\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
              .formatted(i, bytes, bytes);
      byte[] header = text.getBytes(StandardCharsets.US_ASCII);
      try (RandomAccessFile file =
          new RandomAccessFile(folder.resolve("s" + i + ".safetensors").toFile(), "rw")) {
        file.write(
            ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
        file.write(header);
        file.setLength(8 + header.length + bytes);
      }
      headers += 8 + header.length;
      map.put("t" + i, "s" + i + ".safetensors");
    }
    String entries =
        String.join(
            ",",
            map.entrySet().stream()
                .map(entry -> "\"%s\":\"%s\"".formatted(entry.getKey(), entry.getValue()))
                .toList());
    Files.writeString(folder.resolve(INDEX), "{\"weight_map\":{" + entries + "}}");
    return headers + Files.size(folder.resolve(INDEX));
  }

  private static long bytesRead(Path counters) throws IOException {
    return Files.readAllLines(counters).stream()
        .filter(line -> line.startsWith("rchar: "))
        .mapToLong(line -> Long.parseLong(line.substring(7)))
        .sum();
  }

  private Path index(String text) throws IOException {
    return Files.writeString(folder.resolve(INDEX), text.replace('\'', '"'));
  }

  private static HuggingFaceFolder sized(long shardBytes) {
    return new HuggingFaceFolder(shardBytes, Optional.empty(), Map.of());
  }

  private static List<TensorSpec> specs(int... elements) {
    return IntStream.range(0, elements.length)
        .mapToObj(i -> new TensorSpec("t" + i, DType.F32, List.of((long) elements[i])))
        .toList();
  }

  private static byte[] content(TensorSpec spec) {
    byte[] content = new byte[(int) spec.bytes()];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i + spec.name().hashCode());
    }
    return content;
  }

  private static void write(Path target, HuggingFaceFolder format, List<TensorSpec> specs) {
    try (CheckpointWriter writer =
        format.create(target, specs, Map.of("a", "b"), Durability.CACHED)) {
      specs.forEach(spec -> writer.write(spec.name(), 0, ByteBuffer.wrap(content(spec))));
      writer.commit();
    }
  }

  private static List<String> tensors(Path path) {
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      return new ArrayList<>(checkpoint.tensors().keySet());
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
