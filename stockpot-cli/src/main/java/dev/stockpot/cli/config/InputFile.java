package dev.stockpot.cli.config;

import dev.stockpot.eval.ImageSpec;
import dev.stockpot.eval.ImageSpec.Interpolation;
import dev.stockpot.eval.ImageSpec.Size;
import dev.stockpot.eval.InputSpec;
import dev.stockpot.eval.InputSpec.Layout;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads `input` of an `eval.yml`: how stored examples become the model's input.
final class InputFile {
  private static final List<String> LAYOUTS = List.of("nchw", "nhwc", "as-is");
  private static final List<String> INTERPOLATIONS = List.of("bilinear", "bicubic");
  private static final int MAX_SIDE = 1 << 15;

  private InputFile() {}

  static InputSpec read(YamlMapping input) {
    input.only(List.of("layout", "scale", "mean", "std", "resize", "interpolation", "crop"));
    ImageSpec images = images(input);
    YamlValue layout = input.require("layout");
    Layout parsed =
        switch (layout.oneOf("layout", LAYOUTS)) {
          case "nchw" -> Layout.NCHW;
          case "nhwc" -> Layout.NHWC;
          default -> Layout.AS_IS;
        };
    if (parsed == Layout.AS_IS) {
      for (String key : List.of("scale", "mean", "std")) {
        if (input.find(key).isPresent()) {
          throw input
              .keys()
              .get(key)
              .error(
                  "'"
                      + key
                      + "' does nothing with layout as-is, which leaves examples untouched; "
                      + "use layout nhwc, or nchw for images that the model takes channels first");
        }
      }
      return new InputSpec(Layout.AS_IS, 1, List.of(0.0), List.of(1.0), images);
    }
    double scale = input.find("scale").map(InputFile::divisor).orElse(1.0);
    List<Double> mean = input.find("mean").map(v -> numbers(v, false)).orElse(List.of(0.0));
    List<Double> std = input.find("std").map(v -> numbers(v, true)).orElse(List.of(1.0));
    if (mean.size() > 1 && std.size() > 1 && mean.size() != std.size()) {
      throw input.error(
          "'mean' has "
              + mean.size()
              + " numbers and 'std' "
              + std.size()
              + "; give one per channel, or one for all");
    }
    return new InputSpec(parsed, scale, mean, std, images);
  }

  private static List<Double> numbers(YamlValue value, boolean divisors) {
    return switch (value) {
      case YamlValue.Sequence sequence ->
          sequence.list(element -> divisors ? divisor(element) : element.number());
      case YamlValue single -> List.of(divisors ? divisor(single) : single.number());
    };
  }

  private static double divisor(YamlValue value) {
    double number = value.number();
    if (number == 0) {
      throw value.error("'" + value.at().name() + "' is 0, and it divides");
    }
    return number;
  }

  private static ImageSpec images(YamlMapping input) {
    Optional<YamlValue> resize = input.find("resize");
    if (input.find("interpolation").isPresent() && resize.isEmpty()) {
      throw input.keys().get("interpolation").error("'interpolation' goes with 'resize' only");
    }
    Interpolation interpolation =
        input
            .find("interpolation")
            .map(value ->
                value.oneOf("interpolation", INTERPOLATIONS).equals("bicubic")
                    ? Interpolation.BICUBIC
                    : Interpolation.BILINEAR)
            .orElse(Interpolation.BILINEAR);
    OptionalInt shorter =
        resize.stream()
            .filter(value -> !(value instanceof YamlValue.Sequence))
            .mapToInt(InputFile::side)
            .findFirst();
    Optional<Size> exact =
        resize.filter(YamlValue.Sequence.class::isInstance).map(InputFile::heightAndWidth);
    Optional<Size> crop =
        input
            .find("crop")
            .map(value -> {
              if (value instanceof YamlValue.Sequence) {
                return heightAndWidth(value);
              }
              int side = side(value);
              return new Size(side, side);
            });
    return new ImageSpec(interpolation, shorter, exact, crop);
  }

  private static Size heightAndWidth(YamlValue value) {
    List<Integer> sides = value.list(InputFile::side);
    if (sides.size() != 2) {
      throw value.error("'" + value.at().name() + "' is a length, or [height, width]");
    }
    return new Size(sides.getFirst(), sides.getLast());
  }

  private static int side(YamlValue value) {
    double side = value.number();
    if (side != Math.rint(side) || side < 1 || side > MAX_SIDE) {
      throw value.error(
          "'%s' is a number of pixels, from 1 to %d".formatted(value.at().name(), MAX_SIDE));
    }
    return (int) side;
  }
}
