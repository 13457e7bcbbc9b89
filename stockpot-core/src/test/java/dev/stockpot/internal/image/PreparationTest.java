package dev.stockpot.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.internal.image.Preparation.Resize;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreparationTest {

  /// Sums of Pillow 12.3.0's `Image.resize` of `rgb.png` to width × height.
  @ParameterizedTest
  @CsvSource({
    "BILINEAR, 17, 11, 975af44b",
    "BILINEAR, 50, 64, 4c0ce2a1",
    "BILINEAR, 5, 29, 7dacfc2c",
    "BILINEAR, 37, 7, 7de94828",
    "BICUBIC, 17, 11, 23907a7e",
    "BICUBIC, 50, 64, 5886f928",
    "BICUBIC, 5, 29, bc8d5e77",
    "BICUBIC, 37, 7, ac03ac38"
  })
  void resizesToTheBytesOfPillow(ResampleFilter filter, int width, int height, String crc)
      throws Exception {
    Pixels image =
        prepare(
            filter, Optional.of(new Resize.Exact(new ImageSize(width, height))), Optional.empty());
    assertThat(image.size()).isEqualTo(new ImageSize(width, height));
    assertThat(TestImages.crc(image)).isEqualTo(Long.parseLong(crc, 16));
  }

  /// Sums of torchvision's `Resize(length)`, carried out with Pillow: 37×29 to 15×12, and to 51×40
  /// with a centre of 33×24.
  @ParameterizedTest
  @CsvSource({
    "BILINEAR, 12, 15, 12, 1964c091",
    "BICUBIC, 12, 15, 12, 692c8557",
    "BILINEAR, 40, 33, 24, 79421ea9",
    "BICUBIC, 40, 33, 24, be4a8524"
  })
  void theShorterSideIsResizedAndTheCentreIsCutOut(
      ResampleFilter filter, int shorter, int width, int height, String crc) throws Exception {
    Optional<ImageSize> crop =
        shorter == 40 ? Optional.of(new ImageSize(width, height)) : Optional.empty();
    Pixels image = prepare(filter, Optional.of(new Resize.Shorter(shorter)), crop);
    assertThat(image.size()).isEqualTo(new ImageSize(width, height));
    assertThat(TestImages.crc(image)).isEqualTo(Long.parseLong(crc, 16));
  }

  /// Sums of torchvision's `CenterCrop` with Pillow; larger than 37×29 means black margins.
  @ParameterizedTest
  @CsvSource({"20, 31, 62a42b16", "41, 40, d340c685", "10, 41, 2956d92a"})
  void cropsAsTorchvisionDoes(int width, int height, String crc) throws Exception {
    Pixels image =
        prepare(
            ResampleFilter.BILINEAR, Optional.empty(), Optional.of(new ImageSize(width, height)));
    assertThat(TestImages.crc(image)).isEqualTo(Long.parseLong(crc, 16));
  }

  @Test
  void theSizeIsKnownFromTheHeader() throws Exception {
    Optional<Resize> shorter = Optional.of(new Resize.Shorter(256));
    Preparation uncropped = new Preparation(ResampleFilter.BICUBIC, shorter, Optional.empty());
    assertThat(uncropped.size(new ImageSize(500, 375))).isEqualTo(new ImageSize(341, 256));
    assertThat(uncropped.size(new ImageSize(375, 500))).isEqualTo(new ImageSize(256, 341));
    Preparation cropped =
        new Preparation(ResampleFilter.BICUBIC, shorter, Optional.of(new ImageSize(224, 224)));
    assertThat(cropped.size(new ImageSize(500, 375))).isEqualTo(new ImageSize(224, 224));
  }

  @Test
  void aLineThatWouldBecomeHugeIsRefused() {
    Preparation preparation =
        new Preparation(
            ResampleFilter.BICUBIC, Optional.of(new Resize.Shorter(256)), Optional.empty());
    assertThatThrownBy(() -> preparation.size(new ImageSize(1, 50_000)))
        .isInstanceOf(ImageException.class)
        .hasMessage(
            "has 1×50000 pixels, which resizing makes 256×12800000; at most 89478485 are taken:"
                + " crop it");
  }

  private static Pixels prepare(
      ResampleFilter filter, Optional<Resize> resize, Optional<ImageSize> crop) throws Exception {
    return new Preparation(filter, resize, crop)
        .prepare(Images.decode(TestImages.bytes("rgb.png")));
  }
}
