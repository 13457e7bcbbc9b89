package dev.stockpot.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class FigureFilesTest {
  @TempDir private Path folder;

  @Test
  void theMainFigureIsDrawnWithoutABrowser() throws Exception {
    new TestRun(List.of("ft-1", "<&>\"'", "\u202eft-3"), 1).write(folder);
    List<Path> files =
        FigureFiles.write(RunFolder.read(folder, Optional.empty()), folder.resolve("figures"));
    assertThat(files)
        .containsExactly(
            folder.resolve("figures/scatter.svg"), folder.resolve("figures/scatter.png"));

    Document svg =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(files.getFirst().toFile());
    assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
    Set<String> texts = new HashSet<>();
    for (int i = 0; i < svg.getElementsByTagName("text").getLength(); i++) {
      texts.add(svg.getElementsByTagName("text").item(i).getTextContent());
    }
    assertThat(texts)
        .contains(
            "test (accuracy, %)",
            "mean of shifts (accuracy, %)", "fine-tuned models", "greedy", "uniform", "base");
    // As many marks in the colours of each kind as there are models, and one in the legend.
    String text = Files.readString(files.getFirst());
    assertThat(text.split("fill=\"#7d8896\"", -1)).hasSize(1 + 3 + 1);
    assertThat(text.split("fill=\"#0067a5\"", -1)).hasSize(1 + 4 + 1);

    BufferedImage image = ImageIO.read(files.getLast().toFile());
    assertThat(image.getWidth()).isEqualTo(1800);
    assertThat(image.getHeight()).isEqualTo(1080);
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        colours.add(image.getRGB(x, y) & 0xFFFFFF);
      }
    }
    assertThat(colours).contains(0xFFFFFF, 0x0067A5, 0x9A3F95);
  }
}
