package dev.stockpot.cli.scratch;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.cli.scratch.LanguageNames.Name;
import dev.stockpot.eval.Npy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A task with all that is needed to pre-train a network for it, to fine-tune that, and to measure
/// what comes out.
public enum ScratchTask {
  /// Which digit is it? On the bundled images.
  DIGITS(
      "Which digit is it? 8×8 images with noise, from examples/digits. A small CNN, pre-trained on"
          + " 150 images under heavy augmentation and fine-tuned on 500; the shifts are more noise,"
          + " rotated, moved and faded images.",
      "{network: cnn, inputs: 1, size: 8, channels: [16, 32], classes: 10}",
      "{layout: nchw, scale: 16}",
      List.of("noise", "rotate", "shift", "fade"),
      """
        lr: 0.005
        weight-decay: 0.01
        epochs: 100
        batch-size: 50
        rotate: 15
        crop-scale: 0.8
        noise: 0.15
      """,
      """
        lr: {log-uniform: [0.001, 0.005]}
        weight-decay: {log-uniform: [0.0001, 0.1]}
        epochs: {integer: [12, 24]}
        batch-size: 32
        label-smoothing: {mixture: [{probability: 0.5, value: 0}, {probability: 0.5, value: {uniform: [0, 0.2]}}]}
        mixup: {mixture: [{probability: 0.5, value: 0}, {probability: 0.5, value: {uniform: [0, 0.4]}}]}
        rotate: {mixture: [{probability: 0.5, value: 0}, {probability: 0.5, value: {uniform: [0, 15]}}]}
        crop-scale: {mixture: [{probability: 0.5, value: 1}, {probability: 0.5, value: {uniform: [0.7, 1]}}]}
        noise: {mixture: [{probability: 0.5, value: 0}, {probability: 0.5, value: {uniform: [0, 0.15]}}]}
      """,
      """
        lr: 0.003
        weight-decay: 0.01
        epochs: 18
        batch-size: 32
      """),

  /// Which language is it? On names in the JDK's locale data.
  NAMES(
      "Which of %d languages is a name in? Names from the JDK's locale data (Unicode CLDR), each in"
              .formatted(LanguageNames.LANGUAGES.size())
          + " one language only, as bags of letter groups. A network of one hidden layer,"
          + " pre-trained on a few names of every kind, also misspelled, and fine-tuned on names of"
          + " languages, on which it is chosen and tested; the shifts are names of countries,"
          + " currencies and time zones, and misspelled names of the test.",
      "{network: mlp, inputs: %d, hidden: [64], classes: %d}"
          .formatted(LetterGroups.SIZE, LanguageNames.LANGUAGES.size()),
      "{layout: nhwc, scale: 2}",
      List.of("country", "currency", "zone", "misspelled"),
      """
        lr: 0.003
        weight-decay: 0.01
        epochs: 6
        batch-size: 64
      """,
      """
        lr: {log-uniform: [0.0015, 0.006]}
        weight-decay: {log-uniform: [0.0001, 0.1]}
        epochs: {integer: [4, 12]}
        batch-size: {choice: [32, 64]}
        label-smoothing: {mixture: [{probability: 0.5, value: 0}, {probability: 0.5, value: {uniform: [0, 0.2]}}]}
        mixup: {mixture: [{probability: 0.5, value: 0}, {probability: 0.5, value: {uniform: [0, 0.4]}}]}
        noise: {mixture: [{probability: 0.5, value: 0}, {probability: 0.5, value: {uniform: [0, 0.05]}}]}
      """,
      """
        lr: 0.003
        weight-decay: 0.01
        epochs: 8
        batch-size: 64
      """);

  /// Of the images, how many are pre-trained on.
  private static final int PRE_TRAINED_ON = 150;

  private static final Pattern EPOCHS = Pattern.compile("^  epochs: .*$", Pattern.MULTILINE);
  private static final String BASE = "pretrained/run-00";

  private final String about;
  private final String model;
  private final String input;

  @SuppressWarnings("ImmutableEnumChecker") // a copy
  private final List<String> shifts;

  private final String pretraining;
  private final String space;
  private final String alike;

  ScratchTask(
      String about,
      String model,
      String input,
      List<String> shifts,
      String pretraining,
      String space,
      String alike) {
    this.about = about;
    this.model = model;
    this.input = input;
    this.shifts = List.copyOf(shifts);
    this.pretraining = pretraining;
    this.space = space;
    this.alike = alike;
  }

  /// Its name in small letters.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// What it is about, in a few sentences.
  public String about() {
    return about;
  }

  /// The SWEEP.yml that pre-trains, into `pretrained`.
  ///
  /// @param data folder with the arrays, as seen from the file
  /// @param seed of the initial weights and of the order of examples
  public String pretraining(String data, long seed) {
    return """
    # stockpot finetune pretrain.yml -o pretrained
    %shyperparameters:
      init-seed: %d
      seed: %d
    %s\
    """
        .formatted(head(data, NameSets.PRE_TRAIN), seed, seed, pretraining);
  }

  /// The SWEEP.yml that fine-tunes what was pre-trained, into `sweep`.
  ///
  /// @param runs how many points are drawn
  /// @param seed of the search
  public String sweep(String data, int runs, long seed) {
    return """
    # stockpot finetune sweep.yml -o sweep
    base: %s
    %ssearch: {random: %d, seed: %d}
    hyperparameters:
    %s\
    """
        .formatted(BASE, head(data, NameSets.TRAIN), runs, seed, space);
  }

  /// The SWEEP.yml of runs that differ in nothing but their seed, into `twins`.
  public String twins(String data, int runs) {
    List<Integer> seeds = Stream.iterate(1, seed -> seed + 1).limit(runs).toList();
    return """
    # stockpot finetune twins.yml -o twins
    base: %s
    %shyperparameters:
      seed: %s
    %s\
    """
        .formatted(BASE, head(data, NameSets.TRAIN), seeds, alike);
  }

  /// A SWEEP.yml whose runs last one epoch: it shows that all is in place, and nothing else.
  public static String brief(String sweep) {
    return EPOCHS.matcher(sweep).replaceAll("  epochs: 1");
  }

  private String head(String data, String train) {
    StringBuilder head = new StringBuilder();
    head.append("model: ").append(model).append('\n');
    head.append("input: ").append(input).append('\n');
    head.append("data:\n");
    head.append("  train: ").append(set(data, train)).append('\n');
    head.append("  select: ").append(set(data, NameSets.SELECT)).append('\n');
    head.append("  report:\n");
    head.append("    test: ").append(set(data, NameSets.TEST)).append('\n');
    shifts.forEach(shift ->
        head.append("    shift-%s: ".formatted(shift))
            .append(set(data, "shift-" + shift))
            .append('\n'));
    return head.append("metrics: [ece]\n").toString();
  }

  private static String set(String data, String name) {
    return "{x: %1$s/%2$s-x.npy, y: %1$s/%2$s-y.npy}".formatted(data, name);
  }

  /// Writes the arrays: the same every time.
  ///
  /// @param examples the project's examples
  /// @param folder for `SET-x.npy` and `SET-y.npy`
  public void writeData(Path examples, Path folder) {
    try {
      Files.createDirectories(folder);
      switch (this) {
        case DIGITS -> digits(examples.resolve("digits").resolve("data"), folder);
        case NAMES ->
            NameSets.of(LanguageNames.all()).forEach((set, names) -> write(folder, set, names));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void digits(Path from, Path to) throws IOException {
    List<String> sets = new ArrayList<>(List.of(NameSets.TRAIN, NameSets.SELECT, NameSets.TEST));
    shifts.forEach(shift -> sets.add("shift-" + shift));
    for (String set : sets) {
      for (String file : List.of(set + "-x.npy", set + "-y.npy")) {
        Files.copy(from.resolve(file), to.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    for (String array : List.of("-x.npy", "-y.npy")) {
      try (Npy all = Npy.open(from.resolve(NameSets.TRAIN + array))) {
        TensorSpec spec = all.tensor().spec();
        List<Long> shape = new ArrayList<>(spec.shape());
        long bytes = spec.bytes() / shape.getFirst() * PRE_TRAINED_ON;
        shape.set(0, (long) PRE_TRAINED_ON);
        Npy.write(
            to.resolve(NameSets.PRE_TRAIN + array),
            spec.dtype(),
            shape,
            all.tensor().data().asSlice(0, bytes));
      }
    }
  }

  private static void write(Path folder, String set, List<Name> names) {
    ByteBuffer bags = ByteBuffer.allocate(names.size() * LetterGroups.SIZE);
    ByteBuffer labels =
        ByteBuffer.allocate(names.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (Name name : names) {
      bags.put(LetterGroups.of(name.text()));
      labels.putLong(name.language());
    }
    long examples = names.size();
    Npy.write(
        folder.resolve(set + "-x.npy"),
        DType.U8,
        List.of(examples, (long) LetterGroups.SIZE),
        MemorySegment.ofArray(bags.array()));
    Npy.write(
        folder.resolve(set + "-y.npy"),
        DType.I64,
        List.of(examples),
        MemorySegment.ofArray(labels.array()));
  }
}
