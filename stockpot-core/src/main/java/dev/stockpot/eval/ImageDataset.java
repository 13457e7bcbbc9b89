package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.ImageFiles.ImageFile;
import dev.stockpot.internal.image.ImageException;
import dev.stockpot.internal.image.ImageSize;
import dev.stockpot.internal.image.Images;
import dev.stockpot.internal.image.Pixels;
import dev.stockpot.internal.image.Preparation;
import dev.stockpot.internal.image.ResampleFilter;
import dev.stockpot.internal.io.IoReason;
import dev.stockpot.internal.work.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Images in files, decoded when they are asked for, by several threads, and kept as bytes as long
/// as there is room.
final class ImageDataset implements Dataset {
  private static final int LEVELS = 256;

  private final String name;
  private final InputSpec input;
  private final List<ImageFile> files;
  private final Targets targets;
  private final List<String> notes;
  private final Preparation preparation;
  private final ImageSize size;
  private final DataMemory memory;
  private final byte[][] kept;
  // Per channel, the model's number for each grey level.
  private final float[][] numbers;

  private ImageDataset(
      String name,
      InputSpec input,
      List<ImageFile> files,
      List<String> notes,
      ImageSize size,
      DataMemory memory) {
    this.name = name;
    this.input = input;
    this.files = files;
    this.targets = new Targets.Classes(files.stream().mapToInt(ImageFile::label).toArray());
    this.notes = notes;
    this.preparation = preparation(input.images());
    this.size = size;
    this.memory = memory;
    this.kept = new byte[files.size()][];
    this.numbers = numbers(input);
  }

  /// Opens a set: reads the header of every file, and where bad ones are skipped, every file.
  ///
  /// @param memory where decoded images are kept
  /// @throws EvaluationException naming the file that cannot be used
  static ImageDataset open(
      String name, SetSpec.Source.Images source, InputSpec input, DataMemory memory) {
    checkChannels("mean", input.mean());
    checkChannels("std", input.std());
    Preparation preparation = preparation(input.images());
    List<ImageFile> found = ImageFiles.find(source);
    List<Checked> checked =
        Workers.map(
            Runtime.getRuntime().availableProcessors(),
            found,
            file -> check(file, preparation, source.skipBad()));
    List<ImageFile> files = new ArrayList<>();
    List<String> bad = new ArrayList<>();
    Optional<Checked> first = Optional.empty();
    for (Checked image : checked) {
      if (image.fault().isPresent()) {
        bad.add(image.fault().get());
        continue;
      }
      ImageSize size = image.size().orElseThrow();
      ImageSize expected = first.flatMap(Checked::size).orElse(size);
      if (!size.equals(expected)) {
        throw new EvaluationException(
            "%s: is %s pixels, but %s is %s; give all images one size with input: {crop: %d}"
                .formatted(
                    image.file().path(),
                    size,
                    first.orElseThrow().file().path(),
                    expected,
                    Math.min(size.shorter(), expected.shorter())));
      }
      first = first.or(() -> Optional.of(image));
      files.add(image.file());
    }
    if (!bad.isEmpty() && !source.skipBad()) {
      throw new EvaluationException(
          bad.getFirst()
              + (bad.size() == 1 ? "" : " (and " + (bad.size() - 1) + " more)")
              + "; or leave bad files out with skip-bad: true or --skip-bad");
    }
    if (files.isEmpty()) {
      throw new EvaluationException(
          "none of its %d images can be read; the first: %s"
              .formatted(found.size(), bad.getFirst()));
    }
    List<String> notes =
        bad.isEmpty()
            ? List.of()
            : List.of(
                "set '%s': %d of %d images left out since they cannot be read; the first: %s"
                    .formatted(name, bad.size(), found.size(), bad.getFirst()));
    return new ImageDataset(
        name, input, files, notes, first.orElseThrow().size().orElseThrow(), memory);
  }

  /// @param fault what is wrong with the file
  private record Checked(ImageFile file, Optional<ImageSize> size, Optional<String> fault) {}

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public Targets targets() {
    return targets;
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public long exampleBytes() {
    return size.pixels() * Pixels.CHANNELS * dtype().bytes();
  }

  @Override
  public Batch batch(int[] examples, Arena arena) {
    List<byte[]> images =
        Arrays.stream(examples).allMatch(example -> kept[example] != null)
            ? Arrays.stream(examples).mapToObj(example -> kept[example]).toList()
            : Workers.map(
                Runtime.getRuntime().availableProcessors(),
                Arrays.stream(examples).boxed().toList(),
                this::pixels);
    MemorySegment data = arena.allocate(examples.length * exampleBytes(), 64);
    ByteBuffer buffer = data.asByteBuffer().order(ByteOrder.nativeOrder());
    FloatBuffer floats = buffer.asFloatBuffer();
    for (int i = 0; i < examples.length; i++) {
      switch (input.layout()) {
        case AS_IS ->
            MemorySegment.copy(
                images.get(i),
                0,
                data,
                ValueLayout.JAVA_BYTE,
                i * exampleBytes(),
                images.get(i).length);
        case NHWC -> floats.put(convert(images.get(i), 1, Pixels.CHANNELS));
        case NCHW -> floats.put(convert(images.get(i), (int) size.pixels(), 1));
      }
    }
    long channels = Pixels.CHANNELS;
    long height = size.height();
    long width = size.width();
    List<Long> shape =
        input.layout() == InputSpec.Layout.NCHW
            ? List.of((long) examples.length, channels, height, width)
            : List.of((long) examples.length, height, width, channels);
    return new Batch(new Batch.Input(dtype(), shape, buffer));
  }

  @Override
  public void digest(int example, MessageDigest digest) {
    try {
      digest.update(Files.readAllBytes(files.get(example).path()));
    } catch (IOException e) {
      throw new UncheckedIOException(files.get(example).path() + ": " + IoReason.of(e), e);
    }
  }

  @Override
  public void close() {
    for (byte[] image : kept) {
      if (image != null) {
        memory.give(image.length);
      }
    }
    Arrays.fill(kept, null);
  }

  private byte[] pixels(int example) {
    if (kept[example] != null) {
      return kept[example];
    }
    ImageFile file = files.get(example);
    Pixels prepared;
    try {
      prepared = preparation.prepare(Images.read(file.path()));
    } catch (ImageException e) {
      throw new EvaluationException(
          "%s: %s; or leave bad files out with skip-bad: true or --skip-bad"
              .formatted(file.path(), e.getMessage()),
          e);
    }
    if (!prepared.size().equals(size)) {
      throw new EvaluationException(
          "%s: is %s pixels now and was %s; begin again, since files have changed"
              .formatted(file.path(), prepared.size(), size));
    }
    if (memory.take(prepared.rgb().length)) {
      kept[example] = prepared.rgb();
    }
    return prepared.rgb();
  }

  /// @param channelStep from a channel of a pixel to the next, in what the model takes
  /// @param pixelStep from a pixel to the next
  private float[] convert(byte[] rgb, int channelStep, int pixelStep) {
    float[] converted = new float[rgb.length];
    for (int channel = 0; channel < Pixels.CHANNELS; channel++) {
      float[] table = numbers[channel];
      int at = channel * channelStep;
      for (int i = channel; i < rgb.length; i += Pixels.CHANNELS, at += pixelStep) {
        converted[at] = table[rgb[i] & 0xff];
      }
    }
    return converted;
  }

  private DType dtype() {
    return input.layout() == InputSpec.Layout.AS_IS ? DType.U8 : DType.F32;
  }

  private static Checked check(ImageFile file, Preparation preparation, boolean whole) {
    try {
      ImageSize size =
          whole
              ? preparation.prepare(Images.read(file.path())).size()
              : preparation.size(Images.size(file.path()));
      return new Checked(file, Optional.of(size), Optional.empty());
    } catch (ImageException e) {
      String named = file.said().equals(file.path().toString()) ? "" : file.said() + ": ";
      return new Checked(
          file, Optional.empty(), Optional.of(named + file.path() + ": " + e.getMessage()));
    }
  }

  private static Preparation preparation(ImageSpec spec) {
    Optional<Preparation.Resize> shorter =
        spec.shorter().stream()
            .<Preparation.Resize>mapToObj(Preparation.Resize.Shorter::new)
            .findFirst();
    return new Preparation(
        switch (spec.interpolation()) {
          case BILINEAR -> ResampleFilter.BILINEAR;
          case BICUBIC -> ResampleFilter.BICUBIC;
        },
        shorter.or(() -> spec.exact().map(exact -> new Preparation.Resize.Exact(size(exact)))),
        spec.crop().map(ImageDataset::size));
  }

  private static ImageSize size(ImageSpec.Size size) {
    return new ImageSize(size.width(), size.height());
  }

  /// As [ArrayInput] computes it: every step rounded to float32.
  private static float[][] numbers(InputSpec input) {
    float scale = (float) input.scale();
    return IntStream.range(0, Pixels.CHANNELS)
        .mapToObj(channel -> {
          float mean = input.mean().get(input.mean().size() == 1 ? 0 : channel).floatValue();
          float std = input.std().get(input.std().size() == 1 ? 0 : channel).floatValue();
          float[] table = new float[LEVELS];
          for (int level = 0; level < LEVELS; level++) {
            table[level] = (level / scale - mean) / std;
          }
          return table;
        })
        .toArray(float[][]::new);
  }

  private static void checkChannels(String what, List<Double> values) {
    if (values.size() != 1 && values.size() != Pixels.CHANNELS) {
      throw new EvaluationException(
          "images have 3 channels, but %s has %d values; give 1 or 3"
              .formatted(what, values.size()));
    }
  }
}
