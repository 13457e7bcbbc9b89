package dev.stockpot.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImagesTest {
  @TempDir Path folder;

  /// The sums are those of Pillow 12.3.0's `Image.open(file).convert("RGB")`; `profile.jpg` is
  /// `rgb.jpg` with a colour profile and an orientation.
  @ParameterizedTest
  @CsvSource({
    "alpha.png, 1997e5da",
    "grey-alpha.png, 0ab473b7",
    "grey.jpg, 986e932b",
    "grey.png, b300794c",
    "one-bit.png, f23932a0",
    "palette.png, 1f35d4d6",
    "profile.jpg, 1adcab17",
    "progressive.jpg, 4613b5b2",
    "rgb-444.jpg, a4f4251b",
    "rgb.jpg, 1adcab17",
    "rgb.png, 260a9022",
    "rgb16.png, 11a1f1a2"
  })
  void decodesToTheBytesOfPillow(String name, String crc) throws Exception {
    Path file = TestImages.copy(name, folder.resolve(name));
    Pixels image = Images.read(file);
    assertThat(image.size())
        .isEqualTo(name.equals("rgb16.png") ? new ImageSize(7, 9) : new ImageSize(37, 29));
    assertThat(Images.size(file)).isEqualTo(image.size());
    assertThat(TestImages.crc(image)).isEqualTo(Long.parseLong(crc, 16));
  }

  @Test
  void whatPillowWouldSpoilIsRefused() {
    assertThatThrownBy(() -> Images.decode(TestImages.bytes("cmyk.jpg")))
        .isInstanceOf(ImageException.class)
        .hasMessage("has CMYK colours; save it as RGB");
    assertThatThrownBy(() -> Images.decode(TestImages.bytes("grey16.png")))
        .isInstanceOf(ImageException.class)
        .hasMessage("is grey with 16 bits per pixel; save it with 8");
  }

  @Test
  void otherFilesAreRefusedByTheirFirstBytes() throws Exception {
    assertThatThrownBy(() -> Images.decode("GIF89a".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(ImageException.class)
        .hasMessage(
            "begins with 47 49 46 38, so it is neither JPEG nor PNG; save it as one of these");
    Path empty = Files.createFile(folder.resolve("empty.jpg"));
    assertThatThrownBy(() -> Images.size(empty))
        .isInstanceOf(ImageException.class)
        .hasMessage("is empty; copy it again, or save it again as JPEG or PNG");
  }

  @Test
  void aFileThatIsNotThereIsSaid() {
    assertThatThrownBy(() -> Images.read(folder.resolve("none.png")))
        .isInstanceOf(ImageException.class)
        .hasMessage("cannot be read: no such file or folder");
  }

  @Test
  void halfAJpegIsDamaged() throws Exception {
    byte[] file = TestImages.bytes("rgb.jpg");
    assertThatThrownBy(() -> Images.decode(Arrays.copyOf(file, file.length / 2 + 300)))
        .isInstanceOf(ImageException.class)
        .hasMessageStartingWith("is damaged: ")
        .hasMessageEndingWith("; copy it again, or save it again as JPEG or PNG");
  }

  @Test
  void halfAPngCannotBeDecoded() throws Exception {
    byte[] file = TestImages.bytes("rgb.png");
    assertThatThrownBy(() -> Images.decode(Arrays.copyOf(file, file.length / 2)))
        .isInstanceOf(ImageException.class)
        .hasMessageStartingWith("cannot be decoded: ");
  }

  @Test
  void moreThan89MillionPixelsAreRefusedByTheHeader() throws Exception {
    byte[] file = TestImages.bytes("rgb.png");
    ByteBuffer png = ByteBuffer.wrap(file).putInt(16, 65_536).putInt(20, 32_768);
    CRC32 crc = new CRC32();
    crc.update(file, 12, 17);
    png.putInt(29, (int) crc.getValue());
    String message = "has 65536×32768 pixels; at most 89478485 are decoded: save it smaller";
    assertThatThrownBy(() -> Images.decode(file))
        .isInstanceOf(ImageException.class)
        .hasMessage(message);
    Path large = Files.write(folder.resolve("large.png"), file);
    assertThatThrownBy(() -> Images.size(large))
        .isInstanceOf(ImageException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb.jpg", "progressive.jpg", "palette.png", "rgb.png"})
  void brokenFilesAreDecodedOrRefused(String name) throws IOException {
    byte[] file = TestImages.bytes(name);
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] broken = Arrays.copyOf(file, i % 3 == 0 ? random.nextInt(file.length) : file.length);
      for (int k = 0; k < 3 && broken.length > 0; k++) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(Images.decode(broken).rgb()).isNotEmpty();
      } catch (ImageException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
