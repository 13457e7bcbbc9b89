package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.ImageSpec.Interpolation;
import dev.stockpot.eval.InputSpec.Layout;
import dev.stockpot.internal.image.Images;
import dev.stockpot.internal.image.TestImages;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDatasetTest {
  private static final ImageSpec SMALL =
      new ImageSpec(
          Interpolation.BICUBIC,
          OptionalInt.of(12),
          Optional.empty(),
          Optional.of(new ImageSpec.Size(8, 10)));

  @TempDir Path folder;

  @Test
  void aFolderIsAClassAndTheirNamesAreSorted() throws IOException {
    put("dog/b.jpg", "rgb.jpg");
    put("dog/deep/A.JPEG", "progressive.jpg");
    put("cat/1.png", "rgb.png");
    put(".ipynb_checkpoints/x.png", "rgb.png");
    Files.writeString(folder.resolve("cat/notes.txt"), "not an image");
    try (Dataset set = open(images(List.of(), false), plain())) {
      assertThat(set.size()).isEqualTo(3);
      assertThat(labels(set)).containsExactly(0, 1, 1);
      assertThat(set.notes()).isEmpty();
      assertThat(set.exampleBytes()).isEqualTo(3 * 8 * 10 * 4);
      Batch batch = set.batch(new int[] {2, 0}, Arena.ofAuto());
      assertThat(batch.input("x").shape()).containsExactly(2L, 3L, 8L, 10L);
      assertThat(batch.input("x").dtype()).isEqualTo(DType.F32);
    }
  }

  @Test
  void classesInTheModelsOrderNumberTheFolders() throws IOException {
    put("b/1.png", "rgb.png");
    put("d/1.png", "rgb.png");
    try (Dataset set = open(images(List.of("d", "c", "b", "a"), false), plain())) {
      assertThat(labels(set)).containsExactly(2, 0);
    }
    assertFault(
        images(List.of("a", "b"), false),
        folder.resolve("d")
            + ": the label 'd' is not among the 2 'classes'; add it, or correct the label");
    assertFault(
        images(List.of("b", "d", "b"), false), "'classes' has 'b' twice; name each class once");
  }

  @Test
  void setsWithOtherFoldersNeedAListOfClasses() throws IOException {
    put("one/a/1.png", "rgb.png");
    put("one/b/1.png", "rgb.png");
    put("two/b/1.png", "rgb.png");
    SetSpec one = in("one", List.of());
    SetSpec two = in("two", List.of());
    Datasets.checkClasses(List.of(one, one));
    Datasets.checkClasses(List.of(one, in("two", List.of("a", "b"))));
    for (List<SetSpec> sets : List.of(List.of(one, two), List.of(two, one))) {
      assertThatThrownBy(() -> Datasets.checkClasses(sets))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "sets '%s' and '%s': only 'one' has a folder 'a', so their classes would be"
                      .formatted(sets.getFirst().name(), sets.getLast().name())
                  + " numbered differently; name all classes of the model, in the order of its"
                  + " outputs, beside 'images' of both (classes: [\"a\", \"b\"])");
    }
  }

  @Test
  void pixelsAreNormalisedAsArraysAre() throws Exception {
    Path file = put("a/1.png", "rgb.png");
    byte[] rgb = Images.read(file).rgb();
    InputSpec nchw =
        new InputSpec(Layout.NCHW, 255, List.of(.4, .5, .6), List.of(.2, .3, .4), ImageSpec.NONE);
    try (Dataset set = open(images(List.of(), false), nchw)) {
      ByteBuffer data = set.batch(new int[] {0}, Arena.ofAuto()).input("x").data();
      int pixels = 37 * 29;
      for (int pixel = 0; pixel < pixels; pixel += 7) {
        float red = ((rgb[3 * pixel] & 0xff) / 255f - .4f) / .2f;
        float blue = ((rgb[3 * pixel + 2] & 0xff) / 255f - .6f) / .4f;
        assertThat(data.getFloat(4 * pixel)).isEqualTo(red);
        assertThat(data.getFloat(4 * (2 * pixels + pixel))).isEqualTo(blue);
      }
    }
    InputSpec nhwc = new InputSpec(Layout.NHWC, 1, List.of(0.0), List.of(1.0), ImageSpec.NONE);
    try (Dataset set = open(images(List.of(), false), nhwc)) {
      Batch.Input input = set.batch(new int[] {0}, Arena.ofAuto()).input("x");
      assertThat(input.shape()).containsExactly(1L, 29L, 37L, 3L);
      assertThat(input.data().getFloat(4 * 100)).isEqualTo(rgb[100] & 0xff);
    }
    try (Dataset set = open(images(List.of(), false), InputSpec.AS_IS)) {
      Batch.Input input = set.batch(new int[] {0}, Arena.ofAuto()).input("x");
      assertThat(input.dtype()).isEqualTo(DType.U8);
      byte[] found = new byte[rgb.length];
      input.data().get(found);
      assertThat(found).isEqualTo(rgb);
    }
  }

  @Test
  void keptImagesGiveTheSameBatches() throws IOException {
    put("a/1.png", "rgb.png");
    put("a/2.jpg", "rgb.jpg");
    put("b/3.png", "alpha.png");
    DataMemory roomForTwo = new DataMemory(2 * 3 * 8 * 10);
    int[] order = {2, 1, 0};
    try (Dataset set = ImageDataset.open("test", images(List.of(), false), plain(), roomForTwo)) {
      ByteBuffer first = set.batch(order, Arena.ofAuto()).input("x").data();
      assertThat(roomForTwo.take(1)).isFalse();
      assertThat(set.batch(order, Arena.ofAuto()).input("x").data()).isEqualTo(first);
    }
    assertThat(roomForTwo.take(2 * 3 * 8 * 10)).isTrue();
  }

  @Test
  void equalFilesHaveEqualDigests() throws Exception {
    put("a/1.png", "rgb.png");
    put("a/2.png", "grey.png");
    put("b/3.png", "rgb.png");
    try (Dataset set = open(images(List.of(), false), plain())) {
      assertThat(digest(set, 0)).isEqualTo(digest(set, 2)).isNotEqualTo(digest(set, 1));
    }
  }

  @Test
  void aManifestNamesFilesAndClasses() throws IOException {
    put("1.png", "rgb.png");
    put("more/2.png", "grey.png");
    Path csv = Files.writeString(folder.resolve("m.csv"), "file,class\nmore/2.png,3\n1.png,0\n");
    try (Dataset set = open(listed(csv, List.of(), false), plain())) {
      assertThat(labels(set)).containsExactly(3, 0);
    }
    Path json =
        Files.writeString(folder.resolve("m.jsonl"), "{\"file\": \"1.png\", \"class\": \"dog\"}\n");
    try (Dataset set = open(listed(json, List.of("cat", "dog"), false), plain())) {
      assertThat(labels(set)).containsExactly(1);
    }
    assertFault(
        listed(json, List.of(), false),
        json
            + ":1: the label is 'dog' instead of a number from 0; list the names of the classes in"
            + " the order of the model's outputs under 'classes'");
    assertFault(
        listed(json, List.of("cat"), false),
        json + ":1: the label 'dog' is not among the 1 'classes'; add it, or correct the label");
    Path missing = Files.writeString(folder.resolve("n.csv"), "file,class\n2.png,3\n");
    assertFault(
        listed(missing, List.of(), false),
        missing
            + ":2: "
            + folder.resolve("2.png")
            + ": cannot be read: no such file or folder; or leave bad files out with"
            + " skip-bad: true or --skip-bad");
  }

  @Test
  void everyFileOfASetIsListed() throws IOException {
    Path one = put("a/1.png", "rgb.png");
    Path two = put("b/2.png", "grey.png");
    assertThat(Datasets.files(images(List.of(), false))).containsExactly(one, two);
    Path csv = Files.writeString(folder.resolve("m.csv"), "file,class\nb/2.png,1\nnone.png,0\n");
    assertThat(Datasets.files(listed(csv, List.of(), true))).containsExactly(csv, two);
    SetSpec.Source archive = new SetSpec.Source.Arrays(Path.of("a.npz"), Path.of("a.npz:y"));
    assertThat(Datasets.files(archive)).containsExactly(Path.of("a.npz"));
    SetSpec.Source text =
        new SetSpec.Source.Sentences(
            csv,
            List.of("file"),
            new SetSpec.Target.NextToken(),
            new SetSpec.Tokenization(one, OptionalInt.empty(), SetSpec.Padding.BATCH));
    assertThat(Datasets.files(text)).containsExactly(csv, one);
    Path config = Files.writeString(folder.resolve("a/tokenizer_config.json"), "{}");
    assertThat(Datasets.files(text)).containsExactly(csv, one, config);
  }

  @Test
  void aBadFileIsNamedOrLeftOutAndCounted() throws IOException {
    put("a/1.png", "rgb.png");
    byte[] whole = TestImages.bytes("rgb.png");
    Path header = Files.write(folder.resolve("a/2.png"), Arrays.copyOf(whole, 10));
    Path half = Files.write(folder.resolve("a/3.png"), Arrays.copyOf(whole, 1000));
    Files.write(folder.resolve("a/4.jpg"), new byte[0]);
    assertThatThrownBy(() -> open(images(List.of(), false), plain()))
        .isInstanceOf(EvaluationException.class)
        .hasMessageStartingWith("set 'test': " + header + ": cannot be decoded: ")
        .hasMessageEndingWith(
            "; copy it again, or save it again as JPEG or PNG (and 1 more); or leave bad files out"
                + " with skip-bad: true or --skip-bad");
    try (Dataset set = open(images(List.of(), true), plain())) {
      assertThat(set.size()).isEqualTo(1);
      assertThat(set.notes()).hasSize(1);
      assertThat(set.notes().getFirst())
          .startsWith(
              "set 'test': 3 of 4 images left out since they cannot be read; the first: "
                  + header
                  + ": cannot be decoded: ");
    }
    Files.delete(header);
    Files.delete(folder.resolve("a/4.jpg"));
    try (Dataset set = open(images(List.of(), false), plain())) {
      assertThatThrownBy(() -> set.batch(new int[] {0, 1}, Arena.ofAuto()))
          .isInstanceOf(EvaluationException.class)
          .hasMessageStartingWith(half + ": cannot be decoded: ")
          .hasMessageEndingWith(
              "; copy it again, or save it again as JPEG or PNG; or leave bad files out with"
                  + " skip-bad: true or --skip-bad");
    }
    Files.delete(folder.resolve("a/1.png"));
    assertThatThrownBy(() -> open(images(List.of(), true), plain()))
        .isInstanceOf(EvaluationException.class)
        .hasMessageStartingWith(
            "set 'test': none of its 1 images can be read; the first: " + half + ": ");
  }

  @Test
  void imagesOfSeveralSizesAreRefused() throws IOException {
    Path first = put("a/1.png", "rgb.png");
    Path second = put("a/2.png", "rgb16.png");
    InputSpec uncropped = new InputSpec(Layout.NHWC, 1, List.of(0.0), List.of(1.0), ImageSpec.NONE);
    assertThatThrownBy(() -> open(images(List.of(), false), uncropped))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'test': "
                + second
                + ": is 7×9 pixels, but "
                + first
                + " is 37×29; give all images one size with input: {crop: 7}");
  }

  @Test
  void foldersWithoutClassesAreRefused() throws IOException {
    SetSpec.Source.Images none =
        new SetSpec.Source.Images(folder.resolve("no"), Optional.empty(), List.of(), false);
    assertFault(
        none,
        folder.resolve("no") + ": there is no such folder; put it there, or correct the path");
    put("1.png", "rgb.png");
    assertFault(
        images(List.of(), false),
        folder
            + ": holds no images (.jpg, .jpeg, .png) in folders of their classes; put them there,"
            + " or name a manifest");
    Files.createDirectory(folder.resolve("empty"));
    assertFault(
        images(List.of(), false),
        folder.resolve("empty")
            + ": holds no images, but is a folder of a class; put some there, remove it, or list"
            + " the names of all classes under 'classes'");
    Path gif = Files.write(folder.resolve("empty/x.gif"), new byte[1]);
    assertFault(images(List.of(), false), gif + ": only JPEG and PNG are read; save it as PNG");
  }

  @Test
  void imagesHaveThreeChannels() throws IOException {
    put("a/1.png", "rgb.png");
    InputSpec two = new InputSpec(Layout.NHWC, 1, List.of(0.0, 1.0), List.of(1.0), ImageSpec.NONE);
    assertThatThrownBy(() -> open(images(List.of(), false), two))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("set 'test': images have 3 channels, but mean has 2 values; give 1 or 3");
  }

  private static InputSpec plain() {
    return new InputSpec(Layout.NCHW, 255, List.of(0.0), List.of(1.0), SMALL);
  }

  private SetSpec.Source.Images images(List<String> classes, boolean skipBad) {
    return new SetSpec.Source.Images(folder, Optional.empty(), classes, skipBad);
  }

  private SetSpec in(String name, List<String> classes) {
    return new SetSpec(
        name,
        Role.ID,
        new SetSpec.Source.Images(folder.resolve(name), Optional.empty(), classes, false));
  }

  private SetSpec.Source.Images listed(Path table, List<String> classes, boolean skipBad) {
    return new SetSpec.Source.Images(
        folder, Optional.of(new SetSpec.Manifest(table, "file", "class")), classes, skipBad);
  }

  private Path put(String target, String resource) throws IOException {
    Path path = folder.resolve(target);
    Files.createDirectories(path.getParent());
    return TestImages.copy(resource, path);
  }

  private static Dataset open(SetSpec.Source.Images source, InputSpec input) {
    return Datasets.open(new SetSpec("test", Role.ID, source), input);
  }

  private static int[] labels(Dataset set) {
    return ((Targets.Classes) set.targets()).labels();
  }

  private static byte[] digest(Dataset set, int example) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    set.digest(example, digest);
    return digest.digest();
  }

  private static void assertFault(SetSpec.Source.Images source, String what) {
    assertThatThrownBy(() -> open(source, plain()))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("set 'test': " + what);
  }
}
